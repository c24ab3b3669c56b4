/**
 * `npm run status -- --stack dr`: both regions as the failover sees them, the record, what blocks and
 * what comes next. Changes nothing. Needs AWS credentials for the waiting region, neither Pulumi nor
 * its state.
 *
 * Exit codes: 0 all quiet or going well, 1 somebody has to look (blocked, alarm, nothing seen), 2 the
 * status could not be read.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { failoverService, type FailoverService } from "./failoverService";
import { readWaitingStackSettings } from "./stackSettings";
import { readStatusOptions } from "./statusOptions";
import { needsAttention, statusReport, type Status } from "./statusReport";

/** Milliseconds between two looks of `--watch`: each takes a run of the function, for cents a day. */
const watchEvery = 10_000;

async function main(argv: readonly string[]): Promise<number> {
  const options = readStatusOptions(argv);
  const { region, prefix } = readWaitingStackSettings(join(__dirname, ".."), options.stack);
  const service = failoverService(region, prefix);
  for (;;) {
    const status = await read(service, options.stack);
    if (options.json) {
      console.log(JSON.stringify(status, undefined, options.watch ? undefined : 2));
    } else {
      if (options.watch && process.stdout.isTTY) console.clear();
      console.log(`${prefix} in ${region}, ${new Date().toISOString()}\n`);
      console.log(statusReport(status, Date.now()));
    }
    if (!options.watch) return needsAttention(status) ? 1 : 0;
    await sleep(watchEvery);
  }
}

/** The record always; what the function sees where it can be asked. */
async function read(service: FailoverService, stack: string): Promise<Status> {
  const [record, rehearsals] = await Promise.all([
    service.readWholeRecord(),
    service.readRehearsals(),
  ]);
  const always = { stack, ...(rehearsals === undefined ? {} : { rehearsals }) };
  const known = { ...always, ...(record === undefined ? {} : { record }) };
  try {
    const look = await service.look();
    if (look !== undefined)
      return { ...always, ...(look.record === undefined ? {} : { record: look.record }), look };
    return {
      ...known,
      unseen: "The function is at work and cannot look at the same time; this is the record alone.",
    };
  } catch (error) {
    return { ...known, unseen: `The function could not be asked: ${(error as Error).message}` };
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { name, message } = error as Error;
    console.error(
      name === "ResourceNotFoundException"
        ? `There is no failover record: the stack is not deployed in this account and region (${message}).`
        : message,
    );
    process.exitCode = 2;
  },
);

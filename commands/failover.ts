/**
 * `npm run failover -- --stack dr`: asks the deployed failover function for a failover, or to drop
 * one; with `--rehearse`, the deployed rehearsal function for a rehearsal. The way that needs neither
 * Pulumi nor its state backend, only the waiting region.
 *
 * Exit codes: 0 the function took note (its answer says of what), 1 it failed, 2 it was not asked.
 */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { HumanCommand } from "../failover/model";
import { recordId, recordTableName } from "../failover/recordAddress";
import type { RunResult } from "../failover/run";
import { type FailoverOptions, readOptions, requestOf } from "./failoverRequest";
import { failoverService, type RecordSummary } from "./failoverService";
import type { Answer } from "./functionCall";
import { rehearse } from "./rehearsal";
import { readWaitingStackSettings } from "./stackSettings";

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  const settings = readWaitingStackSettings(join(__dirname, ".."), options.stack);
  const { region, prefix } = settings;
  if (options.rehearse) return rehearse(options, settings);
  const service = failoverService(region, prefix);
  const record = await service.readRecord();
  announce(options, region, record);
  const generation = record?.generation ?? settings.generation;
  const by = `${userInfo().username} on ${hostname()}`;
  const request = requestOf(options, generation, new Date(), `direct-${randomUUID()}`, by);
  const answer = await service.ask(request, () => {
    console.log("A run of the function is under way; waiting for its end (up to two minutes).");
  });
  report(answer);
  console.log(followUp(region, prefix));
  return answer.kind === "failed" ? 1 : 0;
}

const wishes: Readonly<Record<HumanCommand, (region: string) => string>> = {
  failover: (region) => `move Jenkins to ${region}`,
  abort: () => "drop the failover",
  acceptUnfenced: () => "note that the old region is given up as lost, without a confirmed fence",
};

function announce(
  { command, force, planned, reason }: FailoverOptions,
  region: string,
  record: RecordSummary | undefined,
): void {
  console.log(
    record === undefined
      ? "There is no failover record yet; the first run of the function writes it."
      : `Record: phase ${record.phase}, generation ${record.generation}, ${record.activeRegion} serves.`,
  );
  const wish = wishes[command](region);
  const asPlanned = planned ? ", once replication lacks nothing" : "";
  const how = force ? ", accepting the loss of data that the RPO gate refuses" : asPlanned;
  const why = reason === undefined ? "" : ` Reason: ${reason}`;
  console.log(`Asking the function to ${wish}${how}. It answers within about a minute.${why}`);
}

function report(answer: Answer): void {
  if (answer.kind === "queued") {
    console.log("Queued: Lambda delivers the request once the present run has ended.");
    return;
  }
  if (answer.kind === "failed") {
    console.error(`The function failed; its schedule goes on each minute: ${answer.text}`);
    return;
  }
  const { trigger, phase, generation, activeRegion } = JSON.parse(answer.text) as RunResult;
  console.log(`Answer: ${trigger}`);
  console.log(`Now: phase ${phase}, generation ${generation}, active region ${activeRegion}.`);
}

function followUp(region: string, prefix: string): string {
  return [
    "Follow it (docs/runbook.md says what each phase means):",
    `  aws dynamodb get-item --region ${region} --table-name ${recordTableName(prefix)} --consistent-read --key '{"id":{"S":"${recordId}"}}' --query Item.record.S --output text`,
    `  aws logs tail /aws/lambda/${prefix}-failover --region ${region} --since 5m --follow`,
  ].join("\n");
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { name, message } = error as Error;
    console.error(
      name === "ResourceNotFoundException"
        ? `Nothing was asked: the stack is not deployed in this account and region, or has no rehearsals ` +
            `(recovery.rehearsal in its configuration) (${message}).`
        : `Nothing was asked, or no answer came: ${message}`,
    );
    process.exitCode = 2;
  },
);

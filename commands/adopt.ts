/**
 * `npm run adopt`: after a failover, makes both stacks' configuration follow the failover record, so
 * that `pulumi up` takes over what the failover made, and lets the former active stack let go of what
 * was the writer. Needs AWS credentials and, for the second part, the Pulumi CLI.
 *
 * Exit codes: 0 done or nothing to do, 1 not yet or the last step failed, 2 nothing was done.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Adoption, LetGo, StackPair } from "./adoptionPlan";
import { type AdoptionOutcome, adoptStacks } from "./adoptStacks";
import { UsageError } from "./failoverRequest";
import { failoverService } from "./failoverService";

const usage = `Usage: npm run adopt [-- [--primary <stack>] [--dr <stack>] [--dry-run]]

  --primary <stack>  the stack that runs program primary; default primary
  --dr <stack>       the stack that runs program dr; default dr
  --dry-run          say what would be changed, and change nothing

Reads the failover record of both regions; writes activeRegion, generation and homeFileSystemId into
both stacks' files, and takes the flag failover out of them. Then: pulumi up, the active side first.`;

interface AdoptOptions {
  readonly stacks: StackPair<string>;
  readonly dryRun: boolean;
}

async function main(argv: readonly string[]): Promise<number> {
  const { stacks, dryRun } = readOptions(argv);
  const readRecord = async (region: string, prefix: string) => {
    try {
      return await failoverService(region, prefix).readWholeRecord();
    } catch (error) {
      if ((error as Error).name === "ResourceNotFoundException") return undefined;
      throw error;
    }
  };
  const outcome = await adoptStacks(join(__dirname, ".."), stacks, { readRecord }, dryRun);
  const { verdict } = outcome;
  if (verdict.kind !== "adopt") {
    console.log(verdict.because);
    return verdict.kind === "agrees" ? 0 : 1;
  }
  console.log(describe(outcome, verdict, stacks));
  if (dryRun) return 0;
  const released = verdict.letGo === undefined || letGo(verdict.letGo, stacks);
  console.log(nextSteps(verdict, stacks));
  return released ? 0 : 1;
}

function describe(
  { record, files }: AdoptionOutcome,
  { activeRegion, generation, changes }: Adoption,
  stacks: StackPair<string>,
): string {
  const lines = (["primary", "dr"] as const).flatMap((program) => [
    `Pulumi.${stacks[program]}.yaml`,
    ...Object.entries(changes[program]).map(([key, value]) =>
      value === undefined ? `  ${key}: not set` : `  ${key}: ${value}`,
    ),
  ]);
  return [
    `The record is in phase ${record?.phase ?? "unknown"}: ${activeRegion} serves, generation ${generation}.`,
    files.length > 0 ? "Written:" : "To be written:",
    ...lines,
  ].join("\n");
}

/**
 * Takes the protection off what leaves the former active stack. The next update then forgets it and
 * AWS keeps it: its own deletion protection stays on.
 */
function letGo({ program, urns }: LetGo, stacks: StackPair<string>): boolean {
  const stack = stacks[program];
  const commands = urns.map((urn) => ["state", "unprotect", "--yes", "--stack", stack, urn]);
  for (const [index, command] of commands.entries()) {
    const { status, error } = spawnSync("pulumi", command, { stdio: "inherit" });
    if (status === 0) continue;
    const rest = commands.slice(index).map((words) => `  pulumi ${words.map(quoted).join(" ")}`);
    const why = error === undefined ? "" : ` (${error.message})`;
    console.error(
      `The protection could not be taken off${why}. Before pulumi up of ${stack} run:\n${rest.join("\n")}`,
    );
    return false;
  }
  return true;
}

/** URNs hold `$`. */
function quoted(word: string): string {
  return /^[\w-]+$/.test(word) ? word : `'${word}'`;
}

function nextSteps({ order, letGo, formerLost }: Adoption, stacks: StackPair<string>): string {
  const [active, former] = order.map((program) => stacks[program]);
  return [
    "Next, in this order:",
    ...(formerLost === true
      ? [
          `  pulumi up --stack ${active ?? ""}    takes over database and home in place, goes on to fence, replicates nothing`,
          `  Only once "the former region is fenced now" was announced: the same again, which replicates back, and`,
        ]
      : [
          `  pulumi up --stack ${active ?? ""}    takes over database and home in place, and replicates back`,
        ]),
    `  pulumi up --stack ${former ?? ""}    makes the former region follow: fresh replica, fresh homes, no machines`,
    ...(letGo === undefined
      ? []
      : [
          "The former data stays in AWS, outside of Pulumi, until you delete it (docs/runbook.md, Discard):",
          ...letGo.kept.map((each) => `  ${each}`),
        ]),
  ].join("\n");
}

/** @throws UsageError on an unknown option or an empty name. */
function readOptions(argv: readonly string[]): AdoptOptions {
  const { primary, dr, "dry-run": dryRun } = parse(argv);
  if (primary === "" || dr === "") throw new UsageError("A stack's name is empty.", usage);
  return { stacks: { primary, dr }, dryRun };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        primary: { type: "string", default: "primary" },
        dr: { type: "string", default: "dr" },
        "dry-run": { type: "boolean", default: false },
      },
      strict: true,
      allowPositionals: false,
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, usage);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 2;
  },
);

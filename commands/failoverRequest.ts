import { parseArgs } from "node:util";
import type { FailoverRequest } from "../failover/failoverFunction";

/** What a person asks of the failover function. */
export interface FailoverOptions {
  /** The waiting region's stack. */
  readonly stack: string;
  readonly command: FailoverRequest["command"];
  /** Accepts a loss of data that the RPO gate would refuse. Opens that gate and nothing else. */
  readonly force: boolean;
  /** Both regions are well: waits until nothing is lost, and never goes on unfenced. */
  readonly planned: boolean;
  /** Not a failover but its rehearsal, which touches nothing that serves or protects. */
  readonly rehearse: boolean;
  readonly reason?: string;
}

export const usage = `Usage: npm run failover -- --stack <stack> [--reason "<text>"] [--planned | --force | --abort | --accept-unfenced]
       npm run failover -- --stack <stack> --rehearse [--reason "<text>"] [--abort]

  --stack <stack>    the waiting region's stack: dr, or primary once dr's region serves
  --reason "<text>"  why; stands in the record and in the announcements
  --planned          change the roles of two healthy regions, the way back after a failover above
                     all: stops Jenkins, waits until replication lacks nothing, then moves
  --force            accept the loss of data that the RPO gate refuses; needs a reason
  --accept-unfenced  after a failover that serves: give the silent old region up as lost, though it was
                     never seen fenced, so that the active stack can be updated; needs a reason
  --abort            drop a failover before its irreversible part, instead of asking for one
  --rehearse         bring the waiting region's capacity up against a copy of its data, see it
                     healthy, take it down again; with --abort: take it down now

Needs AWS credentials for the waiting region, neither Pulumi nor its state.`;

/** The command line cannot be understood; nothing was done. */
export class UsageError extends Error {
  /** @param how the command's usage */
  constructor(wrong: string, how: string = usage) {
    super(`${wrong}\n\n${how}`);
    this.name = "UsageError";
  }
}

/** @throws UsageError on an unknown option, a missing stack, and force without a reason. */
export function readOptions(argv: readonly string[]): FailoverOptions {
  const options = parse(argv);
  const {
    stack,
    abort,
    force,
    planned,
    rehearse,
    "accept-unfenced": accepts,
    reason: given,
  } = options;
  const reason = given?.trim();
  if (stack === undefined || stack === "") {
    throw new UsageError("--stack is missing: name the waiting region's stack, such as dr.");
  }
  if (given !== undefined && reason === "") throw new UsageError("--reason is empty.");
  if (rehearse && (force || planned)) {
    throw new UsageError(
      `--rehearse and ${force ? "--force" : "--planned"} contradict each other: a rehearsal moves nothing.`,
    );
  }
  if (force && abort) {
    throw new UsageError("--force and --abort contradict each other: force is for a failover.");
  }
  if (planned && (force || abort)) {
    const other = force ? "--force" : "--abort";
    throw new UsageError(
      `--planned and ${other} contradict each other: a planned role change loses nothing and is asked for alone.`,
    );
  }
  if (accepts && (force || planned || abort || rehearse)) {
    throw new UsageError(
      "--accept-unfenced stands alone: it asks for no failover and drops none, it accepts one that serves.",
    );
  }
  if (accepts && reason === undefined) {
    throw new UsageError(
      "--accept-unfenced needs --reason: what may still run in the old region is given up, and the record says why.",
    );
  }
  if (force && reason === undefined) {
    throw new UsageError(
      "--force needs --reason: data is given up, and the record says on whose word and why.",
    );
  }
  return {
    stack,
    command: accepts ? "acceptUnfenced" : abort ? "abort" : "failover",
    force,
    planned,
    rehearse,
    ...(reason === undefined ? {} : { reason }),
  };
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        stack: { type: "string" },
        abort: { type: "boolean", default: false },
        force: { type: "boolean", default: false },
        planned: { type: "boolean", default: false },
        "accept-unfenced": { type: "boolean", default: false },
        rehearse: { type: "boolean", default: false },
        reason: { type: "string" },
      },
      strict: true,
      allowPositionals: false,
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * The request that the function is sent.
 *
 * @param generation The record's when the person looked: should another failover be faster, this one
 *   is refused instead of moving Jenkins back.
 * @param id New for each request; a repeat with the same one changes nothing.
 * @param by Who asks; stands in the record where something is given up.
 */
export function requestOf(
  { command, force, planned, reason }: Omit<FailoverOptions, "rehearse">,
  generation: number,
  now: Date,
  id: string,
  by?: string,
): FailoverRequest {
  return {
    source: "direct",
    command,
    id,
    at: now.toISOString(),
    generation,
    force,
    ...(planned ? { planned } : {}),
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
  };
}

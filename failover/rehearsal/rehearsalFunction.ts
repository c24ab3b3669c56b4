/**
 * The rehearsal as AWS runs it: what Lambda delivers becomes a trigger, the rest is `run`. Pulumi
 * serializes these functions into the package, so they capture functions and plain data alone.
 */
import type { Clock } from "../ports";
import type { RehearsalTrigger } from "./model";
import { rehearsalCloud } from "./rehearsalCloud";
import { rehearsalRuleName, type RehearsalPlan } from "./rehearsalPlan";
import { runRehearsal, type RehearsalRunResult } from "./run";

/** What a person sends to the function. */
export interface RehearsalAsk {
  readonly source: "direct";
  readonly command: "rehearse" | "abort";
  /** Idempotency token: a repeat with the same one changes nothing. */
  readonly id: string;
  /** When it was asked for, ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** The last rounds end this long before Lambda would, milliseconds. */
const margin = 60_000;

type Handler = (
  event: unknown,
  context: { getRemainingTimeInMillis(): string | number },
) => Promise<RehearsalRunResult>;

/** Makes the Lambda callback; `plan` is called in each run, where a captured Output has its value. */
export function createRehearsalHandler(plan: () => RehearsalPlan): Handler {
  return async (event, context) => {
    const settings = plan();
    const clock: Clock = {
      now: () => Date.now(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    };
    const trigger = readRehearsalTrigger(event, settings);
    const deadline = clock.now() + Number(context.getRemainingTimeInMillis()) - margin;
    const cloud = rehearsalCloud(settings);
    return runRehearsal(cloud, clock, trigger, { plan: settings, deadline }, (what, details) => {
      console.log(JSON.stringify({ event: what, ...details }));
    });
  };
}

/** @throws when the event is none that the function is meant to get: its alarm then tells people. */
export function readRehearsalTrigger(
  event: unknown,
  { prefix }: Pick<RehearsalPlan, "prefix">,
): RehearsalTrigger {
  const fields = (typeof event === "object" && event !== null ? event : {}) as {
    source?: string;
    resources?: readonly string[];
    id?: string;
    time?: string;
  };
  if (fields.source === "aws.events") {
    const ruleArn = fields.resources?.[0] ?? "";
    if (!ruleArn.endsWith(`/${rehearsalRuleName(prefix)}`)) return { kind: "tick" };
    return {
      kind: "start",
      at: Date.parse(fields.time ?? "") || 0,
      asked: { id: fields.id ?? ruleArn, by: "schedule" },
    };
  }
  if (fields.source === "direct") return readAsk(event as RehearsalAsk);
  throw new Error(
    `This event is neither a schedule nor a request: ${JSON.stringify({ event }).slice(0, 200)}. ` +
      "Use npm run failover -- --stack dr --rehearse, which sends the right one.",
  );
}

const kinds: Readonly<Record<RehearsalAsk["command"], "start" | "abort">> = {
  rehearse: "start",
  abort: "abort",
};

function readAsk({ command, id, at, reason }: RehearsalAsk): RehearsalTrigger {
  if (!Object.keys(kinds).includes(command)) {
    throw new Error(
      `The command "${command}" is none of ${Object.keys(kinds).join(", ")}: nothing was begun.`,
    );
  }
  return {
    kind: kinds[command],
    at: Date.parse(at) || 0,
    asked: { id, by: "person", ...(reason === undefined ? {} : { reason }) },
  };
}

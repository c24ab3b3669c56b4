/**
 * The failover as AWS runs it: what Lambda delivers becomes a trigger, the rest is `run`. Pulumi
 * serializes these functions into the package, so they capture functions and plain data alone.
 */
import { awsCloud } from "./awsCloud";
import { look, type Look } from "./look";
import { type HumanCommand, humanCommands, type Trigger } from "./model";
import type { FailoverPlan } from "./plan";
import type { Clock } from "./ports";
import { run, type RunResult } from "./run";

/** What a person or `pulumi up` sends to the function. */
export interface FailoverRequest {
  readonly source: "config" | "direct";
  readonly command: HumanCommand;
  /** Idempotency token: a repeat with the same one changes nothing. */
  readonly id: string;
  /** When it was asked for, ISO 8601. Absent for the config flag: see {@link readTrigger}. */
  readonly at?: string;
  readonly generation: number;
  readonly force?: boolean;
  /** Both regions are well: wait until nothing is lost, then change their roles. */
  readonly planned?: boolean;
  readonly reason?: string;
  /** Who asks. Noted by `acceptUnfenced` alone. */
  readonly by?: string;
}

/** Asks the function what it sees and would do; see {@link Look}. */
export interface LookRequest {
  readonly source: "direct";
  readonly command: "look";
}

/** The last rounds end this long before Lambda would, milliseconds. */
const margin = 60_000;

type Handler = (
  event: unknown,
  context: { getRemainingTimeInMillis(): string | number },
) => Promise<RunResult | Look>;

/**
 * Makes the Lambda callback. `plan` is called in each run, so that an Output that the closure
 * captured is read where it has its value.
 */
export function createFailoverHandler(plan: () => FailoverPlan): Handler {
  return async (event, context) => {
    const settings = plan();
    const clock = systemClock();
    const cloud = awsCloud(settings);
    if (isLook(event)) return look(cloud, settings, () => clock.now());
    const trigger = readTrigger(event, settings, clock.now());
    const deadline = clock.now() + Number(context.getRemainingTimeInMillis()) - margin;
    return run(cloud, clock, trigger, { plan: settings, deadline }, log);
  };
}

/** From a person alone: it is the one request that asks for nothing. */
function isLook(event: unknown): boolean {
  const { source, command } = (event ?? {}) as Partial<LookRequest>;
  return source === "direct" && command === "look";
}

function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

function log(event: string, details: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ event, ...details }));
}

/** @throws when the event is none that the function is meant to get: its alarm then tells people. */
export function readTrigger(event: unknown, plan: FailoverPlan, now: number): Trigger {
  const fields = (typeof event === "object" && event !== null ? event : {}) as {
    Records?: readonly unknown[];
    source?: string;
  };
  if (Array.isArray(fields.Records)) return readAlarm(fields.Records[0], plan);
  if (fields.source === "aws.events") return { kind: "schedule" };
  if (fields.source === "config" || fields.source === "direct") {
    return readRequest(event as FailoverRequest, now);
  }
  throw new Error(
    `This event is none of SNS, schedule or request: ${JSON.stringify(event).slice(0, 200)}. ` +
      "Use npm run failover -- --stack dr, which sends the right one.",
  );
}

function readAlarm(record: unknown, plan: FailoverPlan): Trigger {
  const sns = (record as { Sns?: Partial<Record<"TopicArn" | "MessageId" | "Message", string>> })
    .Sns;
  const message = parse(sns?.Message);
  return {
    kind: "alarm",
    id: sns?.MessageId ?? "unidentified",
    // Its own time and not SNS's: a message that SNS redelivers is as old as the alarm's change.
    at: Date.parse(message.StateChangeTime ?? "") || 0,
    alarmName: message.AlarmName ?? "",
    newState: message.NewStateValue ?? "",
    authentic: sns?.TopicArn === plan.alarmsTopicArn,
  };
}

function parse(text: string | undefined): Readonly<Record<string, string>> {
  try {
    return JSON.parse(text ?? "") as Record<string, string>;
  } catch {
    // Not an alarm's message; admission refuses it for the name that it lacks.
    return {};
  }
}

/**
 * The config flag carries no time of its own: Pulumi sends it when it creates the invocation, and its
 * token and generation make every repeat harmless.
 */
function readRequest(request: FailoverRequest, now: number): Trigger {
  if (!humanCommands.includes(request.command)) {
    throw new Error(
      `The request's command is ${JSON.stringify(request.command)}; it is one of ${humanCommands.join(", ")}. ` +
        "Nothing was asked for.",
    );
  }
  const at = request.at === undefined ? now : Date.parse(request.at) || 0;
  return {
    kind: request.source,
    id: request.id,
    at,
    command: request.command,
    force: request.force === true,
    planned: request.planned === true,
    generation: request.generation,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(request.by === undefined ? {} : { by: request.by }),
  };
}

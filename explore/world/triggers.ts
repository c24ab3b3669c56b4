import type { Trigger } from "../../failover/model";
import { rememberedIds } from "../recordForm";
import { now, policy, tick } from "../time";

/** One delivery to the function, and what the rules know of it. */
export interface Delivery {
  readonly what: string;
  readonly trigger: (generation: number) => Trigger;
  /** It must change nothing, whenever it comes (S5). */
  readonly mustBeRefused?: boolean;
  /** The same message may come again; {@link rememberedIds} holds its identity. */
  readonly repeatable?: "alarm" | "config";
  /** A person accepts the loss of data. */
  readonly forces?: boolean;
  /** A person accepts that the old region was never seen fenced. */
  readonly givesUp?: boolean;
}

const message = (over: object): Trigger => ({
  kind: "alarm",
  id: rememberedIds.alarm,
  at: now,
  alarmName: policy.alarmName,
  newState: "ALARM",
  authentic: true,
  ...over,
});

const request = (over: object, generation: number): Trigger => ({
  kind: "direct",
  id: "request",
  at: now,
  command: "failover",
  force: false,
  generation,
  ...over,
});

export const schedule: Delivery = { what: "schedule", trigger: () => ({ kind: "schedule" }) };

export const force: Delivery = {
  what: "a person forces",
  trigger: (generation) => request({ force: true, reason: "loss accepted" }, generation),
  forces: true,
};

export const abort: Delivery = {
  what: "a person aborts",
  trigger: (generation) => request({ command: "abort" }, generation),
};

export const giveUp: Delivery = {
  what: "a person gives the old region up",
  trigger: (generation) => request({ command: "acceptUnfenced", reason: "lost" }, generation),
  givesUp: true,
};

export const ask: Delivery = {
  what: "a person asks",
  trigger: (generation) => request({}, generation),
};

export const plan: Delivery = {
  what: "a person plans a role change",
  trigger: (generation) => request({ planned: true }, generation),
};

/** Late, repeated and wrong ones are among them. */
export const deliveries: readonly Delivery[] = [
  schedule,
  { what: "the alarm's message", trigger: () => message({}), repeatable: "alarm" },
  {
    what: "an alarm's message of long ago",
    trigger: () => message({ id: "old message", at: now - tick }),
    mustBeRefused: true,
  },
  {
    what: "an OK notification",
    trigger: () => message({ id: "ok", newState: "OK" }),
    mustBeRefused: true,
  },
  {
    what: "a forged message",
    trigger: () => message({ id: "forged", authentic: false }),
    mustBeRefused: true,
  },
  {
    what: "the config flag",
    trigger: () => request({ kind: "config", id: rememberedIds.config }, 1),
    repeatable: "config",
  },
  force,
  abort,
  {
    what: "a request for another generation",
    trigger: (generation) => request({ id: "other", generation: generation + 1 }, generation),
    mustBeRefused: true,
  },
  {
    what: "a forced request without a reason",
    trigger: (generation) => request({ id: "mute", force: true }, generation),
    mustBeRefused: true,
  },
];

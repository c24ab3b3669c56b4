import { nearestKey } from "../../stacks/config/nearestKey";
import type { Phase } from "../../failover/model";
import type { FaultSpecification } from "../gateway/faults";

/** What a person can ask of the running local AWS. */
export type Command =
  | { readonly kind: "help" | "status" | "clear" | "alarm" | "abort" | "quit" }
  | { readonly kind: "lose" | "revive"; readonly region: string }
  | { readonly kind: "fault"; readonly fault: FaultSpecification }
  | { readonly kind: "failover"; readonly force?: string }
  | { readonly kind: "wait"; readonly for: number | Phase }
  | { readonly kind: "time"; readonly scale: number }
  | { readonly kind: "calls"; readonly show: CallsShown };

/** Which API calls are shown as they happen. */
export type CallsShown = "writing" | "all" | "none";

/** What words in a command may mean. */
export interface Known {
  readonly primary: string;
  readonly dr: string;
  /** Signing names of the services in use. */
  readonly services: readonly string[];
}

/** A line that is no command; its message says what would be one. */
export class NoCommand extends Error {
  override readonly name = "NoCommand";
}

interface Syntax {
  readonly usage: string;
  readonly does: string;
  readonly read: (words: readonly string[], known: Known) => Command;
}

const phases = [
  "standby",
  "confirming",
  "recovering",
  "serving",
  "aborted",
  "blocked",
] as const satisfies readonly Phase[];

/** Every command with its usage, in the order of `help`. */
export const syntax: Readonly<Record<string, Syntax>> = {
  help: {
    usage: "help",
    does: "this list",
    read: bare("help"),
  },
  status: {
    usage: "status",
    does: "record, alarm, who answers where, what is broken",
    read: bare("status"),
  },
  lose: {
    usage: "lose primary|dr|REGION",
    does: "a region dies: endpoints, machines, all",
    read: (words, known) => ({ kind: "lose", region: regionOf("lose", words[0], known) }),
  },
  revive: {
    usage: "revive primary|dr|REGION",
    does: "the region comes back, its machines boot",
    read: (words, known) => ({ kind: "revive", region: regionOf("revive", words[0], known) }),
  },
  throttle: {
    usage: "throttle SERVICE [REGION] [COUNT]",
    does: "refuses calls as too many, COUNT or all",
    read: (words, known) => faultOf("throttle", { kind: "throttle" }, words, known),
  },
  fail: {
    usage: "fail SERVICE [REGION] [COUNT]",
    does: "calls are answered with an internal error",
    read: (words, known) => faultOf("fail", { kind: "serverError" }, words, known),
  },
  slow: {
    usage: "slow SERVICE DURATION [REGION] [COUNT]",
    does: "calls take longer, in modelled time: 30s, 2m",
    read: ([service, duration, ...words], known) => {
      const effect = { kind: "delay", duration: durationOf(duration) } as const;
      return faultOf("slow", effect, service === undefined ? [] : [service, ...words], known);
    },
  },
  clear: {
    usage: "clear",
    does: "ends throttle, fail and slow; dead regions stay dead",
    read: bare("clear"),
  },
  alarm: {
    usage: "alarm [region-down]",
    does: "both signals say down, as by SetAlarmState",
    read: (words) => {
      const name = words[0] ?? "region-down";
      if (name !== "region-down") throw unknown("alarm", name, ["region-down"]);
      atMost("alarm", words, 1);
      return { kind: "alarm" };
    },
  },
  failover: {
    usage: "failover [--force REASON]",
    does: "as a person; --force accepts lost data",
    read: readFailover,
  },
  abort: {
    usage: "abort",
    does: "drops a failover before its point of no return",
    read: bare("abort"),
  },
  wait: {
    usage: "wait DURATION|PHASE",
    does: "so long (5m), or until the record's phase",
    read: (words) => {
      atMost("wait", words, 1);
      const word = words[0] ?? "";
      if (/^\d/.test(word)) return { kind: "wait", for: durationOf(word) };
      const phase = phases.find((name) => name === word);
      if (phase === undefined) throw unknown("wait", word, phases);
      return { kind: "wait", for: phase };
    },
  },
  time: {
    usage: "time SCALE",
    does: "modelled seconds per second",
    read: (words) => {
      atMost("time", words, 1);
      return { kind: "time", scale: wholeNumber("time", words[0]) };
    },
  },
  calls: {
    usage: "calls on|all|off",
    does: "shows the calls that change something, all, or none",
    read: (words) => {
      const shown = { on: "writing", all: "all", off: "none" } as const;
      const word = words[0] ?? "on";
      atMost("calls", words, 1);
      if (!Object.hasOwn(shown, word)) throw unknown("calls", word, Object.keys(shown));
      return { kind: "calls", show: shown[word as keyof typeof shown] };
    },
  },
  quit: {
    usage: "quit",
    does: "ends the local AWS and everything in it",
    read: bare("quit"),
  },
};

/**
 * Reads a line; an empty one or a comment (`# …`) is nothing.
 * @throws NoCommand with the nearest known word or with the usage
 */
export function parseCommand(line: string, known: Known): Command | undefined {
  const [verb, ...words] = line.split("#", 1)[0]?.trim().split(/\s+/) ?? [];
  if (!verb) return undefined;
  const command = Object.hasOwn(syntax, verb) ? syntax[verb] : undefined;
  if (command === undefined) {
    const nearest = nearestKey(verb, Object.keys(syntax));
    const hint = nearest === undefined ? "help lists them all" : `did you mean "${nearest}"?`;
    throw new NoCommand(`There is no command "${verb}"; ${hint}`);
  }
  return command.read(words, known);
}

function bare(kind: "help" | "status" | "clear" | "abort" | "quit"): Syntax["read"] {
  return (words) => {
    atMost(kind, words, 0);
    return { kind };
  };
}

function readFailover(words: readonly string[]): Command {
  const [flag, ...reason] = words;
  if (flag === undefined) return { kind: "failover" };
  if (flag !== "--force") throw unknown("failover", flag, ["--force"]);
  if (reason.length === 0) {
    throw new NoCommand(
      "failover --force wants a reason; it goes into the record: failover --force fire in the building",
    );
  }
  return { kind: "failover", force: reason.join(" ") };
}

function faultOf(
  verb: string,
  effect: FaultSpecification["effect"],
  [service, ...rest]: readonly string[],
  known: Known,
): Command {
  if (service === undefined) throw misused(verb);
  if (!known.services.includes(service)) throw unknown(verb, service, known.services);
  atMost(verb, rest, 2);
  const numbers = rest.filter((word) => /^\d/.test(word));
  const names = rest.filter((word) => !/^\d/.test(word));
  if (numbers.length > 1 || names.length > 1) throw misused(verb);
  return {
    kind: "fault",
    fault: {
      effect,
      service,
      ...(names.length === 0 ? {} : { region: regionOf(verb, names[0], known) }),
      ...(numbers.length === 0 ? {} : { count: wholeNumber(verb, numbers[0]) }),
    },
  };
}

function regionOf(verb: string, word: string | undefined, { primary, dr }: Known): string {
  if (word === undefined) throw misused(verb);
  if (word === "primary") return primary;
  if (word === "dr") return dr;
  // Global services have their control planes there: Route 53, IAM, Global Accelerator.
  const known = [primary, dr, "us-east-1", "us-west-2"];
  if (!known.includes(word)) throw unknown(verb, word, ["primary", "dr", ...known]);
  return word;
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

function durationOf(word: string | undefined): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(word ?? "") ?? [];
  if (amount === undefined) {
    throw new NoCommand(
      `"${word ?? ""}" is no duration; write a number and ms, s, m or h: slow rds 30s`,
    );
  }
  return Number(amount) * units[unit as keyof typeof units];
}

function wholeNumber(verb: string, word: string | undefined): number {
  if (word === undefined) throw misused(verb);
  const value = Number(word);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new NoCommand(
    `"${word}" is not a whole number from 1 on. Usage: ${syntax[verb]?.usage ?? verb}`,
  );
}

function atMost(verb: string, words: readonly string[], count: number): void {
  if (words.length > count) throw misused(verb);
}

function misused(verb: string): NoCommand {
  return new NoCommand(`Usage: ${syntax[verb]?.usage ?? verb}`);
}

function unknown(verb: string, word: string, known: readonly string[]): NoCommand {
  const nearest = nearestKey(word, known);
  const hint = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
  return new NoCommand(`${verb} knows no "${word}", only ${known.join(", ")}.${hint}`);
}

/**
 * What the lease process does; one that is down is one that has seen nothing and asks for nothing. A
 * machine without power is `gone`: its successor is another machine.
 */
export const phases = ["asking", "holding", "leaving", "gone"] as const;
export type Phase = (typeof phases)[number];

/** A request to the table. `takeAbandoned` may take what is not free: its count was seen to stand still. */
export const requests = ["none", "take", "takeAbandoned", "renew", "release"] as const;
export type Request = (typeof requests)[number];

/** `off`, `runs`, or the ticks until systemd kills a Jenkins that was asked to stop. */
export type Jenkins = "off" | "runs" | number;

/** One machine; all times in ticks of its own boot clock. */
export interface Machine {
  readonly phase: Phase;
  /** Until its lease ends; 0: it has ended, or there is none. */
  readonly left: number;
  /** Until the next renewal. */
  readonly pause: number;
  readonly request: Request;
  /** Since the request under way was made. */
  readonly requestAge: number;
  /** The request under way has changed the table; the answer has not arrived. */
  readonly written: boolean;
  /** Since the watchdog heard of the lease process. */
  readonly silence: number;
  readonly jenkins: Jenkins;
  /** For how long it has seen the present count of renewals stand still; -1: it has not seen it. */
  readonly seen: number;
  /** The lease process stands still. */
  readonly frozen: boolean;
  /** The whole machine stands still, its systemd and Jenkins too; its boot clock does not. */
  readonly paused: boolean;
  /** It does not reach the table. */
  readonly cut: boolean;
  /** A request that was given up and may yet arrive. */
  readonly late: Request;
}

export interface State {
  /** The lease's owner by index; -1: nobody ever took it. */
  readonly owner: number;
  /** It was given back. */
  readonly free: boolean;
  /** A clock has been wrong by a tick since the table was last written. */
  readonly drifted: boolean;
  readonly machines: readonly Machine[];
}

const idle: Machine = {
  phase: "asking",
  left: 0,
  pause: 0,
  request: "none",
  requestAge: 0,
  written: false,
  silence: 0,
  jenkins: "off",
  seen: -1,
  frozen: false,
  paused: false,
  cut: false,
  late: "none",
};

export function initialState(machines: number): State {
  return {
    owner: -1,
    free: false,
    drifted: false,
    machines: new Array<Machine>(machines).fill(idle),
  };
}

export function alive({ jenkins }: Machine): boolean {
  return jenkins !== "off";
}

const bit = (yes: boolean): number => (yes ? 1 : 0);

/**
 * A short text that two states share only if they are one but for the machines' order: machines are
 * alike, so that what can follow is the same.
 */
export function keyOf({ owner, free, drifted, machines }: State): string {
  const codes = machines.map((each, index) => codeOf(each, owner === index)).sort();
  return String.fromCharCode(bit(free) + 2 * bit(drifted) + 4 * bit(owner === -1)) + codes.join("");
}

function codeOf(machine: Machine, owns: boolean): string {
  const { phase, request, late, jenkins } = machine;
  const words = phases.indexOf(phase) + 4 * requests.indexOf(request) + 32 * requests.indexOf(late);
  const { written, frozen, cut, paused } = machine;
  const bits = bit(written) + 2 * bit(frozen) + 4 * bit(cut) + 8 * bit(paused) + 16 * bit(owns);
  const times = machine.left + 64 * machine.pause + 1024 * machine.requestAge;
  const stops = jenkins === "off" ? 0 : jenkins === "runs" ? 1 : jenkins + 2;
  return String.fromCharCode(words, bits, times, machine.silence + 64 * (machine.seen + 1), stops);
}

/** One request of a team's users, over a connection of its own. Times in ms since boot. */
export interface Sample {
  readonly team: string;
  readonly begun: number;
  /** Until its connection stood, ms; undefined: it never did. */
  readonly connected?: number;
  /** Until its answer, or until it failed, ms. */
  readonly took: number;
  /** `<team>-<machine>` of the controller that answered; undefined: it failed. */
  readonly servedBy?: string;
  /** Why it failed: a status, an error of the network, or a limit that passed. */
  readonly failure?: string;
}

/** A long-lived connection was opened, or has broken. */
export interface StreamChange {
  readonly team: string;
  readonly kind: "websocket" | "agent";
  readonly change: "up" | "down";
  /** Of the first answer, or of the last one before it broke; ms since boot. */
  readonly at: number;
  readonly servedBy?: string;
}

export type UserRecord =
  | { readonly kind: "sample"; readonly sample: Sample }
  | { readonly kind: "stream"; readonly stream: StreamChange };

/** Reads a line that client.js printed. */
export function readUserRecord(line: string): UserRecord {
  const [kind, team, ...rest] = JSON.parse(line) as [string, string, ...unknown[]];
  if (kind === "request") {
    const [begun, connected, took, servedBy, failure] = rest as [
      number,
      number | null,
      number,
      string | null,
      string | null,
    ];
    return {
      kind: "sample",
      sample: {
        team,
        begun,
        ...(connected === null ? {} : { connected }),
        took,
        ...(servedBy === null ? {} : { servedBy }),
        ...(failure === null ? {} : { failure }),
      },
    };
  }
  const [stream, change, at, servedBy] = rest as [
    StreamChange["kind"],
    StreamChange["change"],
    number,
    string | null,
  ];
  return {
    kind: "stream",
    stream: { team, kind: stream, change, at, ...(servedBy === null ? {} : { servedBy }) },
  };
}

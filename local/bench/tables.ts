import Table from "cli-table3";
import { readableDuration } from "../../failover/duration";
import type { Measured } from "../engine/benchProgram";
import type { Bound } from "./bounds";
import type { FailoverMeasurement, PeerMeasurement } from "./measurement";

/** Ours and the sequential peer's failover of the same size. */
export interface Comparison {
  readonly ours: FailoverMeasurement;
  readonly peer: PeerMeasurement;
}

/** Both side by side: two rows for each size, with what the peer takes in multiples of ours. */
export function failoverTable(comparisons: readonly Comparison[]): string {
  const head = ["teams", "", "describe calls", "other calls", "RTO", "critical path", "memory"];
  const table = new Table({
    head: [...head, "record"],
    style: { head: [], border: [] },
    colAligns: ["right", "left", ...Array.from({ length: 6 }, () => "right" as const)],
  });
  for (const { ours, peer } of comparisons) {
    table.push([
      ours.teams,
      "ours",
      ours.describes,
      ours.changes,
      readableDuration(ours.rtoMs),
      readableDuration(ours.criticalPathMs),
      `${ours.memoryMb} MB`,
      `${(ours.recordBytes / 1024).toFixed(1)} kB`,
    ]);
    const times = (part: number, whole: number): string => `(${(part / whole).toFixed(1)} ×)`;
    table.push([
      "",
      "peer",
      `${peer.describes} ${times(peer.describes, ours.describes)}`,
      `${peer.changes} ${times(peer.changes, ours.changes)}`,
      `${readableDuration(peer.rtoMs)} ${times(peer.rtoMs, ours.rtoMs)}`,
      "",
      "",
      "",
    ]);
  }
  return table.toString();
}

/** The peer's time by step, which shows what waits for what. */
export function peerSteps({ peer }: Comparison): string {
  const steps = Object.entries(peer.steps).map(
    ([name, duration]) => `${name} ${readableDuration(duration)}`,
  );
  return `The peer with ${peer.teams} teams, one step after another: ${steps.join(", ")}.`;
}

export function programTable(measured: readonly Measured[]): string {
  const table = new Table({
    head: ["teams", "resources of both stacks", "processor time", "per team"],
    style: { head: [], border: [] },
    colAligns: Array.from({ length: 4 }, () => "right" as const),
  });
  for (const { teams, resources, cpuSeconds } of measured) {
    const perTeam = `${((cpuSeconds * 1000) / teams).toFixed(0)} ms`;
    table.push([teams, resources, `${cpuSeconds.toFixed(1)} s`, perTeam]);
  }
  return table.toString();
}

/** A line for each bound. */
export function boundLines(bounds: readonly Bound[]): string {
  return bounds.map(({ held, says }) => `${held ? "ok    " : "MISSED"}  ${says}`).join("\n");
}

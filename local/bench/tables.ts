import Table from "cli-table3";
import { readableDuration } from "../../failover/duration";
import type { Measured } from "../engine/benchProgram";
import { type Bound, callsOf } from "./bounds";
import type { FailoverMeasurement, PeerMeasurement } from "./measurement";

/** Ours and the sequential peer's failover of the same size. */
export interface Comparison {
  readonly ours: FailoverMeasurement;
  readonly peer: PeerMeasurement;
}

/** Both side by side, a row for each size. */
export function failoverTable(comparisons: readonly Comparison[]): string {
  const table = new Table({
    head: [
      "teams",
      "describes",
      "changes",
      "peer's",
      "",
      "RTO",
      "critical path",
      "peer's",
      "peer takes",
      "memory",
      "record",
    ],
    style: { head: [], border: [] },
    colAligns: Array.from({ length: 11 }, () => "right" as const),
  });
  for (const { ours, peer } of comparisons) {
    table.push([
      ours.teams,
      ours.describes,
      ours.changes,
      peer.describes,
      peer.changes,
      readableDuration(ours.rtoMs),
      readableDuration(ours.criticalPathMs),
      readableDuration(peer.rtoMs),
      `${(peer.rtoMs / ours.rtoMs).toFixed(1)} × RTO, ${(callsOf(peer) / callsOf(ours)).toFixed(1)} × calls`,
      `${ours.memoryMb} MB`,
      `${(ours.recordBytes / 1024).toFixed(1)} kB`,
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

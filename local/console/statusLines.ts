import type { FailoverRecord } from "../../failover/model";
import { readableDuration } from "../../failover/duration";
import type { InjectedFault } from "../gateway/faults";

/** What `status` shows. */
export interface Status {
  /** Modelled time, epoch milliseconds. */
  readonly now: number;
  readonly scale: number;
  readonly record: FailoverRecord | undefined;
  /** State of the composite alarm, or why it cannot be read. */
  readonly alarm: string;
  /** Names of the teams that answer, by region. */
  readonly answering: Readonly<Record<string, readonly string[]>>;
  readonly teams: number;
  readonly deadRegions: readonly string[];
  readonly faults: readonly InjectedFault[];
}

export function statusLines(status: Status): string[] {
  const { record } = status;
  const date = new Date(status.now).toISOString().slice(0, 19).replace("T", " ");
  return [
    `time      ${date}, ${status.scale} modelled seconds a second`,
    record === undefined
      ? "record    not written yet"
      : `record    ${record.phase}, generation ${record.generation}, active region ${record.activeRegion}`,
    ...steps(record),
    `alarm     ${status.alarm}`,
    ...Object.entries(status.answering).map(
      ([region, teams]) =>
        `answers   ${region}: ${teams.length} of ${status.teams} teams${teams.length === 0 ? "" : ` (${teams.join(", ")})`}`,
    ),
    `dead      ${status.deadRegions.join(", ") || "no region"}`,
    ...status.faults.map((fault) => `fault     ${faultLine(fault)}`),
  ];
}

function steps(record: FailoverRecord | undefined): string[] {
  if (record === undefined || record.phase === "standby" || record.phase === "serving") return [];
  const running = Object.entries(record.steps).flatMap(([name, { state, waitsFor }]) =>
    state === "running" ? [`step      ${name} waits for ${waitsFor ?? "its end"}`] : [],
  );
  const blocked = record.blockage;
  return blocked === undefined
    ? running
    : [...running, `blocked   ${blocked.step}: ${blocked.reason} ${blocked.remedy}`];
}

/** `rds in eu-west-1: throttle, 2 of 3 calls met`. */
export function faultLine({ specification, met }: InjectedFault): string {
  const { effect, service = "any service", region, count } = specification;
  const where = region === undefined ? "everywhere" : `in ${region}`;
  const what = effect.kind === "delay" ? `delay ${readableDuration(effect.duration)}` : effect.kind;
  const calls = count === undefined ? `${met} calls met` : `${met} of ${count} calls met`;
  return `${service} ${where}: ${what}, ${calls}`;
}

import { stepNames } from "../../failover/model";
import type { CallCount, Moment, TimelineStep } from "./report";
import { type RecordVersion, succeeded, type Trace } from "./trace";

/** The bars of the timeline: detection, then the record's own steps. */
export function timelineOf(
  trace: Trace,
  versions: readonly RecordVersion[],
  critical: ReadonlySet<string>,
): TimelineStep[] {
  const last = versions.at(-1)?.record;
  const confirming = versions.find(({ record }) => record.phase === "confirming");
  if (last === undefined || confirming === undefined) return [];
  const detection: TimelineStep = {
    name: "detection",
    start: 0,
    end: confirming.at - trace.lostAt,
    outcome: "done",
    waitedFor: "the probe's periods and the alarm",
    onCriticalPath: true,
  };
  const steps = stepNames.flatMap((name): TimelineStep[] => {
    const step = last.steps[name];
    if (step?.startedAt === undefined) return [];
    return [
      {
        name,
        start: step.startedAt - trace.lostAt,
        end: (step.endedAt ?? trace.endedAt) - trace.lostAt,
        outcome: outcomeOf(versions, name),
        waitedFor: lastWait(versions, name),
        onCriticalPath: critical.has(name),
      },
    ];
  });
  return [detection, ...steps];
}

/** How it stood when the failover went on: a fence may be confirmed long after that. */
function outcomeOf(
  versions: readonly RecordVersion[],
  name: (typeof stepNames)[number],
): TimelineStep["outcome"] {
  const ended = versions.find(({ record }) => record.steps[name]?.endedAt !== undefined);
  const state = ended?.record.steps[name]?.state;
  return state === "done" || state === "unconfirmed" ? state : "missed";
}

function lastWait(versions: readonly RecordVersion[], name: (typeof stepNames)[number]): string {
  const waits = versions.flatMap(({ record }) => record.steps[name]?.waitsFor ?? []);
  return waits.at(-1) ?? "nothing";
}

/** What happened when, from the record's versions and from AWS's own events. */
export function momentsOf(trace: Trace, versions: readonly RecordVersion[]): Moment[] {
  const phases = versions.flatMap(({ at, record }, index): Moment[] => {
    // The trace begins in the steady state, whose record was written before.
    const before = versions[index - 1]?.record.phase ?? "standby";
    const text = `${before} → ${record.phase}, generation ${record.generation}`;
    return before === record.phase ? [] : [{ at: at - trace.lostAt, kind: "phase", text }];
  });
  const said = new Set<string>();
  const announcements = versions.flatMap(({ at, record }) =>
    record.outbox.flatMap(({ id, subject }): Moment[] => {
      if (said.has(id)) return [];
      said.add(id);
      return [{ at: at - trace.lostAt, kind: "announcement", text: subject }];
    }),
  );
  const world = trace.events.map(({ at, service, region, resource, what }): Moment => {
    const kind = service === "monitoring" ? "alarm" : "world";
    return { at: at - trace.lostAt, kind, text: `${region}: ${named(resource, what)}` };
  });
  const fault: Moment = { at: 0, kind: "fault", text: `${trace.lostRegion} is lost` };
  return [fault, ...phases, ...announcements, ...world].sort((a, b) => a.at - b.at);
}

/** Names the thing once: events mostly do so themselves, of an ARN by its end. */
function named(resource: string, what: string): string {
  const own = resource.startsWith("arn:") ? (resource.split(":").at(-1) ?? resource) : resource;
  const names = [own, own.slice(own.indexOf("/") + 1)];
  return names.some((name) => what.includes(name)) ? what : `${own}: ${what}`;
}

/** How often the failover function called what. */
export function countCalls(trace: Trace, caller: string): CallCount[] {
  const counts = new Map<string, CallCount>();
  for (const call of trace.calls) {
    if (call.caller !== caller || call.at < trace.lostAt) continue;
    const { service, action, region } = call;
    const key = `${service} ${action} ${region}`;
    const before = counts.get(key) ?? { service, action, region, count: 0, refused: 0 };
    const refused = before.refused + (succeeded(call) ? 0 : 1);
    counts.set(key, { ...before, count: before.count + 1, refused });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

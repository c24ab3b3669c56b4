import { type FailoverRecord, stepNames } from "../../failover/model";
import type { CallCount, Moment, TimelineStep } from "./report";
import type { RecordVersion, Trace } from "./trace";

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
    const outcome =
      step.state === "done" || step.state === "unconfirmed" ? step.state : ("missed" as const);
    return [
      {
        name,
        start: step.startedAt - trace.lostAt,
        end: (step.endedAt ?? trace.endedAt) - trace.lostAt,
        outcome,
        waitedFor: lastWait(versions, name),
        onCriticalPath: critical.has(name),
      },
    ];
  });
  return [detection, ...steps];
}

function lastWait(versions: readonly RecordVersion[], name: (typeof stepNames)[number]): string {
  const waits = versions.flatMap(({ record }) => record.steps[name]?.waitsFor ?? []);
  return waits.at(-1) ?? "nothing";
}

/** Which steps ended last in their stage: those that the whole waited for. */
export function criticalSteps(record: FailoverRecord): ReadonlySet<string> {
  const end = (name: (typeof stepNames)[number]) => record.steps[name]?.endedAt ?? 0;
  const names = new Set<string>(["detection", "confirm", "fence", "traffic"]);
  if (end("database") >= end("controllers")) return names.add("database");
  names.add("controllers");
  return names.add(end("home") >= end("capacity") ? "home" : "capacity");
}

/** What happened when, from the record's versions and from AWS's own events. */
export function momentsOf(trace: Trace, versions: readonly RecordVersion[]): Moment[] {
  const phases = versions.flatMap(({ at, record }, index): Moment[] => {
    const before = versions[index - 1]?.record.phase;
    const text = `${before ?? "no record"} → ${record.phase}, generation ${record.generation}`;
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
    return { at: at - trace.lostAt, kind, text: `${region} ${resource}: ${what}` };
  });
  const fault: Moment = { at: 0, kind: "fault", text: `${trace.lostRegion} is lost` };
  return [fault, ...phases, ...announcements, ...world].sort((a, b) => a.at - b.at);
}

/** How often the failover function called what. */
export function countCalls(trace: Trace, caller: string): CallCount[] {
  const counts = new Map<string, CallCount>();
  for (const call of trace.calls) {
    if (call.caller !== caller || call.at < trace.lostAt) continue;
    const { service, action, region } = call;
    const key = `${service} ${action} ${region}`;
    const before = counts.get(key) ?? { service, action, region, count: 0, refused: 0 };
    const refused = before.refused + (call.status === 200 ? 0 : 1);
    counts.set(key, { ...before, count: before.count + 1, refused });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

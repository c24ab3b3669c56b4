import type { RecordVersion, Trace } from "./trace";
import { modelledLatencies } from "../gateway/latencies";
import { criticalPath } from "./criticalPath";
import type { PlannedDeployment } from "./deployment";
import type { Measured } from "./measured";
import type {
  DrillReport,
  DrillSetup,
  ModelledLatency,
  RecoveryFigures,
  RuleResult,
  StageTime,
  TeamResult,
} from "./report";
import { limitsOf } from "./limits";
import { judgeMeasured } from "./rules/measured";
import { checkSafety } from "./safetyRules";
import { countCalls, momentsOf, timelineOf } from "./timeline";

interface Findings {
  readonly trace: Trace;
  readonly versions: readonly RecordVersion[];
  readonly planned: PlannedDeployment;
  readonly setup: DrillSetup;
  readonly stages: readonly StageTime[];
  readonly started: Date;
  /** Null where the data plane is modelled. */
  readonly measured: Measured | null;
  /** The failover function's name in the call log. */
  readonly caller: string;
}

/** The failover may take this much longer than the waits that nobody can shorten. */
const rtoTarget = 1.1;

/** Puts together what a drill found out. */
export function makeReport(findings: Findings): DrillReport {
  const { trace, versions, planned, measured, setup, stages, started, caller } = findings;
  const recovery = recoveryOf(findings);
  const rules = [
    ...checkSafety(trace, planned.limits),
    ...targetsOf(findings, recovery),
    ...(measured === null
      ? []
      : judgeMeasured(measured, trace.servingRegion, planned.limits.hasHome)),
  ];
  // Traffic comes last whatever took longest before it.
  const critical = new Set([
    ...recovery.criticalPathParts.flatMap(({ steps }) => steps),
    "traffic",
  ]);
  return {
    format: 1,
    verdict: rules.every(({ held }) => held !== false) ? "proven" : "missed",
    startedAt: started.toISOString(),
    realSeconds: (Date.now() - started.getTime()) / 1000,
    setup,
    stages,
    timeline: timelineOf(trace, versions, critical),
    moments: momentsOf(trace, versions),
    recovery,
    rules,
    teams: teamsOf(findings),
    measured,
    calls: countCalls(trace, caller),
    modelled: modelledOf(trace),
    limits: limitsOf(measured, setup.edge, planned.hasPair, setup.workload),
  };
}

function recoveryOf({ trace, versions, planned }: Findings): RecoveryFigures {
  const serving = versions.find(({ record }) => record.phase === "serving");
  const last = versions.at(-1)?.record;
  const parts = criticalPath(trace, planned.limits, versions);
  return {
    rto: (serving?.at ?? trace.endedAt) - trace.lostAt,
    criticalPath: parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    criticalPathParts: parts,
    rpo: { database: last?.lag?.database ?? null, home: last?.lag?.home ?? null },
    generation: last?.generation ?? 0,
    fenced: last?.steps.fence?.state === "done",
  };
}

function targetsOf(findings: Findings, { rto, criticalPath: path }: RecoveryFigures): RuleResult[] {
  const ratio = path === 0 ? Number.POSITIVE_INFINITY : rto / path;
  const teams = teamsOf(findings);
  const silent = teams.filter(({ healthyAt }) => healthyAt === null);
  return [
    {
      rule: "RTO",
      statement: `RTO at most ${rtoTarget} × its critical path.`,
      held: ratio <= rtoTarget,
      evidence: `${ratio.toFixed(2)} × the critical path.`,
    },
    {
      rule: "Teams",
      statement: "Every team answers in the new region.",
      held: silent.length === 0,
      evidence:
        silent.length === 0
          ? `${teams.length} teams answer.`
          : `No answer from ${silent.map(({ team }) => team).join(", ")}.`,
    },
  ];
}

function teamsOf({ trace, planned }: Findings): TeamResult[] {
  const { prefix, domain } = planned.settings;
  return planned.moving.map(({ name, strategy }) => {
    const answered = trace.events.find(
      ({ service, region, detail }) =>
        service === "controller" &&
        region === trace.servingRegion &&
        detail?.stage === "answering" &&
        detail.AutoScalingGroupName === `${prefix}-${name}`,
    );
    return {
      team: name,
      url: `https://${name}.${domain}/`,
      strategy,
      healthyAt: answered === undefined ? null : answered.at - trace.lostAt,
    };
  });
}

/** The slowest draw of each kind: what the failover had to wait for. */
function modelledOf(trace: Trace): ModelledLatency[] {
  const slowest = new Map<string, ModelledLatency>();
  for (const { name, value } of trace.latencies) {
    if ((slowest.get(name)?.milliseconds ?? -1) >= value) continue;
    slowest.set(name, { name, milliseconds: value, source: modelledLatencies[name].source });
  }
  return [...slowest.values()].sort((a, b) => a.name.localeCompare(b.name));
}

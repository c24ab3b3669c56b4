import type { RecordVersion, Trace } from "./trace";
import { modelledLatencies } from "../gateway/latencies";
import { criticalPath } from "./criticalPath";
import type { PlannedDeployment } from "./deployment";
import type {
  DrillReport,
  DrillSetup,
  ModelledLatency,
  RecoveryFigures,
  RuleResult,
  StageTime,
  TeamResult,
} from "./report";
import { checkSafety } from "./safetyRules";
import { countCalls, momentsOf, timelineOf } from "./timeline";

interface Findings {
  readonly trace: Trace;
  readonly versions: readonly RecordVersion[];
  readonly planned: PlannedDeployment;
  readonly setup: DrillSetup;
  readonly stages: readonly StageTime[];
  readonly started: Date;
  /** The failover function's name in the call log. */
  readonly caller: string;
}

/** The failover may take this much longer than the waits that nobody can shorten. */
const rtoTarget = 1.1;

/** What this drill cannot show. */
function limitsOf({ database }: DrillSetup): string[] {
  return [
    "AWS's latencies are modelled from the sources given; no AWS was involved.",
    "The emulator checks neither IAM policies nor the provider's schema: that a policy suffices is shown by AWS alone.",
    "Controllers are modelled: they boot, wait for home and record, load and answer. No Jenkins ran.",
    database === null
      ? "The database was modelled: its RPO is the modelled lag at the loss, not a count of lost rows."
      : `${database} ran behind the database calls and nobody wrote to it: its RPO is the measured lag at the loss, not a count of lost rows.`,
    "Nothing was written to the homes: their RPO is the lag at the loss, not a count of lost files.",
    "TLS, DNS resolution and the accelerator's network are not modelled; requests reach a load balancer directly.",
  ];
}

/** Puts together what a drill found out. */
export function makeReport(findings: Findings): DrillReport {
  const { trace, versions, planned, setup, stages, started, caller } = findings;
  const recovery = recoveryOf(findings);
  const rules = [...checkSafety(trace, planned.limits), ...targetsOf(findings, recovery)];
  // Traffic comes last whatever took longest before it.
  const critical = new Set([
    ...recovery.criticalPathParts.flatMap(({ steps }) => steps),
    "traffic",
  ]);
  return {
    format: 1,
    verdict: rules.every(({ held }) => held) ? "proven" : "missed",
    startedAt: started.toISOString(),
    realSeconds: (Date.now() - started.getTime()) / 1000,
    setup,
    stages,
    timeline: timelineOf(trace, versions, critical),
    moments: momentsOf(trace, versions),
    recovery,
    rules,
    teams: teamsOf(findings),
    calls: countCalls(trace, caller),
    modelled: modelledOf(trace),
    limits: limitsOf(setup),
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
  const { prefix, teams, domain } = planned.settings;
  return teams
    .filter(({ strategy }) => strategy !== "local-only")
    .map(({ name, strategy }) => {
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

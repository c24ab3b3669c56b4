import Table from "cli-table3";
import { readableDuration, readableLag } from "../../failover/duration";
import type { JenkinsMeasured } from "./jenkins/jenkinsTrial";
import type { Measured, MeasuredLoss } from "./measured";
import type { DrillReport } from "./report";

/** What the drill prints at its end: timeline, rules, figures, and where the whole is. */
export function summarise(report: DrillReport, files: readonly string[]): string {
  const { recovery, setup } = report;
  const ratio = (recovery.rto / Math.max(1, recovery.criticalPath)).toFixed(2);
  const proven = report.verdict === "proven" ? "PROVEN" : "MISSED";
  return [
    "",
    `${proven}: ${setup.lostRegion} was lost, ${setup.servingRegion} serves ${setup.workload === "jenkins" ? `${report.teams.length} teams` : "the application"}.`,
    "",
    timeline(report),
    "",
    rules(report),
    "",
    `RTO ${readableDuration(recovery.rto)} (modelled), ${ratio} × the critical path:`,
    ...recovery.criticalPathParts.map(
      ({ name, milliseconds }) => `  ${readableDuration(milliseconds).padStart(12)}  ${name}`,
    ),
    `RPO database ${readableLag(recovery.rpo.database)}, ${setup.workload === "jenkins" ? `home ${readableLag(recovery.rpo.home)}` : "no home"} (lags at the loss)`,
    ...report.teams.map(
      ({ team, url, healthyAt }) =>
        `  ${team.padEnd(12)} ${url}  ${healthyAt === null ? "never answered" : `answers after ${readableDuration(healthyAt)}`}`,
    ),
    "",
    ...measured(report),
    `Modelled, not measured: ${report.modelled.length} AWS latencies; see the report for each and its source.`,
    `${report.realSeconds.toFixed(0)} s of real time:`,
    ...report.stages.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${name}`),
    ...files.map((file) => `Report: ${file}`),
  ].join("\n");
}

function measured({ measured: found }: DrillReport): string[] {
  if (found === null) return ["Measured here: nothing; the data plane was modelled."];
  const { requests, teams, jenkins } = found;
  const gap = ({ longestGap, longestWriteGap }: (typeof teams)[number]): string =>
    `${readableDuration(longestGap.modelledMilliseconds)} without an answer` +
    (longestWriteGap === null
      ? ""
      : `, ${readableDuration(longestWriteGap.modelledMilliseconds)} without a write`);
  return [
    `Measured here, by ten requests a second for each team (${requests.failed} of ${requests.total} failed):`,
    ...teams.map((team) => `  ${team.team.padEnd(12)} ${gap(team)}`),
    ...(jenkins === null ? kept(found) : jenkinsLines(jenkins)),
    "",
  ];
}

function kept({ builds, rows, homes, acceptedByOldSide }: Measured): string[] {
  return [
    ...(builds === null ? [] : [`  ${lost("builds", builds)}`]),
    ...(rows === null ? [] : [`  ${lost("rows", rows)}`]),
    `  ${builds === null ? "no homes" : `traces of two writers in ${homes.read} homes: ${homes.twoWriters.length}`}; writes of the old side after the fence: ${acceptedByOldSide.length}`,
  ];
}

function jenkinsLines({ product, teams }: JenkinsMeasured): string[] {
  return [
    `  a real ${product} in each team:`,
    ...teams.map(
      ({ team, job, before, after, next }) =>
        `  ${team.padEnd(12)} job ${job}: ${before.length} builds before the loss, ` +
        `${after?.length ?? "no job"} after it, then build ${next?.number ?? "none"} (${next?.result ?? "no result"})`,
    ),
  ];
}

function lost(what: string, { lost: count, acknowledged, lagSeconds, withinLag }: MeasuredLoss) {
  return (
    `${what} lost: ${count} of ${acknowledged} acknowledged ` +
    `(the lag of ${readableLag(lagSeconds)} at the loss explains up to ${withinLag})`
  );
}

function timeline({ timeline: steps }: DrillReport): string {
  const table = new Table({
    ...plain,
    head: ["step", "start", "end", "outcome", "waited for"],
    // With its borders 100 columns, as many as most terminals have at least.
    colWidths: [15, 13, 13, 13, 40],
  });
  for (const step of steps) {
    table.push([
      `${step.name}${step.onCriticalPath ? " *" : ""}`,
      readableDuration(step.start),
      readableDuration(step.end),
      step.outcome,
      step.waitedFor,
    ]);
  }
  return `${table.toString()}\n* on the critical path`;
}

function rules({ rules: results }: DrillReport): string {
  const table = new Table({ ...plain, head: ["", "rule", "evidence"], colWidths: [8, 9, 79] });
  for (const { held, rule, statement, evidence } of results) {
    table.push([held === null ? "n/a" : held ? "ok" : "MISSED", rule, `${statement}\n${evidence}`]);
  }
  return table.toString();
}

/** No colours: the same text on a terminal, in a file and in a log. */
const plain = { style: { head: [], border: [] }, wordWrap: true, wrapOnWordBoundary: true };

import { readableDuration, readableLag } from "../../failover/duration";
import { type Card, cards, escape, htmlPage, tableCell, tableSection } from "../page/htmlParts";
import { renderMeasured } from "./htmlMeasured";
import type { DrillReport, TimelineStep } from "./report";

/** The report as one page that needs nothing from anywhere: no script, font or image to fetch. */
export function renderHtmlReport(report: DrillReport): string {
  return htmlPage({
    title: `Drill ${report.verdict}: ${report.setup.lostRegion} → ${report.setup.servingRegion}`,
    body: [
      header(report),
      renderMeasured(report.measured),
      figures(report),
      timeline(report),
      rules(report),
      teams(report),
      moments(report),
      criticalPath(report),
      calls(report),
      modelled(report),
      limits(report),
    ].join("\n"),
  });
}

function header({ verdict, setup, startedAt, realSeconds }: DrillReport): string {
  const engine = setup.engine === "pulumi" ? "the real Pulumi engine" : "the stand-in engine";
  return `<header>
<p class="verdict ${verdict}">${verdict === "proven" ? "Proven" : "Missed"}</p>
<h1><span class="short">${escape(setup.lostRegion)}</span> was lost, <span class="short">${escape(setup.servingRegion)}</span> serves</h1>
<p class="muted">Drill of ${escape(startedAt.slice(0, 16).replace("T", " "))} UTC, ${realSeconds.toFixed(0)} s of real time by ${engine} on
${escape(setup.emulator)}. Users by ${setup.edge === "route53" ? "Route 53" : "Global Accelerator"}. Seed ${setup.seed}; ${setup.timeScale} modelled seconds a second;
${setup.resources.primary} + ${setup.resources.dr} resources deployed. Times are modelled unless they say otherwise.</p>
</header>`;
}

function figures({ recovery }: DrillReport): string {
  const ratio = (recovery.rto / Math.max(1, recovery.criticalPath)).toFixed(2);
  const figures: Card[] = [
    ["RTO", readableDuration(recovery.rto), `${ratio} × the critical path`],
    ["RPO, database", readableLag(recovery.rpo.database), "replica lag at the loss"],
    ["RPO, home", readableLag(recovery.rpo.home), "age of the last sync at the loss"],
    ["Fence", recovery.fenced ? "confirmed" : "unconfirmed", "when the drill ended"],
    ["Generation", String(recovery.generation), "after the failover"],
  ];
  return `<section><h2>Modelled: what AWS takes its time for</h2>${cards(figures)}</section>`;
}

function timeline({ timeline: steps }: DrillReport): string {
  const end = Math.max(1, ...steps.map((step) => step.end));
  const rows = steps.map((step) => bar(step, end)).join("\n");
  const marks = ticks(end)
    .map((at) => `<span style="left:${percent(at, end)}">${Math.round(at / 60_000)}</span>`)
    .join("");
  return `<section>
<h2>Timeline</h2>
<div class="timeline" role="img" aria-label="Steps of the failover over modelled time">
${rows}
<div class="axis"><span class="muted name">minutes</span><div class="ticks">${marks}</div></div>
</div>
<p class="legend muted"><span class="swatch critical"></span> on the critical path
<span class="swatch"></span> beside it <span class="swatch unconfirmed"></span> unconfirmed</p>
<div class="scroll"><table>
<thead><tr><th>Step</th><th>Start</th><th>End</th><th>Took</th><th>Outcome</th><th>Last waited for</th></tr></thead>
<tbody>${steps.map(stepRow).join("")}</tbody>
</table></div>
</section>`;
}

function bar(step: TimelineStep, end: number): string {
  const kind = step.outcome === "done" ? (step.onCriticalPath ? "critical" : "") : step.outcome;
  const width = Math.max(0.6, (100 * (step.end - step.start)) / end).toFixed(2);
  const title = `${step.name}: ${readableDuration(step.start)} to ${readableDuration(step.end)}`;
  return `<div class="row"><span class="name">${escape(step.name)}</span><div class="track"><div class="bar ${kind}" style="left:${percent(step.start, end)};width:${width}%" title="${escape(title)}"></div></div></div>`;
}

function stepRow(step: TimelineStep): string {
  const cells = [
    readableDuration(step.start),
    readableDuration(step.end),
    readableDuration(step.end - step.start),
    step.outcome,
    step.waitedFor,
  ];
  return `<tr><th scope="row">${escape(step.name)}</th>${cells.map(tableCell).join("")}</tr>`;
}

function rules(report: DrillReport): string {
  return tableSection(
    "Rules and targets",
    ["", "Rule", "Statement", "Evidence"],
    report.rules.map(({ rule, statement, held, evidence }) => [
      held === null ? "–" : held ? "✓" : "✗",
      rule,
      statement,
      evidence,
    ]),
  );
}

function teams(report: DrillReport): string {
  return tableSection(
    "Teams",
    ["Team", "Strategy", "URL", "Answers again after"],
    report.teams.map(({ team, strategy, url, healthyAt }) => [
      team,
      strategy,
      url,
      healthyAt === null ? "never" : readableDuration(healthyAt),
    ]),
  );
}

function moments(report: DrillReport): string {
  return tableSection(
    "What happened",
    ["After", "Kind", "What"],
    report.moments.map(({ at, kind, text }) => [readableDuration(at), kind, text]),
  );
}

function criticalPath({ recovery }: DrillReport): string {
  return tableSection(
    "Critical path",
    ["Wait", "Took"],
    recovery.criticalPathParts.map(({ name, milliseconds }) => [
      name,
      readableDuration(milliseconds),
    ]),
  );
}

function calls(report: DrillReport): string {
  return tableSection(
    "Calls of the failover function",
    ["Service", "Operation", "Region", "Calls", "Refused or unanswered"],
    report.calls.map(({ service, action, region, count, refused }) => [
      service,
      action,
      region,
      String(count),
      String(refused),
    ]),
  );
}

function modelled(report: DrillReport): string {
  return tableSection(
    "Modelled, not measured",
    ["Latency", "Drawn", "Source"],
    report.modelled.map(({ name, milliseconds, source }) => [
      name,
      readableDuration(milliseconds),
      source,
    ]),
  );
}

function limits(report: DrillReport): string {
  const items = report.limits.map((limit) => `<li>${escape(limit)}</li>`).join("");
  return `<section><h2>What this drill cannot show</h2><ul>${items}</ul></section>`;
}

/** Marks at whole minutes, five to ten of them whatever the length. */
function ticks(end: number): number[] {
  const step = [1, 2, 5, 10, 15, 30, 60].find((m) => end / (m * 60_000) <= 8) ?? 120;
  const marks: number[] = [];
  for (let at = 0; at <= end; at += step * 60_000) marks.push(at);
  return marks;
}

function percent(at: number, end: number): string {
  return `${((100 * at) / end).toFixed(2)}%`;
}

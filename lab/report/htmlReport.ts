import { escape, htmlPage, tableSection } from "../../local/page/htmlParts";
import type { PairProfile } from "../../components/pair/proxyTiming";
import type { Judgement } from "../judgement";
import type { LabReport } from "../lab";
import type { RoundResult, StripPart, TeamResult } from "../result";
import { outageText, seconds } from "./summaryTable";

/** The lab's report as one page that needs nothing from anywhere. */
export function renderLabReport(report: LabReport): string {
  const { verdict, judgements, rounds } = report;
  return htmlPage({
    title: `Lab ${verdict}`,
    style: stripStyle,
    body: [
      header(report),
      figures(judgements),
      ...judgements.map((judgement) => scenarioSection(judgement, rounds)),
      limits(),
    ].join("\n"),
  });
}

/** Beside the common style: colours of who answers. */
const stripStyle = `
.pair { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px; margin-bottom: 8px; }
.pair h3 { font-size: 0.9rem; margin: 0 0 6px; }
.bar.m1 { background: var(--critical); } .bar.m2 { background: var(--good); } .bar.failed { background: var(--bad); }
.swatch.m1 { background: var(--critical); } .swatch.m2 { background: var(--good); } .swatch.failed { background: var(--bad); }
.mark { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--ink); }
`;

function header({ verdict, startedAt, seconds: took, seed, rounds }: LabReport): string {
  return `<header>
<p class="verdict ${verdict}">${verdict === "proven" ? "Proven" : "Missed"}</p>
<h1>Faults of a pair: the published timing and ours</h1>
<p class="muted">Lab of ${escape(startedAt.slice(0, 16).replace("T", " "))} UTC: ${rounds.length} rounds in ${Math.round(took)} s with real daemons in network namespaces, seed ${seed}.</p>
<p class="legend muted"><span class="swatch m1"></span> served by m1 <span class="swatch m2"></span> by m2
<span class="swatch failed"></span> failed; a line is an event; the fault is at 0</p>
</header>`;
}

function figures(judgements: readonly Judgement[]): string {
  return tableSection(
    "Users' outages, medians over rounds",
    [
      "",
      "Scenario",
      "Reference",
      "Ours",
      "Failed, reference",
      "Failed, ours",
      "Address moved, ours",
    ],
    judgements.map(({ title, reference, fast, missed }) => [
      missed.length === 0 ? "✓" : "✗",
      title,
      reference === undefined ? "not run" : outageText(reference),
      fast === undefined ? "not run" : outageText(fast),
      reference === undefined ? "" : String(reference.failedInAll),
      fast === undefined ? "" : String(fast.failedInAll),
      fast === undefined ? "" : String(fast.moves),
    ]),
  );
}

function scenarioSection(judgement: Judgement, all: readonly RoundResult[]): string {
  const own = all.filter(({ scenario }) => scenario === judgement.scenario);
  const shown = (["reference", "fast"] as const).flatMap((profile) => typical(own, profile) ?? []);
  const end = Math.max(...shown.map(({ watched }) => watched));
  const missed = judgement.missed.map((one) => `<li>✗ ${escape(one)}</li>`).join("");
  return `<section><h2>${escape(judgement.title)}</h2>
${missed === "" ? "" : `<ul>${missed}</ul>`}
${shown.map((round) => roundStrips(round, end)).join("\n")}
</section>`;
}

/** The round of a profile whose outage is the median's. */
function typical(rounds: readonly RoundResult[], profile: PairProfile): RoundResult | undefined {
  const outage = ({ teams }: RoundResult) => Math.max(...teams.map(({ longest }) => longest));
  const sorted = rounds
    .filter((round) => round.profile === profile)
    .sort((one, other) => outage(one) - outage(other));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** What is shown before the fault, ms. */
const lead = 1_000;

function roundStrips(round: RoundResult, end: number): string {
  const { profile, teams, events } = round;
  const place = (at: number) => {
    const share = (100 * (Math.min(Math.max(at, -lead), end) + lead)) / (end + lead);
    return share.toFixed(2);
  };
  const marks = events
    .map(({ at, text }) => {
      const title = escape(`${seconds(at)}: ${text}`);
      return `<div class="mark" style="left:${place(at)}%" title="${title}"></div>`;
    })
    .join("");
  const said = events.map(({ at, text }) => `${seconds(at)} ${escape(text)}`).join(" · ");
  const step = end > 20_000 ? 5_000 : 1_000;
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step)
    .map((at) => `<span style="left:${place(at)}%">${at / 1_000}</span>`)
    .join("");
  return `<div class="pair"><h3>${profile === "fast" ? "ours" : "reference"}, round ${round.round}</h3>
${teams.map((team) => teamRow(team, place, marks)).join("\n")}
<div class="axis"><span class="muted name">seconds</span><div class="ticks">${ticks}</div></div>
<p class="muted">${said}</p></div>`;
}

function teamRow(
  { team, strip, failed }: TeamResult,
  place: (at: number) => string,
  marks: string,
): string {
  const bars = strip.map((part) => bar(part, place)).join("");
  const label = `${escape(team)}${failed > 0 ? ` <span class="muted">${failed} ✗</span>` : ""}`;
  return `<div class="row"><span class="name">${label}</span><div class="track">${bars}${marks}</div></div>`;
}

function bar({ from, to, servedBy }: StripPart, place: (at: number) => string): string {
  const left = place(from);
  const width = Math.max(0.15, Number(place(to)) - Number(left)).toFixed(2);
  const machine = servedBy?.split("-").at(-1) ?? "failed";
  const title = escape(`${seconds(from)} to ${seconds(to)}: ${servedBy ?? "failed"}`);
  return `<div class="bar ${escape(machine)}" style="left:${left}%;width:${width}%" title="${title}"></div>`;
}

function limits(): string {
  return `<section><h2>What it does not show</h2><p>All machines share one kernel, clock and storage; packets are never lost by chance; controllers are
stand-ins that load in no time unless a scenario says otherwise. Each controller has a home of its own. The reference is the published guide's timing rendered by this program, with the guide's own checks.</p></section>`;
}

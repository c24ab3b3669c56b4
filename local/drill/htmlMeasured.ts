import { readableDuration, readableLag } from "../../failover/duration";
import { type Card, cards, escape, table } from "../page/htmlParts";
import type { JenkinsMeasured } from "./jenkins/jenkinsTrial";
import type { Measured, MeasuredLoss, MeasuredTeam } from "./measured";

/** What users and data really met; says so where nothing of it was real. */
export function renderMeasured(measured: Measured | null): string {
  if (measured === null) {
    return `<section><h2>Measured here</h2><p class="muted">Nothing: no users came, because the data plane was modelled.</p></section>`;
  }
  return `<section><h2>Measured here: what users and data met</h2>
${cards(figures(measured))}
<p class="muted">Ten requests a second of real time for each team, ${escape(servedBy(measured))}. Gaps are on the
modelled clock, in brackets as they really took.</p>
${table(["Team", "Requests", "Failed", "Acknowledged", "Longest gap", "Without writes"], measured.teams.map(teamRow))}
${measured.jenkins === null ? "" : renderJenkins(measured.jenkins)}
</section>`;
}

function servedBy({ homes, database, jenkins }: Measured): string {
  if (jenkins !== null) return `reads only, through the edge to a real ${jenkins.product}`;
  const storage = `${homes.read} homes${database === null ? "" : ` and ${database}`}`;
  return `reads and writes in turn, through the edge to ${homes.writers} processes with ${storage}`;
}

/** What became of the jobs of a real Jenkins. */
function renderJenkins({ product, teams }: JenkinsMeasured): string {
  const rows = teams.map(({ team, job, before, after, next, problem }) => [
    team,
    job,
    before.map(({ number, result }) => `${number} ${result}`).join(", "),
    after?.map(({ number, result }) => `${number} ${result}`).join(", ") ?? problem ?? "no job",
    next === null ? (problem ?? "none") : `${next.number} ${next.result}`,
  ]);
  return `<h3>${escape(product)}: jobs and builds</h3>
${table(["Team", "Job", "Builds before the loss", "There after it", "Then built"], rows)}`;
}

function figures(measured: Measured): Card[] {
  const { requests, teams } = measured;
  const gap = Math.max(0, ...teams.map(({ longestGap }) => longestGap.modelledMilliseconds));
  return [
    ["Longest gap", readableDuration(gap), "no answer for any user of a team"],
    ["Requests failed", String(requests.failed), `of ${requests.total}`],
    ...(measured.jenkins === null ? keptFigures(measured) : []),
  ];
}

function keptFigures({ builds, rows, homes, acceptedByOldSide }: Measured): Card[] {
  return [
    ...(builds === null
      ? []
      : [["Builds lost in homes", String(builds.lost), explanation(builds)] as const]),
    ...(rows === null ? [] : [["Rows lost", String(rows.lost), explanation(rows)] as const]),
    ...(builds === null
      ? []
      : [
          [
            "Two writers",
            homes.twoWriters.length === 0 ? "none" : String(homes.twoWriters.length),
            `in ${homes.lines} lines of ${homes.read} homes`,
          ] as const,
        ]),
    ["Old side wrote", String(acceptedByOldSide.length), "writes accepted after the fence"],
  ];
}

function explanation({ lagSeconds, withinLag, acknowledged }: MeasuredLoss): string {
  return `of ${acknowledged}; the lag of ${readableLag(lagSeconds)} explains up to ${withinLag}`;
}

function teamRow(team: MeasuredTeam): string[] {
  const gap = ({ modelledMilliseconds, realMilliseconds }: MeasuredTeam["longestGap"]): string =>
    `${readableDuration(modelledMilliseconds)} (${(realMilliseconds / 1000).toFixed(1)} s)`;
  return [
    team.team,
    String(team.requests),
    String(team.failed),
    String(team.acknowledged),
    gap(team.longestGap),
    team.longestWriteGap === null ? "only reads" : gap(team.longestWriteGap),
  ];
}

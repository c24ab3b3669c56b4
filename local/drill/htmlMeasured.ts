import { readableDuration, readableLag } from "../../failover/duration";
import { type Card, cards, escape, table } from "./htmlParts";
import type { Measured, MeasuredLoss, MeasuredTeam } from "./measured";

/** What users and data really met; says so where nothing of it was real. */
export function renderMeasured(measured: Measured | null): string {
  if (measured === null) {
    return `<section><h2>Measured here</h2><p class="muted">Nothing: no users came, because the data plane was modelled or the edge is Route 53's.</p></section>`;
  }
  const { homes, database } = measured;
  return `<section><h2>Measured here: what users and data met</h2>
${cards(figures(measured))}
<p class="muted">Ten requests a second of real time for each team, reads and writes in turn, through the edge to
${escape(String(homes.writers))} processes with ${escape(String(homes.read))} homes${database === null ? "" : ` and ${escape(database)}`}. Gaps are on the
modelled clock, in brackets as they really took.</p>
${table(["Team", "Requests", "Failed", "Acknowledged", "Longest gap", "Without writes"], measured.teams.map(teamRow))}
</section>`;
}

function figures({ requests, teams, builds, rows, homes, acceptedByOldSide }: Measured): Card[] {
  const gap = Math.max(0, ...teams.map(({ longestGap }) => longestGap.modelledMilliseconds));
  return [
    ["Longest gap", readableDuration(gap), "no answer for any user of a team"],
    ["Requests failed", String(requests.failed), `of ${requests.total}`],
    ["Builds lost in homes", String(builds.lost), explanation(builds)],
    ...(rows === null ? [] : [["Rows lost", String(rows.lost), explanation(rows)] as const]),
    [
      "Two writers",
      homes.twoWriters.length === 0 ? "none" : String(homes.twoWriters.length),
      `in ${homes.lines} lines of ${homes.read} homes`,
    ],
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
    gap(team.longestWriteGap),
  ];
}

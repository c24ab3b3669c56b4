import { readableDuration } from "../failover/duration";
import type { Rehearsal, RehearsalRecord } from "../failover/rehearsal/model";
import { describeOutcome } from "../failover/rehearsal/outcome";

type Row = readonly [name: string, text: string];

/** The rows of `npm run status` about rehearsals; none where nothing is ever rehearsed. */
export function rehearsalRows(rehearsals: RehearsalRecord | undefined, now: number): Row[] {
  if (rehearsals === undefined) return [];
  const { running, history } = rehearsals;
  const last = history.at(-1);
  const present = running === undefined ? [] : [rehearsalUnderWay(running, now)];
  const past =
    last === undefined
      ? "none yet"
      : `${readableDuration(now - last.endedAt)} ago: ${describeOutcome(last)}`;
  return [...present, ["last rehearsal", past]];
}

function rehearsalUnderWay(
  { id, startedAt, machines, healthyAt, databaseAt, end }: Rehearsal,
  now: number,
): Row {
  const count = (record: object) => Object.keys(record).length;
  const state =
    end === undefined
      ? `${count(machines)} machines, ${count(healthyAt)} teams healthy, database ${databaseAt === undefined ? "not yet available" : "available"}`
      : "being taken down";
  return ["rehearsal", `${id}, for ${readableDuration(now - startedAt)}: ${state}`];
}

import { experiences, type Gap, type TeamExperience } from "../dataPlane/client/userTimeline";
import type { UserRequest } from "../dataPlane/client/userTraffic";
import { findLosses, type Losses } from "../dataPlane/client/losses";
import { type BuildLine, findTwoWriters } from "../dataPlane/controllers/buildLog";
import type { JenkinsMeasured } from "./jenkins/jenkinsTrial";
import { type RealPaces, toModelled, toReal } from "./realPace";

/** What was seen of users and data, before anybody has judged it. Times are real. */
export interface Observations {
  readonly teams: readonly string[];
  /** All of them; those before the observation only count for what may be lost. */
  readonly requests: readonly UserRequest[];
  /** The observation. */
  readonly during: { readonly from: number; readonly to: number };
  readonly paces: RealPaces;
  readonly lostRegion: string;
  readonly servingRegion: string;
  /** When the region was lost. */
  readonly lostAt: number;
  /** When the record named the new region; undefined if it never did. */
  readonly committedAt: number | undefined;
  readonly homes: readonly {
    readonly region: string;
    readonly lines: readonly BuildLine[];
    readonly damaged: number;
  }[];
  /** False where machines keep nothing. */
  readonly hasHome: boolean;
  /** How far the homes' copies were behind at the loss, modelled seconds; null is unknown. */
  readonly homeLag: number | null;
  /** What became of a real Jenkins's builds; null where stand-ins wrote down their users' ones. */
  readonly jenkins: JenkinsMeasured | null;
  /** Undefined where the database is modelled. */
  readonly database:
    | {
        readonly version: string;
        readonly rows: readonly {
          readonly region: string;
          readonly builds: readonly BuildLine[];
        }[];
        readonly lag: number | null;
      }
    | undefined;
}

/** What users and data really went through; part of the report. */
export interface Measured {
  /** What the rows were kept in, e.g. `PostgreSQL 17.10`; null where the database is modelled. */
  readonly database: string | null;
  readonly requests: { readonly total: number; readonly failed: number };
  readonly teams: readonly MeasuredTeam[];
  /** What became of a real Jenkins's builds; null where stand-ins ran. */
  readonly jenkins: JenkinsMeasured | null;
  /** Builds in the homes; null where a real Jenkins ran, whose users only read. */
  readonly builds: MeasuredLoss | null;
  /** Builds in the database; null where that is modelled, or a real Jenkins ran. */
  readonly rows: MeasuredLoss | null;
  readonly homes: {
    readonly read: number;
    readonly lines: number;
    /** Lines that a copy had cut off. */
    readonly damaged: number;
    readonly writers: number;
    /** Traces of two writers at once, in sentences. */
    readonly twoWriters: readonly string[];
  };
  /** Requests of writes that the old region accepted after the record had named the new one. */
  readonly acceptedByOldSide: readonly string[];
}

export interface MeasuredTeam {
  readonly team: string;
  readonly requests: number;
  readonly failed: number;
  readonly acknowledged: number;
  /** The longest time without any success. */
  readonly longestGap: MeasuredGap;
  /** The longest time without an acknowledged write; null where users only read. */
  readonly longestWriteGap: MeasuredGap | null;
  /** Region that acknowledged its last write; null if none ever did. */
  readonly lastServedBy: string | null;
}

/** A time in which nothing succeeded. */
export interface MeasuredGap {
  readonly modelledMilliseconds: number;
  readonly realMilliseconds: number;
  /** When it began, modelled milliseconds since the loss. */
  readonly from: number;
}

/** A {@link Losses} on the scaled clock. */
export interface MeasuredLoss {
  readonly acknowledged: number;
  readonly lost: number;
  readonly withinLag: number;
  /** Modelled seconds; null is unknown. */
  readonly lagSeconds: number | null;
  readonly unexplained: number;
}

/** Puts what was seen into figures. */
export function measure(seen: Observations): Measured {
  const { teams, requests, during, homes, database, jenkins } = seen;
  const observed = requests.filter(({ sentAt }) => sentAt >= during.from);
  const experienced = experiences(teams, observed, during);
  const acknowledged = requests.flatMap(({ build }) => (build === undefined ? [] : [build]));
  const lines = homes.flatMap((home) => home.lines);
  const rows = database?.rows.flatMap(({ builds }) => builds) ?? [];
  const inHomes = idsIn(
    seen,
    homes.map(({ region, lines: builds }) => ({ region, builds })),
  );
  return {
    database: database?.version ?? null,
    requests: {
      total: observed.length,
      failed: experienced.reduce((sum, { failed }) => sum + failed, 0),
    },
    teams: experienced.map((team) => measuredTeam(team, seen)),
    jenkins,
    builds:
      jenkins === null && seen.hasHome ? loss(acknowledged, inHomes, seen.homeLag, seen) : null,
    rows:
      database === undefined || jenkins !== null
        ? null
        : loss(acknowledged, idsIn(seen, database.rows), database.lag, seen),
    homes: {
      read: homes.length,
      lines: lines.length,
      damaged: homes.reduce((sum, { damaged }) => sum + damaged, 0),
      writers: new Set(lines.map(({ instance, pid }) => `${instance} ${pid}`)).size,
      twoWriters: homes.flatMap((home) =>
        findTwoWriters(home.lines).map((what) => `${home.region}: ${what}`),
      ),
    },
    acceptedByOldSide: acceptedByOldSide([...acknowledged, ...lines, ...rows], seen),
  };
}

/** What is in the new region. */
function idsIn(
  { servingRegion }: Observations,
  places: readonly { readonly region: string; readonly builds: readonly BuildLine[] }[],
): ReadonlySet<string> {
  return new Set(
    places
      .filter(({ region }) => region === servingRegion)
      .flatMap(({ builds }) => builds.map(({ request }) => request)),
  );
}

function loss(
  acknowledged: readonly BuildLine[],
  kept: ReadonlySet<string>,
  lagSeconds: number | null,
  { lostRegion, lostAt, paces }: Observations,
): MeasuredLoss {
  const mayMissSince =
    lagSeconds === null ? null : toReal(paces, toModelled(paces, lostAt) - lagSeconds * 1000);
  const found: Losses = findLosses(acknowledged, kept, { region: lostRegion, mayMissSince });
  return { ...found, lagSeconds, unexplained: found.unexplained.length };
}

/** Without a commit nobody was ever fenced: from the loss on nothing may be accepted then. */
function acceptedByOldSide(
  builds: readonly BuildLine[],
  { lostRegion, lostAt, committedAt }: Observations,
): string[] {
  const late = builds.filter(
    ({ region, at }) => region === lostRegion && at > (committedAt ?? lostAt),
  );
  return [...new Set(late.map(({ request }) => request))];
}

function measuredTeam(experience: TeamExperience, seen: Observations): MeasuredTeam {
  const { longestGap, longestWriteGap, ...counts } = experience;
  const writes = seen.requests.filter(({ team, build }) => team === counts.team && build);
  return {
    ...counts,
    longestGap: measuredGap(longestGap, seen),
    longestWriteGap: seen.jenkins === null ? measuredGap(longestWriteGap, seen) : null,
    lastServedBy: writes.at(-1)?.build?.region ?? null,
  };
}

function measuredGap({ from, milliseconds }: Gap, { paces, lostAt }: Observations): MeasuredGap {
  const begins = toModelled(paces, from);
  return {
    realMilliseconds: Math.round(milliseconds),
    modelledMilliseconds: Math.round(toModelled(paces, from + milliseconds) - begins),
    from: Math.round(begins - toModelled(paces, lostAt)),
  };
}

import { readableDuration } from "../../../failover/duration";
import type { StageTime } from "../report";
import type { Experience } from "./webUsers";

/** Something that the drill promises, and whether it was so. */
export interface WebCheck {
  readonly promise: string;
  readonly held: boolean;
  /** What was seen. */
  readonly seen: string;
}

/** What `npm run drill -- --workload web` found out. */
export interface WebReport {
  readonly format: 1;
  readonly workload: "web";
  readonly verdict: "proven" | "missed";
  readonly startedAt: string;
  readonly realSeconds: number;
  readonly resources: { readonly "web-dev": number; readonly "web-prod": number };
  readonly checks: readonly WebCheck[];
  /** What users met while the zone was lost; times in modelled milliseconds. */
  readonly lostZone: {
    readonly zone: string;
    readonly dev: Experience;
    readonly prod: Experience;
    /** Posts that dev's authors were told to be stored, and how many of these are gone. */
    readonly acknowledged: number;
    readonly lost: number;
  };
  readonly stages: readonly StageTime[];
  /** What this drill cannot show, in sentences. */
  readonly limits: readonly string[];
}

export const webLimits: readonly string[] = [
  "PHP and its web server are a stand-in that reads document root and database at each request; the machines' content script is the real one, on real files.",
  "MariaDB stands in the place of MySQL. The standby of a Multi-AZ instance is modelled by the same data, started again after 60 to 120 s.",
  "The promotion reaches databases and folders directly: Session Manager and Run Command are not modelled. Record, lock and secret are the local AWS's.",
  "A weighted name leaves a replica out as soon as it is gone; Route 53 does so after some three minutes.",
  "Boot times, health checks and Auto Scaling's reactions are modelled; see local/gateway/latencies.ts for each figure's source.",
];

/** For a terminal. */
export function summariseWeb(report: WebReport): string {
  const { lostZone } = report;
  const met = (name: string, { asked, failed, longestOutage }: Experience): string =>
    `  ${name.padEnd(5)} ${failed} of ${asked} requests failed, at most ${readableDuration(longestOutage)} without an answer`;
  return [
    `${report.verdict === "proven" ? "PROVEN" : "MISSED"}: the web application in ${report.realSeconds.toFixed(0)} s of real time`,
    "",
    ...report.checks.map(({ promise, held, seen }) => `${held ? "✓" : "✗"} ${promise}: ${seen}`),
    "",
    `Measured while ${lostZone.zone} was lost, in modelled time:`,
    met("dev", lostZone.dev),
    met("prod", lostZone.prod),
    `  posts lost: ${lostZone.lost} of ${lostZone.acknowledged} acknowledged`,
    "",
    "What it does not show:",
    ...report.limits.map((limit) => `  ${limit}`),
    "",
    ...report.stages.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}`),
  ].join("\n");
}

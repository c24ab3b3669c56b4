import { isDown } from "../teamHealth";

/** One team as seen from outside: how to ask it, and what the control plane calls it. */
export interface ProbeTarget {
  readonly team: string;
  /** The team's public name; sent as `Host` and as the TLS server name. */
  readonly host: string;
  /** DNS name of the load balancer in the active region: past accelerator and DNS, so that the
   *  answer is about the region and not about the edge. */
  readonly address: string;
  readonly targetGroupArn: string;
}

/** Everything that the probe knows. Captured in its code at deployment. */
export interface ProbePlan {
  readonly prefix: string;
  /** The region that is watched. The probe itself runs in the other one (S10). */
  readonly activeRegion: string;
  readonly waitingRegion: string;
  readonly targets: readonly ProbeTarget[];
  /** What each team is asked for; it is healthy when all of them answer well. */
  readonly healthPaths: readonly string[];
  /** Limit for one request, connection and TLS included; milliseconds. */
  readonly requestTimeoutMs: number;
  /** Requests at the same time. 500 dead teams, 5 s each, 100 at a time: 25 s of the minute. */
  readonly concurrency: number;
  readonly threshold: number;
  readonly quorum: number;
}

/** CloudWatch namespace of all that this project measures itself. */
export const metricNamespace = "JenkinsPilotLight";

/** What one team answered. */
export interface TeamAnswer {
  readonly team: string;
  readonly healthy: boolean;
  /** The status or the error, for the log. */
  readonly says: string;
}

/**
 * What the control plane said of one team's targets. `unreachable` is no answer, or a server error; `unknown` is
 * an answer that tells nothing of health, such as throttling or a missing permission.
 */
export type TargetReading =
  | { readonly kind: "healthy" }
  | { readonly kind: "unhealthy" }
  | { readonly kind: "unreachable"; readonly error: string }
  | { readonly kind: "unknown"; readonly error: string };

/** A data point. */
export interface Metric {
  readonly name: "HealthyTeams" | "HealthyShare" | "TeamsDown" | "ControlPlaneDown";
  readonly value: number;
  readonly unit: "Count" | "Percent" | "None";
}

/** First signal: the data points that the teams' own answers make. */
export function teamMetrics(
  answers: readonly TeamAnswer[],
  rule: Pick<ProbePlan, "threshold" | "quorum">,
): Metric[] {
  const healthy = answers.filter((answer) => answer.healthy).length;
  // Without teams nothing is measured, and missing data is not death.
  if (answers.length === 0) return [];
  const down = isDown({ teams: answers.length, healthy }, rule);
  return [
    { name: "HealthyTeams", value: healthy, unit: "Count" },
    { name: "HealthyShare", value: (100 * healthy) / answers.length, unit: "Percent" },
    { name: "TeamsDown", value: down ? 1 : 0, unit: "None" },
  ];
}

/**
 * Second signal: 1 when every target group that was read has no healthy target or the control plane
 * does not answer, 0 as soon as one is healthy. An answer that tells nothing makes no data point:
 * a throttled probe must not become half of a failover.
 */
export function controlPlaneMetrics(readings: readonly TargetReading[]): Metric[] {
  const verdict = controlPlaneIsDown(readings);
  if (verdict === undefined) return [];
  return [{ name: "ControlPlaneDown", value: verdict ? 1 : 0, unit: "None" }];
}

function controlPlaneIsDown(readings: readonly TargetReading[]): boolean | undefined {
  if (readings.some((reading) => reading.kind === "healthy")) return false;
  if (readings.length === 0 || readings.some((reading) => reading.kind === "unknown")) {
    return undefined;
  }
  return true;
}

/**
 * True when the readings so far settle the second signal, so that the rest need not be asked: one
 * healthy target proves the region alive, and a control plane that left a whole batch unanswered
 * will not answer the next 490 either.
 */
export function readingsSuffice(batch: readonly TargetReading[]): boolean {
  return (
    batch.some((reading) => reading.kind === "healthy") ||
    (batch.length > 0 && batch.every((reading) => reading.kind === "unreachable"))
  );
}

import type { GatewayEvent } from "../gateway/gatewayEvents";
import type { LatencyName } from "../gateway/latencies";
import type { DrillLimits } from "./rules/ruleResult";
import type { RecordVersion, Trace } from "./trace";

export interface PathPart {
  readonly name: string;
  readonly milliseconds: number;
  /** The steps of the timeline that did this waiting. */
  readonly steps: readonly string[];
}

/**
 * The longest chain of waits that no implementation could shorten: how long detection takes by the
 * configured periods, the dwell, the fence's timeout, the modelled AWS latencies as they were drawn
 * in this very run, and the controllers' own start up to the load balancer's health checks. What the
 * failover adds to it is its own doing.
 */
export function criticalPath(
  trace: Trace,
  limits: DrillLimits,
  versions: readonly RecordVersion[],
): PathPart[] {
  const alarmed = versions.find(({ record }) => record.phase === "confirming");
  const committed = versions.find(({ record }) => record.committedAt !== undefined);
  if (alarmed === undefined || committed === undefined) return [];
  const detection = alarmed.at - trace.lostAt;
  const unfenced = committed.record.steps.fence?.state === "unconfirmed";
  const termination = slowest(trace, ["asgReaction"]) + slowest(trace, ["asgTerminate"]);
  // Silence is counted while confirming, too: whichever of the two takes longer.
  const untilCommit = unfenced
    ? Math.max(limits.confirmFor, limits.fenceTimeout)
    : limits.confirmFor + termination;
  const capacity =
    limits.confirmFor +
    sum(trace, ["asgReaction", "ec2LaunchToRunning", "instanceBoot"]) -
    untilCommit;
  const database = sum(trace, [
    "rdsPromotionModifying",
    "rdsPromotionRebooting",
    "rdsPromotionDetach",
  ]);
  const home = sum(trace, ["efsReplicationDelete"]);
  const begun = Math.max(home, capacity);
  const controllers = begun + startOfControllers(trace, limits, committed.at + capacity);
  const longest: PathPart =
    database > controllers
      ? {
          name: "database: promotion of the replica",
          milliseconds: database,
          steps: ["database"],
        }
      : {
          name: `${home >= capacity ? "home: its replication ends" : "capacity: machines boot"}; then controllers start`,
          milliseconds: controllers,
          steps: [home >= capacity ? "home" : "capacity", "controllers"],
        };
  return [
    {
      name: "detection: probe periods and alarm",
      milliseconds: detection,
      steps: ["detection"],
    },
    {
      name: unfenced ? "fence: the lost region's silence" : "confirmation and fence",
      milliseconds: untilCommit,
      steps: ["confirm", "fence"],
    },
    longest,
  ];
}

/**
 * How long the controllers took once home and machines were there: noticing it, loading Jenkins, the
 * load balancer's checks. The last team that was needed counts, not the slowest. 0 if it never came.
 */
function startOfControllers(trace: Trace, limits: DrillLimits, bootedAt: number): number {
  const there = trace.events.filter(({ region }) => region === trace.servingRegion);
  const freedAt = there.find(({ what }) => what.endsWith("is writable"))?.at;
  const healthyAt = limits.teamTargetGroups
    .map((group) => there.find((event) => isHealthyTarget(event, group))?.at ?? Infinity)
    .sort((a, b) => a - b)[limits.requiredTeams - 1];
  if (freedAt === undefined || healthyAt === undefined || healthyAt === Infinity) return 0;
  return Math.max(0, healthyAt - Math.max(freedAt, bootedAt));
}

function isHealthyTarget({ service, detail }: GatewayEvent, group: string): boolean {
  if (service !== "elasticloadbalancing") return false;
  return detail?.TargetGroupName === group && detail.State === "healthy";
}

/** Steps that follow one another for one thing; of several things the slowest one counts. */
function sum(trace: Trace, names: readonly LatencyName[]): number {
  return names.reduce((total, name) => total + slowest(trace, [name]), 0);
}

function slowest(trace: Trace, names: readonly LatencyName[]): number {
  const drawn = trace.latencies.filter(({ name }) => names.includes(name));
  return Math.max(0, ...drawn.map(({ value }) => value));
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { createPlannedAlarm } from "../operations/plannedAlarm";
import type { ReadReplica } from "./readReplicas";

/** A replica and its share of the answers. */
export interface WeightedReplica extends Pick<ReadReplica, "identifier" | "address"> {
  /** 0 to 255: of all weights together, this one's part of the answers. 0 takes it out. */
  readonly weight: number;
}

export interface WeightedReaderArgs {
  readonly deployment: Deployment;
  /** Private hosted zone of the VPC. */
  readonly zoneId: pulumi.Input<string>;
  /** Full name in that zone, e.g. `reader.prod.web.internal`. */
  readonly hostName: pulumi.Input<string>;
  readonly replicas: readonly WeightedReplica[];
  /** Told when a replica is gone and when it is back. */
  readonly topicArn: pulumi.Input<string>;
}

/** Seconds that an answer may be kept; a lost replica is asked for so long after it left the answer. */
const timeToLive = 10;

/** Minutes without a sign of life after which a replica leaves the answer. */
const silentMinutes = 2;

/**
 * One private name for several read replicas, answered by weight. A replica that is gone leaves the
 * answer within some three minutes; if all are gone, Route 53 answers as if all were well.
 *
 * Route 53 asks from the internet and cannot reach a private address, so its health checks follow
 * CloudWatch: a replica that lives publishes its CPU each minute. It is the metric's data that Route
 * 53 looks at, not the alarm's state, hence missing data has to mean "unhealthy" here as well. Lag is
 * deliberately not asked for: while replication is stopped, every replica lags and serves. $0.10 for
 * each alarm and $0.50 for each health check a month.
 *
 * The server's certificate knows RDS's own names alone: clients that come by this one verify the
 * authority (`VERIFY_CA`), not the name.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class WeightedReader extends pulumi.ComponentResource {
  readonly hostName: pulumi.Output<string>;

  constructor(name: string, args: WeightedReaderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:WeightedReader", name, {}, opts);
    refuseProblems("WeightedReader", problemsOf(args.replicas));
    this.hostName = pulumi.output(args.hostName);
    args.replicas.forEach((replica, index) => {
      this.answerWith(`${name}-${index + 1}`, args, replica, index + 1);
    });
    this.registerOutputs({ hostName: this.hostName });
  }

  private answerWith(
    name: string,
    args: WeightedReaderArgs,
    { identifier, address, weight }: WeightedReplica,
    number: number,
  ): void {
    const { deployment, topicArn } = args;
    const alarm = createPlannedAlarm(
      name,
      deployment,
      {
        name: `replica-${number}-gone`,
        says: `Replica ${number} has published no metric for ${silentMinutes} minutes: it left the readers' name. See the instance's events in RDS.`,
        namespace: "AWS/RDS",
        metric: "CPUUtilization",
        dimensions: { DBInstanceIdentifier: identifier },
        statistic: "SampleCount",
        comparison: "below",
        threshold: 1,
        periodSeconds: 60,
        periods: silentMinutes,
        missing: "breaching",
      },
      topicArn,
      this,
    );
    const check = new aws.route53.HealthCheck(
      `${name}-alive`,
      {
        type: "CLOUDWATCH_METRIC",
        cloudwatchAlarmName: alarm.name,
        cloudwatchAlarmRegion: deployment.region,
        insufficientDataHealthStatus: "Unhealthy",
        tags: { Name: `${deployment.prefix}-replica-${number}` },
      },
      { parent: this },
    );
    new aws.route53.Record(
      `${name}-record`,
      {
        zoneId: args.zoneId,
        name: args.hostName,
        type: "CNAME",
        ttl: timeToLive,
        records: [address],
        setIdentifier: `replica-${number}`,
        weightedRoutingPolicies: [{ weight }],
        healthCheckId: check.id,
      },
      { parent: this },
    );
  }
}

function problemsOf(replicas: readonly WeightedReplica[]): ArgumentProblem[] {
  const bad = replicas.flatMap(({ weight }, index) =>
    Number.isInteger(weight) && weight >= 0 && weight <= 255
      ? []
      : [
          {
            path: `replicas[${index}].weight`,
            reason: `is ${weight}; give a whole number from 0 to 255`,
          },
        ],
  );
  // Route 53 answers with all of them alike when every weight is zero, which nobody means.
  return replicas.some(({ weight }) => weight > 0)
    ? bad
    : [...bad, { path: "replicas", reason: "have no weight above 0; give one to at least one" }];
}

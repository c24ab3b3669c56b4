import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createFailoverHandler } from "../../failover/failoverFunction";
import type {
  FailoverLimits,
  FailoverPlan,
  PlannedEndpoints,
  PlannedTeam,
} from "../../failover/plan";
import { metricNamespace } from "../../failover/probe/probePlan";
import type { Deployment } from "../deployment";
import { failoverStatements } from "./failoverPermissions";
import { fireOnce } from "./failoverFlag";
import { InlineFunction } from "./inlineFunction";

/** What the failover moves users with; see {@link file://./traffic.ts}. */
export type FailoverEdge =
  | {
      readonly kind: "globalAccelerator";
      readonly shards: pulumi.Input<readonly PlannedEndpoints[]>;
    }
  | {
      readonly kind: "route53";
      readonly hostedZoneId: pulumi.Input<string>;
      /** Names of the weighted records, by shard. */
      readonly names: readonly string[];
    };

/** A file system that EFS made as a replica. */
export interface FailoverHome {
  readonly fileSystemId: pulumi.Input<string>;
  /** The one that it is the replica of: EFS asks for permission on both to end the replication. */
  readonly sourceFileSystemId: pulumi.Input<string>;
}

export interface FailoverArgs {
  readonly deployment: Deployment;
  /** Teams that are brought along; `local-only` teams are not among them. */
  readonly teams: pulumi.Input<readonly PlannedTeam[]>;
  /** Whether some of them have a pair of machines: the function may then act on EC2 too. Default false. */
  readonly hasPairs?: boolean;
  /** DNS names by shard. */
  readonly activeLoadBalancers: pulumi.Input<readonly string[]>;
  readonly waitingLoadBalancers: pulumi.Input<readonly string[]>;
  /** Identifier of the read replica; absent without a database. */
  readonly replica?: pulumi.Input<string>;
  /** What each team is asked for, see {@link file://../workload.ts}. */
  readonly healthPaths: readonly string[];
  /** The home; absent where machines keep nothing. */
  readonly home?: FailoverHome;
  readonly edge: FailoverEdge;
  readonly limits: FailoverLimits;
  /** The composite alarm that may start a failover. */
  readonly alarmName: pulumi.Input<string>;
  readonly alarmsTopicArn: pulumi.Input<string>;
  readonly announcementsTopicArn: pulumi.Input<string>;
  /** Customer key of the announcements topic. */
  readonly topicKmsKeyArn: pulumi.Input<string>;
  /**
   * The config flag: true asks for a failover once. Setting it is one request, whatever is repeated;
   * unsetting it does not fail back. Default false.
   */
  readonly trigger?: boolean;
  /** This region's, see {@link file://./recordTable.ts}. */
  readonly recordTable: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  readonly logRetentionDays?: number;
}

/**
 * What moves the service to this region: the function that decides and acts on the failover record
 * each minute, and its three triggers (region alarm, config flag, direct invocation). It needs
 * neither Pulumi nor its state backend to work.
 *
 * About $1 a month: one run a minute of some 200 ms, alarms at $0.10.
 *
 * @throws pulumi.InputPropertiesError naming every bad limit together.
 */
export class Failover extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;

  constructor(name: string, args: FailoverArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:Failover", name, {}, opts);
    validate(args.limits);
    const { deployment } = args;
    const plan = planOf(args);
    const lambda = new InlineFunction(
      `${name}-inline`,
      {
        deployment,
        functionName: `${deployment.prefix}-failover`,
        description: `Moves ${deployment.prefix} from ${deployment.activeRegion} to ${deployment.region} when asked to`,
        callback: createFailoverHandler(() => plan.get()),
        // The last 60 s are kept free of rounds, so a run works for 50 s and the schedule goes on. A
        // longer one would make a person's abort or force wait: only one run exists at a time.
        timeoutSeconds: 110,
        memoryMb: 512,
        // The record's compare-and-set keeps two runs safe; this keeps them from happening.
        reservedConcurrency: 1,
        statements: failoverStatements(args, plan),
        schedule: "rate(1 minute)",
        silentAfterSeconds: 300,
        alarmActions: [args.announcementsTopicArn],
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
    const subscription = this.subscribe(name, args, lambda);
    this.createAlarms(name, args);
    const answer =
      args.trigger === true
        ? fireOnce(this, name, deployment, lambda, [lambda, subscription])
        : undefined;

    this.functionName = lambda.functionName;
    this.functionArn = lambda.functionArn;
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      ...(answer === undefined ? {} : { answer }),
    });
  }

  private subscribe(
    name: string,
    args: FailoverArgs,
    lambda: InlineFunction,
  ): aws.sns.TopicSubscription {
    const permission = new aws.lambda.Permission(
      `${name}-alarms-permission`,
      {
        action: "lambda:InvokeFunction",
        function: lambda.functionName,
        principal: "sns.amazonaws.com",
        sourceArn: args.alarmsTopicArn,
      },
      { parent: this },
    );
    return new aws.sns.TopicSubscription(
      `${name}-alarms`,
      { topic: args.alarmsTopicArn, protocol: "lambda", endpoint: lambda.functionArn },
      { parent: this, dependsOn: [permission] },
    );
  }

  /** S3 and S8 are loud: whoever sleeps through a message still has an alarm that stays on. */
  private createAlarms(name: string, args: FailoverArgs): void {
    const { prefix } = args.deployment;
    const states = [
      {
        suffix: "blocked",
        metric: "FailoverBlocked",
        description:
          "The failover cannot go on by itself. The announcement says why and what to do.",
      },
      {
        suffix: "unfenced",
        metric: "FailoverUnfenced",
        description: `The failover went on without a confirmed fence: make sure that nothing in ${args.deployment.activeRegion} still writes.`,
      },
    ];
    for (const { suffix, metric, description } of states) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-${suffix}`,
        {
          name: `${prefix}-failover-${suffix}`,
          alarmDescription: description,
          namespace: metricNamespace,
          metricName: metric,
          dimensions: { Deployment: prefix },
          statistic: "Maximum",
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          threshold: 1,
          period: 60,
          evaluationPeriods: 1,
          treatMissingData: "notBreaching",
          alarmActions: [args.announcementsTopicArn],
          okActions: [args.announcementsTopicArn],
        },
        { parent: this },
      );
    }
  }
}

function planOf(args: FailoverArgs): pulumi.Output<FailoverPlan> {
  const { deployment } = args;
  return pulumi.output({
    prefix: deployment.prefix,
    stack: deployment.stack,
    activeRegion: deployment.activeRegion,
    waitingRegion: deployment.region,
    generation: deployment.generation,
    tableName: args.recordTable.name,
    alarmName: args.alarmName,
    alarmsTopicArn: args.alarmsTopicArn,
    announcementsTopicArn: args.announcementsTopicArn,
    teams: args.teams,
    activeLoadBalancers: args.activeLoadBalancers,
    waitingLoadBalancers: args.waitingLoadBalancers,
    ...(args.replica === undefined ? {} : { replica: args.replica }),
    healthPaths: args.healthPaths,
    ...(args.home === undefined ? {} : { homeFileSystemId: args.home.fileSystemId }),
    edge: args.edge,
    limits: args.limits,
  });
}

function validate(limits: FailoverLimits): void {
  const errors: pulumi.InputPropertyErrorDetails[] = [];
  const refuse = (key: keyof FailoverLimits, reason: string): void => {
    errors.push({ propertyPath: `limits.${key}`, reason: `${limits[key]} ${reason}` });
  };
  for (const key of ["threshold", "requiredHealthyShare"] as const) {
    if (!(limits[key] > 0 && limits[key] <= 1)) refuse(key, "is not a share above 0 and up to 1");
  }
  if (!Number.isInteger(limits.quorum) || limits.quorum < 1) {
    refuse("quorum", "is not a whole number of teams from 1 on");
  }
  for (const key of ["confirmFor", "maxReplicaLag", "maxHomeLag"] as const) {
    if (!(limits[key] >= 0)) refuse(key, "is negative");
  }
  for (const key of ["confirmLimit", "fenceTimeout", "stepLimit"] as const) {
    if (!(limits[key] > 0)) refuse(key, "must be above 0 milliseconds");
  }
  if (limits.confirmLimit <= limits.confirmFor) {
    refuse("confirmLimit", `leaves no time after confirmFor (${limits.confirmFor} ms)`);
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `Failover: ${errors.map((error) => `${error.propertyPath}: ${error.reason}`).join("; ")}`,
      errors,
    });
  }
}

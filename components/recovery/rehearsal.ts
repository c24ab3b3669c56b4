import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../../failover/probe/probePlan";
import { createRehearsalHandler } from "../../failover/rehearsal/rehearsalFunction";
import {
  rehearsalName,
  type RehearsalPlan,
  rehearsalRuleName,
} from "../../failover/rehearsal/rehearsalPlan";
import { refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { InlineFunction } from "./inlineFunction";
import { rehearsalStatements } from "./rehearsalPermissions";

export interface RehearsalArgs {
  readonly deployment: Deployment;
  /** Teams that a failover brings along. */
  readonly teams: readonly string[];
  /** Private subnets, one for each zone. */
  readonly subnetIds: pulumi.Input<readonly string[]>;
  /** See {@link file://../jenkins/rehearsalMachines.ts}. */
  readonly machines: Readonly<
    Record<
      "targetGroupArn" | "securityGroupId" | "databaseSecurityGroupId" | "roleArn",
      pulumi.Input<string>
    >
  >;
  readonly homeFileSystemId: pulumi.Input<string>;
  /** Absent without a database. */
  readonly database?: {
    /** The replica, and the writer whose daily snapshots are copied here. */
    readonly snapshotsOf: readonly pulumi.Input<string>[];
    /** The replica's. Its hours are paid for while the copy exists: $0.065 for db.t4g.medium. */
    readonly instanceClass: string;
    readonly subnetGroup: pulumi.Input<string>;
  };
  readonly recordTable: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  readonly announcementsTopicArn: pulumi.Input<string>;
  /** Customer key of this region: topic, image and snapshots are encrypted with it. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** EventBridge schedule, e.g. `rate(7 days)`. Absent: only when somebody asks. */
  readonly schedule?: string;
  /** With a schedule: a last success older than this calls people. Hours. */
  readonly maxAgeHours: number;
  /** A rehearsal that takes longer has failed, milliseconds. */
  readonly timeout: number;
  readonly logRetentionDays?: number;
}

/**
 * Rehearses the failover: brings machines up against copies of the waiting region's data, sees them
 * healthy, and takes them down. It acts each minute, so that whatever interrupts it, the next minute
 * cleans up. What serves and what protects is out of its role's reach.
 *
 * About $2 a month: one run a minute of some 200 ms, two metrics at $0.30, alarms at $0.10. A
 * rehearsal itself costs the hours of its machines and of a database instance, cents for each team.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class Rehearsal extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;

  constructor(name: string, args: RehearsalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:Rehearsal", name, {}, opts);
    refuseProblems("Rehearsal", [
      ...(args.timeout >= 600_000 ? [] : [problem("timeout", args.timeout, "600000 ms or more")]),
      ...(args.maxAgeHours > 0 ? [] : [problem("maxAgeHours", args.maxAgeHours, "above 0")]),
    ]);
    const { deployment } = args;
    const plan = planOf(args);
    const lambda = new InlineFunction(
      `${name}-inline`,
      {
        deployment,
        functionName: rehearsalName(deployment.prefix),
        description: `Rehearses the failover to ${deployment.region} on copies`,
        callback: createRehearsalHandler(() => plan.get()),
        // As the failover's: runs of 50 s, so that a request gets in between.
        timeoutSeconds: 110,
        memoryMb: 256,
        // The record's compare-and-set keeps two runs safe; this keeps them from happening.
        reservedConcurrency: 1,
        statements: rehearsalStatements(args),
        schedule: "rate(1 minute)",
        silentAfterSeconds: 300,
        alarmActions: [args.announcementsTopicArn],
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
    this.createAlarm(name, args, {
      suffix: "failed",
      metric: "RehearsalFailed",
      threshold: 1,
      description: `The last rehearsal of the failover failed: npm run status -- --stack ${deployment.stack} says why.`,
    });
    if (args.schedule !== undefined) this.schedule(name, args, args.schedule, lambda);

    this.functionName = lambda.functionName;
    this.functionArn = lambda.functionArn;
    this.registerOutputs({ functionName: this.functionName, functionArn: this.functionArn });
  }

  /** A rule apart from the function's own minute: its name tells the function to begin. */
  private schedule(
    name: string,
    args: RehearsalArgs,
    expression: string,
    lambda: InlineFunction,
  ): void {
    const ruleName = rehearsalRuleName(args.deployment.prefix);
    const rule = new aws.cloudwatch.EventRule(
      `${name}-start`,
      {
        name: ruleName,
        description: `Begins a rehearsal of the failover: ${expression}`,
        scheduleExpression: expression,
      },
      { parent: this },
    );
    const permission = new aws.lambda.Permission(
      `${name}-start-permission`,
      {
        action: "lambda:InvokeFunction",
        function: lambda.functionName,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(
      `${name}-start-target`,
      { rule: rule.name, targetId: ruleName, arn: lambda.functionArn },
      { parent: this, dependsOn: [permission] },
    );
    this.createAlarm(name, args, {
      suffix: "overdue",
      metric: "RehearsalAge",
      threshold: args.maxAgeHours,
      description: `No rehearsal has succeeded for more than ${args.maxAgeHours} hours, although they are scheduled (${expression}).`,
    });
  }

  private createAlarm(
    name: string,
    { deployment, announcementsTopicArn }: RehearsalArgs,
    alarm: { suffix: string; metric: string; threshold: number; description: string },
  ): void {
    new aws.cloudwatch.MetricAlarm(
      `${name}-${alarm.suffix}`,
      {
        name: `${rehearsalName(deployment.prefix)}-${alarm.suffix}`,
        alarmDescription: alarm.description,
        namespace: metricNamespace,
        metricName: alarm.metric,
        dimensions: { Deployment: deployment.prefix },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: alarm.threshold,
        period: 300,
        evaluationPeriods: 1,
        // The function's own alarms tell when it is silent.
        treatMissingData: "missing",
        alarmActions: [announcementsTopicArn],
        okActions: [announcementsTopicArn],
      },
      { parent: this },
    );
  }
}

function planOf(args: RehearsalArgs): pulumi.Output<RehearsalPlan> {
  const { deployment, database, machines } = args;
  return pulumi.output({
    prefix: deployment.prefix,
    stack: deployment.stack,
    activeRegion: deployment.activeRegion,
    waitingRegion: deployment.region,
    generation: deployment.generation,
    tableName: args.recordTable.name,
    announcementsTopicArn: args.announcementsTopicArn,
    teams: args.teams,
    subnetIds: args.subnetIds,
    targetGroupArn: machines.targetGroupArn,
    homeFileSystemId: args.homeFileSystemId,
    timeout: args.timeout,
    ...(database === undefined
      ? {}
      : {
          database: {
            snapshotsOf: database.snapshotsOf,
            instanceClass: database.instanceClass,
            subnetGroup: database.subnetGroup,
            securityGroupId: machines.databaseSecurityGroupId,
          },
        }),
  });
}

function problem(path: string, value: number, allowed: string) {
  return { path, reason: `is ${value}; give ${allowed}` };
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createProbeHandler } from "../../failover/probe/probeFunction";
import { metricNamespace, type ProbePlan } from "../../failover/probe/probePlan";
import type { Deployment } from "../deployment";
import type { Topics } from "./alarmTopics";
import type { PolicyStatement } from "../policies";
import { InlineFunction } from "./inlineFunction";

/** A team of the active region that the probe asks. */
export interface ProbeTargetArgs {
  readonly team: string;
  readonly host: pulumi.Input<string>;
  /** DNS name of the team's load balancer in the active region. */
  readonly address: pulumi.Input<string>;
  /** The team's target group in the active region. */
  readonly targetGroupArn: pulumi.Input<string>;
}

/** When a region counts as down. */
export interface ProbePolicy {
  /** Healthy share below which it may be down, 0 to 1. Default of the configuration: 0.5. */
  readonly threshold: number;
  /** With this many healthy teams it never is. Default of the configuration: 2. */
  readonly quorum: number;
  /** Minutes out of {@link outOf} that must be bad. Default of the configuration: 3. */
  readonly periods: number;
  /** Minutes that are looked at. Default of the configuration: 4. */
  readonly outOf: number;
}

export interface HealthProbeArgs {
  readonly deployment: Deployment;
  /** Protected teams alone: a `local-only` team's end is no reason to move a region. */
  readonly targets: pulumi.Input<readonly ProbeTargetArgs[]>;
  readonly policy: ProbePolicy;
  /** This region's; see {@link file://./alarmTopics.ts}. */
  readonly topics: Topics;
  /** What each team is asked for; it is healthy when all of them answer well. */
  readonly healthPaths: readonly string[];
  readonly logRetentionDays?: number;
}

/**
 * Watches the active region from the waiting one (S10), each minute, by two signals that fail apart:
 * the teams' own answers, and the control plane's view of their targets. Only both together make the
 * region alarm, and neither counts missing data as death.
 *
 * About $2 a month: one function, four metrics at $0.30, alarms at $0.10 and $0.50.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class HealthProbe extends pulumi.ComponentResource {
  /** Composite alarm whose ALARM state starts a failover. */
  readonly alarmName: pulumi.Output<string>;
  readonly alarmArn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;

  constructor(name: string, args: HealthProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:HealthProbe", name, {}, opts);
    validate(args.policy);
    const { deployment } = args;
    const { topics } = args;
    const probe = this.createProbe(name, args);
    const teamsDown = this.createSignal(name, args, {
      suffix: "teams-down",
      metric: "TeamsDown",
      description: `Teams in ${deployment.activeRegion} do not answer the probe in ${deployment.region}. First of two signals.`,
    });
    const controlPlaneDown = this.createSignal(name, args, {
      suffix: "control-plane-down",
      metric: "ControlPlaneDown",
      description: `No target in ${deployment.activeRegion} is healthy, or its control plane does not answer. Second of two signals.`,
    });
    const regionDown = new aws.cloudwatch.CompositeAlarm(
      `${name}-region-down`,
      {
        alarmName: regionAlarmName(deployment.prefix),
        alarmDescription: `${deployment.activeRegion} is down by both signals. Starts the failover to ${deployment.region}.`,
        alarmRule: pulumi.interpolate`ALARM("${teamsDown.name}") AND ALARM("${controlPlaneDown.name}")`,
        alarmActions: [topics.alarmsTopicArn],
        // People want to know that it is over; the failover ignores it (S5).
        okActions: [topics.alarmsTopicArn],
      },
      { parent: this },
    );

    this.alarmName = regionDown.alarmName;
    this.alarmArn = regionDown.arn;
    this.functionName = probe.functionName;
    this.registerOutputs({
      alarmName: this.alarmName,
      alarmArn: this.alarmArn,
      functionName: this.functionName,
    });
  }

  private createProbe(name: string, args: HealthProbeArgs): InlineFunction {
    const { deployment } = args;
    const plan: pulumi.Output<ProbePlan> = pulumi.output(args.targets).apply((targets) => ({
      prefix: deployment.prefix,
      activeRegion: deployment.activeRegion,
      waitingRegion: deployment.region,
      targets,
      healthPaths: args.healthPaths,
      requestTimeoutMs: 5000,
      concurrency: 100,
      threshold: args.policy.threshold,
      quorum: args.policy.quorum,
    }));
    return new InlineFunction(
      `${name}-probe`,
      {
        deployment,
        functionName: `${deployment.prefix}-probe`,
        description: `Asks every team in ${deployment.activeRegion} whether it answers`,
        callback: createProbeHandler(() => plan.get()),
        // All 500 teams dead and 500 silent target groups take less than half of it.
        timeoutSeconds: 55,
        memoryMb: 256,
        statements: probeStatements(),
        schedule: "rate(1 minute)",
        silentAfterSeconds: 300,
        alarmActions: [args.topics.announcementsTopicArn],
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
  }

  private createSignal(
    name: string,
    args: HealthProbeArgs,
    signal: { suffix: string; metric: string; description: string },
  ): aws.cloudwatch.MetricAlarm {
    const { deployment, policy } = args;
    return new aws.cloudwatch.MetricAlarm(
      `${name}-${signal.suffix}`,
      {
        name: `${deployment.prefix}-${signal.suffix}`,
        alarmDescription: signal.description,
        namespace: metricNamespace,
        metricName: signal.metric,
        dimensions: { Deployment: deployment.prefix, Region: deployment.activeRegion },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        period: 60,
        evaluationPeriods: policy.outOf,
        datapointsToAlarm: policy.periods,
        // A probe that cannot run must not look like a region that died (S10).
        treatMissingData: "notBreaching",
      },
      { parent: this },
    );
  }
}

/** Name of the one alarm that may start a failover. */
export function regionAlarmName(prefix: string): string {
  return `${prefix}-region-down`;
}

function probeStatements(): PolicyStatement[] {
  return [
    {
      sid: "ReadTargets",
      actions: ["elasticloadbalancing:DescribeTargetHealth"],
      resources: ["*"],
      reason: "Elastic Load Balancing's Describe actions have no resource-level permission.",
    },
    {
      sid: "PublishOwnMetrics",
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      condition: { StringEquals: { "cloudwatch:namespace": metricNamespace } },
      reason: "PutMetricData has no resource; the condition on the namespace is the narrowing.",
    },
  ];
}

function validate(policy: ProbePolicy): void {
  const errors: pulumi.InputPropertyErrorDetails[] = [];
  const refuse = (propertyPath: string, reason: string): void => {
    errors.push({ propertyPath, reason });
  };
  if (!(policy.threshold > 0 && policy.threshold <= 1)) {
    refuse("policy.threshold", `${policy.threshold} is not a share above 0 and up to 1, e.g. 0.5`);
  }
  if (!Number.isInteger(policy.quorum) || policy.quorum < 1) {
    refuse("policy.quorum", `${policy.quorum} is not a whole number of teams from 1 on`);
  }
  if (!Number.isInteger(policy.periods) || policy.periods < 1) {
    refuse("policy.periods", `${policy.periods} is not a whole number of minutes from 1 on`);
  }
  if (!Number.isInteger(policy.outOf) || policy.outOf < policy.periods) {
    refuse(
      "policy.outOf",
      `${policy.outOf} is below policy.periods (${policy.periods}): the alarm could never fire`,
    );
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `HealthProbe: ${errors.map((error) => `${error.propertyPath}: ${error.reason}`).join("; ")}`,
      errors,
    });
  }
}

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment, RegionRole } from "../deployment";
import { type ServingGroup, servingVcpus } from "./quotaPlan";

export interface QuotaAlarmArgs {
  readonly deployment: Deployment;
  readonly role: RegionRole;
  /** Share of the quota, above 0 and up to 1, from which people are told. */
  readonly quotaWarning: number;
  /** Machines of all teams while this region serves; what the waiting region's quota must hold. */
  readonly servingGroups: readonly ServingGroup[];
  readonly announcementsTopicArn: pulumi.Input<string>;
}

/** EC2's quota of running On-Demand Standard machines, counted in vCPUs. */
const quota = "EC2, L-1216C47A";

/**
 * Alarms on the quota that a failover meets first. CloudWatch knows both sides, but publishes usage
 * only while there is some: nothing can be said of a region without a running machine. So the alarm of
 * the waiting region speaks from the first machine on, a warm standby's or a failover's own, and says
 * "insufficient data" before that, not "OK". Before, a person has to look; the runbook has the command.
 */
export function createQuotaAlarms(
  name: string,
  args: QuotaAlarmArgs,
  parent: pulumi.Resource,
): aws.cloudwatch.MetricAlarm[] {
  const { region } = args.deployment;
  const alarm = (suffix: string, description: string, test: QuotaTest) =>
    quotaAlarm(name, args, parent, suffix, description, test);
  const used = alarm(
    "vcpu-quota-used",
    `More than ${Math.round(args.quotaWarning * 100)} % of the On-Demand vCPUs that the account may run in ${region} are in use: ask for a higher quota (${quota}) before machines cannot start.`,
    {
      expression: "used / SERVICE_QUOTA(used)",
      label: "share of the vCPU quota",
      comparison: "GreaterThanThreshold",
      threshold: args.quotaWarning,
      // No usage is no large usage.
      missing: "notBreaching",
    },
  );
  if (args.role === "active") return [used];
  const { vcpus, unknownTypes } = servingVcpus(args.servingGroups);
  const left =
    unknownTypes.length === 0
      ? ""
      : ` Not counted, their quotas differ: ${unknownTypes.join(", ")}.`;
  // A region that waits uses little or nothing of its quota, so nobody notices that it is too small
  // until all machines are wanted at once.
  const free = alarm(
    "vcpu-quota",
    `Fewer On-Demand vCPUs are free in ${region} than the ${vcpus} that a failover needs: ask for a higher quota (${quota}).${left} Without data no machine runs there, and AWS tells nothing: look with ${quotaCommand(region)}`,
    {
      expression: "SERVICE_QUOTA(used) - used",
      label: "free vCPUs",
      comparison: "LessThanThreshold",
      threshold: vcpus,
      missing: "missing",
    },
  );
  return [used, free];
}

interface QuotaTest {
  /** CloudWatch metric math over `used`, the vCPUs in use. */
  readonly expression: string;
  readonly label: string;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  readonly missing: "missing" | "notBreaching";
}

/** Asks for the quota itself, which is there while its usage is not. */
function quotaCommand(region: string): string {
  return `aws service-quotas get-service-quota --region ${region} --service-code ec2 --quota-code L-1216C47A --query Quota.Value`;
}

function quotaAlarm(
  name: string,
  { deployment, announcementsTopicArn }: QuotaAlarmArgs,
  parent: pulumi.Resource,
  suffix: string,
  description: string,
  { expression, label, comparison, threshold, missing }: QuotaTest,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    `${name}-${suffix}`,
    {
      name: `${deployment.prefix}-${suffix}`,
      alarmDescription: description,
      metricQueries: [
        {
          id: "used",
          metric: {
            namespace: "AWS/Usage",
            metricName: "ResourceCount",
            dimensions: {
              Service: "EC2",
              Type: "Resource",
              Resource: "vCPU",
              Class: "Standard/OnDemand",
            },
            period: 300,
            stat: "Maximum",
          },
        },
        { id: "result", label, expression, returnData: true },
      ],
      comparisonOperator: comparison,
      threshold,
      evaluationPeriods: 3,
      treatMissingData: missing,
      alarmActions: [announcementsTopicArn],
      okActions: [announcementsTopicArn],
    },
    { parent },
  );
}

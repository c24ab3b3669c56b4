import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment, RegionRole } from "../deployment";
import { initialSizes, isSingleWriter } from "./controllerPlan";
import { bootCompression } from "../machine/deterministicGzip";
import { terminateHookSeconds } from "./drainTiming";
import { machineDefaults } from "../machine/machineDefaults";
import type { Team } from "./team";
import { type ControllerUserData, renderUserData } from "./userDataRenderer";

export interface ControllerGroupArgs {
  readonly deployment: Deployment;
  readonly role: RegionRole;
  readonly team: Team;
  readonly imageId: pulumi.Input<string>;
  readonly instanceProfileArn: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The team's own target group, if users are sent there, then others that count the same machines. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
  /** `loadbalancer/targetgroup`, as the request-count metric names them. */
  readonly requestCountLabel: pulumi.Input<string>;
  readonly userData: pulumi.Output<ControllerUserData>;
}

/** Name of the hook that holds a terminating controller until its Jenkins has stopped. */
export function terminateHookName(deployment: Deployment, team: Team): string {
  return `${deployment.prefix}-${team.name}-terminate`;
}

/**
 * Fields that the failover writes while it fences and scales, and that Pulumi must not write back.
 *
 * Where several controllers serve, `teams[].capacity` decides min and max: ignored, a change of it
 * would do nothing until the next failover. That cannot undo a fence: a stack that disagrees with the
 * failover record does not run (S9), and should a failover begin while it runs, or the record be
 * silent, a fenced group launches nothing whatever its size, because Launch is suspended, which is
 * never Pulumi's. The failover, for its part, sees the size and empties the group again.
 * The desired number belongs to the scaling policies; AWS moves it to within min and max.
 */
function writtenByOthers(team: Team, role: RegionRole): string[] {
  const always = ["desiredCapacity", "suspendedProcesses"];
  const sizesFollowConfig = role === "active" && !isSingleWriter(team);
  return sizesFollowConfig ? always : [...always, "minSize", "maxSize"];
}

/**
 * One team's controllers: a launch template and an Auto Scaling group, named the same in both
 * regions so that the failover finds it without asking anybody.
 */
export class ControllerGroup extends pulumi.ComponentResource {
  readonly autoScalingGroupName: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: ControllerGroupArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("jenkins-pilot-light:jenkins:ControllerGroup", name, {}, opts);
    const group = this.createGroup(this.createTemplate());
    this.createTerminateHook(group);
    if (!isSingleWriter(args.team)) this.createScalingPolicies(group);
    this.autoScalingGroupName = group.name;
    this.registerOutputs({ autoScalingGroupName: this.autoScalingGroupName });
  }

  private createTemplate(): aws.ec2.LaunchTemplate {
    const { team, deployment, userData } = this.args;
    const name = `${deployment.prefix}-${team.name}`;
    return new aws.ec2.LaunchTemplate(
      this.name,
      {
        name,
        imageId: this.args.imageId,
        instanceType: team.instanceType,
        vpcSecurityGroupIds: [this.args.securityGroupId],
        iamInstanceProfile: { arn: this.args.instanceProfileArn },
        userData: userData.apply((given) => renderUserData(given, bootCompression)),
        ...machineDefaults({ tags: { team: team.name }, name, volumeGb: 50 }),
      },
      { parent: this },
    );
  }

  private createGroup(template: aws.ec2.LaunchTemplate): aws.autoscaling.Group {
    const { team, deployment, role } = this.args;
    const sizes = initialSizes(team, role);
    return new aws.autoscaling.Group(
      this.name,
      {
        name: `${deployment.prefix}-${team.name}`,
        minSize: sizes.min,
        desiredCapacity: sizes.desired,
        maxSize: sizes.max,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        vpcZoneIdentifiers: this.subnets(),
        targetGroupArns: [...this.args.targetGroupArns],
        healthCheckType: "ELB",
        // A home with a thousand jobs takes half an hour to load; ending it earlier helps nobody.
        healthCheckGracePeriod: 1_800,
        ...(isSingleWriter(team) ? singleWriter : severalWriters),
        enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
        // A waiting region has no machine to wait for, and a first boot outlives any patience.
        waitForCapacityTimeout: "0",
        tags: [
          { key: "team", value: team.name, propagateAtLaunch: true },
          { key: "Name", value: `${deployment.prefix}-${team.name}`, propagateAtLaunch: true },
        ],
      },
      { parent: this, ignoreChanges: writtenByOthers(team, role) },
    );
  }

  /** All zones; a `local-only` team stays in the first one. */
  private subnets(): pulumi.Output<string[]> {
    const all = pulumi.output(this.args.subnetIds);
    return this.args.team.strategy === "local-only" ? all.apply((ids) => ids.slice(0, 1)) : all;
  }

  /** Time to drain and stop Jenkins and to give the lease back; then the machine goes anyway. */
  private createTerminateHook(group: aws.autoscaling.Group): void {
    new aws.autoscaling.LifecycleHook(
      `${this.name}-terminate`,
      {
        name: terminateHookName(this.args.deployment, this.args.team),
        autoscalingGroupName: group.name,
        lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        heartbeatTimeout: terminateHookSeconds,
        defaultResult: "CONTINUE",
      },
      { parent: this },
    );
  }

  /** Both policies act at once: the one that wants more controllers wins. */
  private createScalingPolicies(group: aws.autoscaling.Group): void {
    const { cpuPercent, requestsPerMinute } = this.args.team.scaling;
    const track = (
      suffix: string,
      targetValue: number,
      specification: aws.types.input.autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecification,
    ): void => {
      new aws.autoscaling.Policy(
        `${this.name}-${suffix}`,
        {
          name: `${this.args.deployment.prefix}-${this.args.team.name}-${suffix}`,
          autoscalingGroupName: group.name,
          policyType: "TargetTrackingScaling",
          targetTrackingConfiguration: {
            predefinedMetricSpecification: specification,
            targetValue,
          },
        },
        { parent: this },
      );
    };
    track("cpu", cpuPercent, { predefinedMetricType: "ASGAverageCPUUtilization" });
    track("requests", requestsPerMinute, {
      predefinedMetricType: "ALBRequestCountPerTarget",
      resourceLabel: this.args.requestCountLabel,
    });
  }
}

/**
 * An Auto Scaling group of one does not mean one machine: replacing launches before it terminates,
 * and so does rebalancing between zones. Terminate first, and do not rebalance. (The start lease
 * holds even where Auto Scaling breaks its word.)
 */
const singleWriter: Partial<aws.autoscaling.GroupArgs> = {
  instanceMaintenancePolicy: { minHealthyPercentage: 0, maxHealthyPercentage: 100 },
  suspendedProcesses: ["AZRebalance"],
};

/** Replacing one launches its successor first: users of the others notice nothing. */
const severalWriters: Partial<aws.autoscaling.GroupArgs> = {
  instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 150 },
  defaultInstanceWarmup: 300,
};

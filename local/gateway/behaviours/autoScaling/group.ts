import type {
  Activity,
  AutoScalingGroup,
  CreateAutoScalingGroupCommandInput,
  Instance,
  LaunchTemplateSpecification,
  LifecycleHook,
  LifecycleState,
  NotificationConfiguration,
  ScalingPolicy,
  TagDescription,
} from "@aws-sdk/client-auto-scaling";
import type { LaunchedInstance } from "../../world";
import { accountId } from "../accountId";

/** One machine of a group, from its order to its end. */
export interface Member {
  readonly launched: LaunchedInstance;
  readonly instanceType: string;
  readonly launchTemplate: LaunchTemplateSpecification;
  /** Modelled time of the launch. */
  readonly launchedAt: number;
  state: LifecycleState;
  health: "Healthy" | "Unhealthy";
  protectedFromScaleIn: boolean;
  /** Modelled time since which it is in service. */
  inServiceSince?: number;
  /** Under way while the load balancers are told of it. */
  registering?: Promise<void>;
  /** Ends the wait of a lifecycle hook; undefined while none waits. */
  endWait?: (result: "CONTINUE" | "ABANDON") => void;
  /** True while its termination is part of replacing it, not of a smaller capacity. */
  replaced: boolean;
  /** True while a machine runs on it (a dead region's machines have no power). */
  powered: boolean;
}

type Settings = CreateAutoScalingGroupCommandInput;

/** An Auto Scaling group as the API shows it, with its machines. */
export class Group {
  readonly members: Member[] = [];
  readonly hooks = new Map<string, LifecycleHook>();
  readonly policies = new Map<string, ScalingPolicy>();
  readonly notifications: NotificationConfiguration[] = [];
  readonly activities: Activity[] = [];
  /** Process → why it is suspended. */
  readonly suspended = new Map<string, string>();
  readonly metrics = new Map<string, string>();
  readonly tags = new Map<string, TagDescription>();
  targetGroupArns: string[];
  deleting = false;
  /** Modelled time before which no launch is tried again after a failure. */
  retryLaunchAt = 0;

  constructor(
    readonly region: string,
    readonly name: string,
    /** As created and updated; sizes are always present. */
    public settings: Settings & { MinSize: number; MaxSize: number; DesiredCapacity: number },
    readonly createdAt: Date,
  ) {
    this.targetGroupArns = [...(settings.TargetGroupARNs ?? [])];
  }

  get arn(): string {
    return `arn:aws:autoscaling:${this.region}:${accountId}:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/${this.name}`;
  }

  /** Members that count towards the desired capacity. */
  staying(): readonly Member[] {
    return this.members.filter(({ state }) => !state.startsWith("Terminating"));
  }

  /** The launch template that new machines are made from, also of a mixed instances policy. */
  launchTemplate(): LaunchTemplateSpecification | undefined {
    return (
      this.settings.LaunchTemplate ??
      this.settings.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
    );
  }

  /** Subnets in order; machines are spread over them. */
  subnets(): readonly string[] {
    return (this.settings.VPCZoneIdentifier ?? "").split(",").filter((id) => id !== "");
  }

  /** The hook of a transition, if there is one; of several the first. */
  hookOf(transition: "LAUNCHING" | "TERMINATING"): LifecycleHook | undefined {
    return [...this.hooks.values()].find(
      ({ LifecycleTransition }) => LifecycleTransition === `autoscaling:EC2_INSTANCE_${transition}`,
    );
  }

  /** Tags that machines get at their launch. */
  propagatedTags(): Record<string, string> {
    const tags: Record<string, string> = { "aws:autoscaling:groupName": this.name };
    for (const { Key, Value, PropagateAtLaunch } of this.tags.values()) {
      if (PropagateAtLaunch) tags[Key ?? ""] = Value ?? "";
    }
    return tags;
  }

  /** What DescribeAutoScalingGroups shows. */
  describe(): AutoScalingGroup {
    const { settings } = this;
    return {
      AutoScalingGroupName: this.name,
      AutoScalingGroupARN: this.arn,
      LaunchTemplate: settings.LaunchTemplate,
      MixedInstancesPolicy: settings.MixedInstancesPolicy,
      MinSize: settings.MinSize,
      MaxSize: settings.MaxSize,
      DesiredCapacity: settings.DesiredCapacity,
      DefaultCooldown: settings.DefaultCooldown ?? 300,
      DefaultInstanceWarmup: settings.DefaultInstanceWarmup,
      AvailabilityZones: settings.AvailabilityZones ?? [
        ...new Set(this.members.map(({ launched }) => launched.availabilityZone)),
      ],
      VPCZoneIdentifier: settings.VPCZoneIdentifier,
      LoadBalancerNames: [],
      TargetGroupARNs: this.targetGroupArns,
      HealthCheckType: settings.HealthCheckType ?? "EC2",
      HealthCheckGracePeriod: settings.HealthCheckGracePeriod ?? 0,
      Instances: this.members.map(describeMember),
      CreatedTime: this.createdAt,
      SuspendedProcesses: [...this.suspended].map(([ProcessName, SuspensionReason]) => ({
        ProcessName,
        SuspensionReason,
      })),
      EnabledMetrics: [...this.metrics].map(([Metric, Granularity]) => ({ Metric, Granularity })),
      Tags: [...this.tags.values()],
      TerminationPolicies: settings.TerminationPolicies ?? ["Default"],
      NewInstancesProtectedFromScaleIn: settings.NewInstancesProtectedFromScaleIn ?? false,
      ServiceLinkedRoleARN:
        settings.ServiceLinkedRoleARN ??
        `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      MaxInstanceLifetime: settings.MaxInstanceLifetime,
      CapacityRebalance: settings.CapacityRebalance,
      // The emulator drops it; single-writer teams rest on it.
      InstanceMaintenancePolicy: settings.InstanceMaintenancePolicy,
      ...(this.deleting ? { Status: "Delete in progress" } : {}),
    };
  }
}

/** What the describe calls show of a member. */
export function describeMember(member: Member): Instance {
  return {
    InstanceId: member.launched.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: member.launched.availabilityZone,
    LifecycleState: member.state,
    HealthStatus: member.health,
    LaunchTemplate: member.launchTemplate,
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  };
}

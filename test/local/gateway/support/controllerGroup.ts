import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  AutoScalingClient,
  type AutoScalingGroup,
  type CreateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EmulatedAws } from "./realEmulator";

let count = 0;

/** One team's controllers as the cluster makes them: network, launch template, target group, group. */
export class ControllerGroup {
  private constructor(
    private readonly aws: EmulatedAws,
    readonly region: string,
    readonly name: string,
    readonly targetGroupArn: string,
  ) {}

  static async create(
    aws: EmulatedAws,
    options: {
      readonly region?: string;
      readonly userData?: string;
      readonly group?: Partial<CreateAutoScalingGroupCommandInput>;
    } = {},
  ): Promise<ControllerGroup> {
    const region = options.region ?? "eu-west-1";
    const name = `jenkins-team-${(count += 1)}`;
    const ec2 = aws.client(EC2Client, region);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const subnets = await Promise.all(
      ["a", "b"].map(async (zone, index) => {
        const { Subnet } = await ec2.send(
          new CreateSubnetCommand({
            VpcId: Vpc!.VpcId,
            CidrBlock: `10.0.${index}.0/24`,
            AvailabilityZone: `${region}${zone}`,
          }),
        );
        return Subnet!.SubnetId!;
      }),
    );
    const { TargetGroups } = await aws.client(ElasticLoadBalancingV2Client, region).send(
      new CreateTargetGroupCommand({
        Name: name,
        Protocol: "HTTP",
        Port: 8080,
        VpcId: Vpc!.VpcId,
        TargetType: "instance",
        HealthCheckPath: "/login",
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      }),
    );
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        LaunchTemplateData: {
          ImageId: "ami-12345678",
          InstanceType: "t4g.small",
          UserData: Buffer.from(options.userData ?? "#cloud-config\n{}\n").toString("base64"),
        },
      }),
    );
    const TargetGroupARNs = [TargetGroups![0]!.TargetGroupArn!];
    await aws.client(AutoScalingClient, region).send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        MinSize: 1,
        MaxSize: 1,
        LaunchTemplate: {
          LaunchTemplateId: LaunchTemplate!.LaunchTemplateId,
          Version: "1",
        },
        VPCZoneIdentifier: subnets.join(","),
        TargetGroupARNs,
        InstanceMaintenancePolicy: { MinHealthyPercentage: 0, MaxHealthyPercentage: 100 },
        Tags: [{ Key: "team", Value: name, PropagateAtLaunch: true }],
        ...options.group,
      }),
    );
    return new ControllerGroup(aws, region, name, TargetGroupARNs[0]!);
  }

  async describe(): Promise<AutoScalingGroup> {
    const { AutoScalingGroups } = await this.aws
      .client(AutoScalingClient, this.region)
      .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [this.name] }));
    return AutoScalingGroups![0]!;
  }

  /** `InService`, `Terminating:Wait`, … of each machine. */
  async states(): Promise<string[]> {
    return ((await this.describe()).Instances ?? []).map(({ LifecycleState }) => LifecycleState!);
  }

  async instanceIds(): Promise<string[]> {
    return ((await this.describe()).Instances ?? []).map(({ InstanceId }) => InstanceId!);
  }

  async targets(): Promise<TargetHealthDescription[]> {
    const { TargetHealthDescriptions } = await this.aws
      .client(ElasticLoadBalancingV2Client, this.region)
      .send(new DescribeTargetHealthCommand({ TargetGroupArn: this.targetGroupArn }));
    return TargetHealthDescriptions!;
  }

  /** `healthy`, `unhealthy Target.Timeout`, … of each target. */
  async health(): Promise<string[]> {
    return (await this.targets()).map(({ TargetHealth }) =>
      [TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(" "),
    );
  }
}

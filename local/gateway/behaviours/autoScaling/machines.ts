import {
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type LaunchTemplateVersion,
} from "@aws-sdk/client-ec2";
import {
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { BehaviourContext } from "../../behaviour";
import { AwsError } from "../../wire/awsError";
import type { Group, Member } from "./group";
import { decodeUserData } from "../ec2/userData";

/** Orders one machine of the group from EC2, by its launch template. Faults of EC2 come through. */
export async function runMachine(group: Group, context: BehaviourContext): Promise<Member> {
  const template = await readTemplate(group, context);
  const subnet = await nextSubnet(group, context);
  const tags = group.propagatedTags();
  const ec2 = context.gateway(EC2Client, group.region);
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: {
        LaunchTemplateId: template.LaunchTemplateId,
        Version: String(template.VersionNumber),
      },
      ...(subnet === undefined ? {} : { SubnetId: subnet }),
      TagSpecifications: [
        {
          ResourceType: "instance",
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        },
      ],
    }),
  );
  const [instance] = Instances ?? [];
  if (!instance) throw new Error(`EC2 launched nothing for ${group.name}.`);
  return toMember(group, instance, { template, tags, now: context.clock.now() });
}

/** Tells EC2 that the machine is gone. */
export async function terminateMachine(
  group: Group,
  member: Member,
  context: BehaviourContext,
): Promise<void> {
  await context
    .emulator(EC2Client, group.region)
    .send(new TerminateInstancesCommand({ InstanceIds: [member.launched.instanceId] }));
}

/** Puts the machine behind target groups, or takes it from there. */
export async function setRegistered(
  region: string,
  member: Member,
  { arns, registered }: { readonly arns: readonly string[]; readonly registered: boolean },
  context: BehaviourContext,
): Promise<void> {
  const elb = context.gateway(ElasticLoadBalancingV2Client, region);
  const Targets = [{ Id: member.launched.instanceId }];
  for (const TargetGroupArn of arns) {
    await (registered
      ? elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
      : elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets })));
  }
}

/** Zones of the group's subnets, which it shows before it has a machine. */
export async function zonesOf(group: Group, context: BehaviourContext): Promise<string[]> {
  const SubnetIds = [...group.subnets()];
  if (SubnetIds.length === 0) return group.settings.AvailabilityZones ?? [];
  const { Subnets } = await context
    .emulator(EC2Client, group.region)
    .send(new DescribeSubnetsCommand({ SubnetIds }));
  return [...new Set((Subnets ?? []).map(({ AvailabilityZone }) => AvailabilityZone ?? ""))].sort();
}

/** Subnets of the group whose zones have power. */
async function subnetsWithPower(group: Group, context: BehaviourContext): Promise<string[]> {
  const { Subnets } = await context
    .emulator(EC2Client, group.region)
    .send(new DescribeSubnetsCommand({ SubnetIds: [...group.subnets()] }));
  const dark = new Set(
    (Subnets ?? [])
      .filter(({ AvailabilityZone = "" }) => !context.zoneIsAlive(AvailabilityZone))
      .map(({ SubnetId }) => SubnetId),
  );
  return group.subnets().filter((subnet) => !dark.has(subnet));
}

async function readTemplate(
  group: Group,
  context: BehaviourContext,
): Promise<LaunchTemplateVersion> {
  const wanted = group.launchTemplate();
  if (!wanted) {
    throw new Error(
      `Auto Scaling group ${group.name} has no launch template; the local AWS launches by templates alone.`,
    );
  }
  const { LaunchTemplateVersions } = await context.emulator(EC2Client, group.region).send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: wanted.LaunchTemplateId,
      LaunchTemplateName: wanted.LaunchTemplateName,
      Versions: [wanted.Version ?? "$Default"],
    }),
  );
  const [version] = LaunchTemplateVersions ?? [];
  if (!version) throw new Error(`The launch template of ${group.name} does not exist.`);
  return version;
}

/**
 * The subnet with the fewest of the group's machines, the first of several. Not one in a lost zone: AWS
 * tries it, fails and takes another one, which is not modelled.
 */
async function nextSubnet(group: Group, context: BehaviourContext): Promise<string | undefined> {
  const used = (subnet: string): number =>
    group.staying().filter(({ launched }) => launched.subnetId === subnet).length;
  if (group.subnets().length === 0) return undefined;
  const usable = await subnetsWithPower(group, context);
  const [subnet] = usable.sort((a, b) => used(a) - used(b));
  if (subnet === undefined) {
    throw new AwsError(
      "InsufficientInstanceCapacity",
      `No Availability Zone of ${group.name}'s subnets has capacity.`,
    );
  }
  return subnet;
}

function toMember(
  group: Group,
  instance: Instance,
  made: { template: LaunchTemplateVersion; tags: Record<string, string>; now: number },
): Member {
  const { template } = made;
  return {
    launched: {
      instanceId: instance.InstanceId ?? "",
      region: group.region,
      availabilityZone: instance.Placement?.AvailabilityZone ?? "",
      subnetId: instance.SubnetId ?? "",
      privateIpAddress: instance.PrivateIpAddress ?? "",
      autoScalingGroupName: group.name,
      tags: made.tags,
      userData: decodeUserData(template.LaunchTemplateData?.UserData ?? ""),
    },
    instanceType: instance.InstanceType ?? "",
    launchTemplate: {
      LaunchTemplateId: template.LaunchTemplateId,
      LaunchTemplateName: template.LaunchTemplateName,
      Version: String(template.VersionNumber),
    },
    launchedAt: made.now,
    state: "Pending",
    health: "Healthy",
    protectedFromScaleIn: group.settings.NewInstancesProtectedFromScaleIn ?? false,
    replaced: false,
    powered: false,
  };
}

import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";
import { ec2Arn, ec2Tags, retagEc2 } from "./tagging";

type TemplateOperation = Operation<aws.ec2.LaunchTemplate, aws.ec2.LaunchTemplateArgs>;

const launchTemplate = resourceType<aws.ec2.LaunchTemplate, aws.ec2.LaunchTemplateArgs>({
  token: "aws:ec2/launchTemplate:LaunchTemplate",
  inputs: {
    name: replace,
    description: unread(update),
    updateDefaultVersion: unread(update),
    defaultVersion: unread(update),
    imageId: unread(update),
    instanceType: unread(update),
    instanceRequirements: unread(update),
    keyName: unread(update),
    userData: unread(update),
    ebsOptimized: unread(update),
    iamInstanceProfile: unread(update),
    vpcSecurityGroupIds: unread(update),
    networkInterfaces: unread(update),
    blockDeviceMappings: unread(update),
    metadataOptions: unread(update),
    monitoring: unread(update),
    tagSpecifications: unread(update),
    creditSpecification: unread(update),
    instanceInitiatedShutdownBehavior: unread(update),
    disableApiTermination: unread(update),
    disableApiStop: unread(update),
    instanceMarketOptions: unread(update),
    maintenanceOptions: unread(update),
    placement: unread(update),
    privateDnsNameOptions: unread(update),
    capacityReservationSpecification: unread(update),
    cpuOptions: unread(update),
  },
  name: { property: "name", maxLength: 125 },
  volatile: ["latestVersion", "defaultVersion"],
  async create(operation) {
    const { LaunchTemplate } = await operation.call("ec2", "createLaunchTemplate", {
      launchTemplateName: operation.inputs.name,
      versionDescription: operation.inputs.description,
      launchTemplateData: data(operation),
      ...ec2Tags(operation, "launch-template"),
    });
    return present(LaunchTemplate?.LaunchTemplateId, "the launch template's id");
  },
  async update(operation) {
    const { description, updateDefaultVersion, defaultVersion } = operation.inputs;
    const LaunchTemplateId = operation.id;
    const { LaunchTemplateVersion } = await operation.call("ec2", "createLaunchTemplateVersion", {
      LaunchTemplateId,
      versionDescription: description,
      launchTemplateData: data(operation),
    });
    const newest = LaunchTemplateVersion?.VersionNumber;
    const chosen = updateDefaultVersion === true ? newest : defaultVersion;
    if (chosen !== undefined) {
      await operation.call("ec2", "modifyLaunchTemplate", {
        LaunchTemplateId,
        DefaultVersion: String(chosen),
      });
    }
  },
  async read(operation) {
    const { LaunchTemplates } = await operation.call("ec2", "describeLaunchTemplates", {
      LaunchTemplateIds: [operation.id],
    });
    const found = LaunchTemplates?.[0];
    if (found === undefined) return undefined;
    return {
      arn: ec2Arn(operation, "launch-template"),
      name: found.LaunchTemplateName,
      latestVersion: found.LatestVersionNumber,
      defaultVersion: found.DefaultVersionNumber,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteLaunchTemplate", { LaunchTemplateId: operation.id });
  },
});

function data(operation: TemplateOperation): Properties {
  const { vpcSecurityGroupIds, networkInterfaces, instanceMarketOptions } = operation.inputs;
  return operation.arguments({
    name: undefined,
    description: undefined,
    updateDefaultVersion: undefined,
    defaultVersion: undefined,
    vpcSecurityGroupIds: undefined,
    SecurityGroupIds: vpcSecurityGroupIds,
    networkInterfaces: undefined,
    // The index is not optional in AWS; the first one is meant.
    NetworkInterfaces: networkInterfaces?.map(({ securityGroups, ...rest }) => ({
      ...rest,
      deviceIndex: rest.deviceIndex ?? 0,
      Groups: securityGroups,
    })),
    instanceMarketOptions,
  });
}

type InstanceOperation = Operation<aws.ec2.Instance, aws.ec2.InstanceArgs>;

const instance = resourceType<aws.ec2.Instance, aws.ec2.InstanceArgs>({
  token: "aws:ec2/instance:Instance",
  inputs: {
    ami: replace,
    instanceType: update,
    subnetId: replace,
    privateIp: replace,
    availabilityZone: replace,
    vpcSecurityGroupIds: update,
    primaryNetworkInterface: unread(replace),
    associatePublicIpAddress: unread(replace),
    iamInstanceProfile: unread(update),
    keyName: replace,
    userData: unread(update),
    userDataBase64: unread(update),
    userDataReplaceOnChange: defaulted(unread(update), false),
    ebsOptimized: unread(replace),
    metadataOptions: unread(update),
    monitoring: unread(update),
    sourceDestCheck: defaulted(update, true),
    disableApiTermination: unread(update),
    rootBlockDevice: unread(replace),
    launchTemplate: unread(replace),
    instanceInitiatedShutdownBehavior: unread(update),
    maintenanceOptions: unread(update),
    volumeTags: unread(update),
  },
  async create(operation) {
    const { inputs } = operation;
    const { Instances } = await operation.call("ec2", "runInstances", {
      MinCount: 1,
      MaxCount: 1,
      ImageId: inputs.ami,
      InstanceType: inputs.instanceType,
      SubnetId: inputs.subnetId,
      PrivateIpAddress: inputs.privateIp,
      SecurityGroupIds: inputs.vpcSecurityGroupIds,
      IamInstanceProfile:
        inputs.iamInstanceProfile === undefined ? undefined : { Name: inputs.iamInstanceProfile },
      KeyName: inputs.keyName,
      NetworkInterfaces:
        inputs.primaryNetworkInterface === undefined
          ? undefined
          : [{ DeviceIndex: 0, ...inputs.primaryNetworkInterface }],
      UserData:
        inputs.userData === undefined
          ? inputs.userDataBase64
          : Buffer.from(inputs.userData).toString("base64"),
      MaintenanceOptions: inputs.maintenanceOptions,
      EbsOptimized: inputs.ebsOptimized,
      MetadataOptions: inputs.metadataOptions,
      Monitoring: inputs.monitoring === undefined ? undefined : { Enabled: inputs.monitoring },
      LaunchTemplate: inputs.launchTemplate,
      BlockDeviceMappings: await rootDevice(operation),
      ...ec2Tags(operation, "instance"),
    });
    const id = present(Instances?.[0]?.InstanceId, "the instance's id");
    if (inputs.sourceDestCheck === false) await writeSourceCheck(operation.withId(id));
    return id;
  },
  async ready(operation) {
    await operation.untilTrue("running", async () => {
      return (await describe(operation))?.State?.Name === "running";
    });
  },
  async update(operation) {
    const fixed = [
      "sourceDestCheck",
      "vpcSecurityGroupIds",
      "userDataReplaceOnChange",
      "tags",
      "tagsAll",
    ];
    const changed = operation.changes.filter((name) => !fixed.includes(name));
    if (changed.length > 0) {
      throw new Error(`changing ${changed.join(", ")} of a running instance is not modelled`);
    }
    if (operation.changed("sourceDestCheck")) await writeSourceCheck(operation);
    if (operation.changed("vpcSecurityGroupIds")) {
      await operation.call("ec2", "modifyInstanceAttribute", {
        InstanceId: operation.id,
        Groups: operation.inputs.vpcSecurityGroupIds,
      });
    }
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined || found.State?.Name === "terminated") return undefined;
    return {
      ami: found.ImageId,
      arn: ec2Arn(operation, "instance"),
      availabilityZone: found.Placement?.AvailabilityZone,
      instanceState: found.State?.Name,
      instanceType: found.InstanceType,
      primaryNetworkInterfaceId: found.NetworkInterfaces?.[0]?.NetworkInterfaceId,
      privateDns: found.PrivateDnsName,
      privateIp: found.PrivateIpAddress,
      publicDns: found.PublicDnsName,
      publicIp: found.PublicIpAddress,
      subnetId: found.SubnetId,
      vpcSecurityGroupIds: found.SecurityGroups?.map(({ GroupId }) => GroupId ?? ""),
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "terminateInstances", { InstanceIds: [operation.id] });
    await operation.untilTrue("terminated", async () => {
      return ((await describe(operation))?.State?.Name ?? "terminated") === "terminated";
    });
  },
});

/** The image says what its root device is called and how large it is at least. */
async function rootDevice(operation: InstanceOperation): Promise<Properties[] | undefined> {
  const { rootBlockDevice, ami } = operation.inputs;
  if (rootBlockDevice === undefined) return undefined;
  const { Images } = await operation.call("ec2", "describeImages", { ImageIds: [ami] });
  const image = Images?.[0];
  const name = image?.RootDeviceName ?? "/dev/xvda";
  const size = image?.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === name)?.Ebs;
  const Ebs = {
    volumeSize: size?.VolumeSize ?? 8,
    ...rootBlockDevice,
    tags: undefined,
    tagsAll: undefined,
    deviceName: undefined,
    volumeId: undefined,
  };
  return [{ DeviceName: name, Ebs }];
}

async function writeSourceCheck(operation: InstanceOperation): Promise<void> {
  await operation.call("ec2", "modifyInstanceAttribute", {
    InstanceId: operation.id,
    SourceDestCheck: { Value: operation.inputs.sourceDestCheck },
  });
}

async function describe(operation: InstanceOperation) {
  const answer = await operation.call("ec2", "describeInstances", {
    InstanceIds: [operation.id],
  });
  return answer.Reservations?.[0]?.Instances?.[0];
}

/** Machines and what they are started from. */
export const types: readonly AnyResourceType[] = [launchTemplate, instance];

import type * as aws from "@pulumi/aws";
import { present } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { ec2Arn, ec2Tags, retagEc2, unlessMissing, type AnyOperation } from "./tagging";

async function describe(operation: AnyOperation) {
  const { Images } = await operation.call("ec2", "describeImages", { ImageIds: [operation.id] });
  return Images?.[0];
}

async function untilAvailable(operation: AnyOperation): Promise<void> {
  await operation.untilTrue("available", async () => {
    return (await describe(operation))?.State === "available";
  });
}

async function readImage(operation: AnyOperation) {
  const found = await unlessMissing(describe(operation));
  if (found === undefined) return undefined;
  return {
    architecture: found.Architecture,
    arn: ec2Arn(operation, "image"),
    description: found.Description,
    hypervisor: found.Hypervisor,
    imageLocation: found.ImageLocation,
    imageType: found.ImageType,
    name: found.Name,
    ownerId: found.OwnerId,
    platformDetails: found.PlatformDetails,
    public: found.Public,
    rootDeviceName: found.RootDeviceName,
    rootSnapshotId: found.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId,
    virtualizationType: found.VirtualizationType,
  };
}

async function deregister(operation: AnyOperation): Promise<void> {
  await operation.call("ec2", "deregisterImage", { ImageId: operation.id });
}

/** What does not depend on where an image came from. */
const anyImage = {
  ready: untilAvailable,
  read: readImage,
  retag: retagEc2,
  delete: deregister,
};

/** Only times of deprecation and the like can change, none of which is modelled. */
const noUpdate = (): Promise<void> => Promise.resolve();

const amiFromInstance = resourceType<aws.ec2.AmiFromInstance, aws.ec2.AmiFromInstanceArgs>({
  token: "aws:ec2/amiFromInstance:AmiFromInstance",
  inputs: {
    name: replace,
    description: replace,
    sourceInstanceId: replace,
    snapshotWithoutReboot: unread(replace),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { name, description, sourceInstanceId, snapshotWithoutReboot } = operation.inputs;
    const { ImageId } = await operation.call("ec2", "createImage", {
      name,
      description,
      instanceId: sourceInstanceId,
      noReboot: snapshotWithoutReboot,
      ...ec2Tags(operation, "image"),
    });
    return present(ImageId, "the image's id");
  },
  ...anyImage,
});

const amiCopy = resourceType<aws.ec2.AmiCopy, aws.ec2.AmiCopyArgs>({
  token: "aws:ec2/amiCopy:AmiCopy",
  inputs: {
    name: replace,
    description: replace,
    sourceAmiId: replace,
    sourceAmiRegion: replace,
    encrypted: unread(replace),
    kmsKeyId: unread(replace),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { sourceAmiId, sourceAmiRegion } = operation.inputs;
    const { ImageId } = await operation.call("ec2", "copyImage", {
      ...operation.arguments({ sourceAmiId: undefined, sourceAmiRegion: undefined }),
      SourceImageId: sourceAmiId,
      SourceRegion: sourceAmiRegion,
      ...ec2Tags(operation, "image"),
    });
    return present(ImageId, "the image's id");
  },
  ...anyImage,
});

const ami = resourceType<aws.ec2.Ami, aws.ec2.AmiArgs>({
  token: "aws:ec2/ami:Ami",
  inputs: {
    name: replace,
    description: replace,
    architecture: defaulted(replace, "x86_64"),
    virtualizationType: defaulted(replace, "paravirtual"),
    rootDeviceName: replace,
    ebsBlockDevices: unread(replace),
    enaSupport: unread(replace),
    imdsSupport: unread(replace),
    bootMode: unread(replace),
    sriovNetSupport: defaulted(unread(update), "simple"),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { name, ebsBlockDevices } = operation.inputs;
    const { ImageId } = await operation.call("ec2", "registerImage", {
      ...operation.arguments({ ebsBlockDevices: undefined }),
      name,
      BlockDeviceMappings: ebsBlockDevices?.map(({ deviceName, ...ebs }) => ({
        DeviceName: deviceName,
        Ebs: ebs,
      })),
      ...ec2Tags(operation, "image"),
    });
    return present(ImageId, "the image's id");
  },
  update: noUpdate,
  ...anyImage,
});

/** Machine images. */
export const types: readonly AnyResourceType[] = [amiFromInstance, amiCopy, ami];

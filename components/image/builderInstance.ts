import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { builderProfile } from "./builderProfile";
import type { Architecture, BuildArgs } from "./goldenImage";
import { contentVersion } from "./imageComponentRenderer";

const buildTypes: Readonly<Record<Architecture, string>> = {
  arm64: "t4g.micro",
  x86_64: "t3.micro",
};

/** Systems Manager tells here when the software is complete; the first time takes five minutes. */
const installationTimeoutSeconds = 1800;

/**
 * Builds without Image Builder: a machine that Systems Manager sets up, an image of it, and a copy
 * in the other region. The image is only made once the installation has reported success.
 */
export function buildByInstance(
  name: string,
  args: BuildArgs,
  parent: pulumi.Resource,
): Record<string, pulumi.Output<string>> {
  const { prefix, region, peerRegion } = args.deployment;
  const script = args.software.install;
  const instance = createInstance(name, args, parent);
  const installation = new aws.ssm.Association(
    `${name}-installation`,
    {
      name: "AWS-RunShellScript",
      associationName: `${prefix}-golden-image`,
      targets: [{ key: "InstanceIds", values: [instance.id] }],
      parameters: { commands: script, executionTimeout: String(installationTimeoutSeconds) },
      waitForSuccessTimeoutSeconds: installationTimeoutSeconds,
    },
    { parent },
  );
  // Content and builder are part of the name: other software makes another image beside the old one.
  const content = contentVersion(script, args.architecture, String(args.rootVolumeGb));
  const imageName = pulumi.interpolate`${prefix}-${args.software.name}-${content.slice("1.0.".length)}-${instance.id}`;
  // The waiting region's launch templates name the old image until that stack's own `pulumi up`:
  // were it deregistered before, a failover in between could start nothing. So old images stay
  // until a person deletes them; their snapshots cost $0.05/GB a month.
  const kept: pulumi.CustomResourceOptions = { deleteBeforeReplace: false, retainOnDelete: true };
  const image = new aws.ec2.AmiFromInstance(
    `${name}-image`,
    {
      name: imageName,
      description: args.software.description,
      sourceInstanceId: instance.id,
      // Stopped while it is imaged, so that the file system is whole.
      snapshotWithoutReboot: false,
      tags: { Name: `${prefix}-${args.software.name}` },
    },
    { ...kept, parent, dependsOn: [installation] },
  );
  if (region === peerRegion) return { [region]: image.id };
  const key = args.kmsKeyArns[peerRegion];
  const copy = new aws.ec2.AmiCopy(
    `${name}-copy`,
    {
      name: imageName,
      description: args.software.description,
      sourceAmiId: image.id,
      sourceAmiRegion: region,
      encrypted: true,
      ...(key === undefined ? {} : { kmsKeyId: key }),
      region: peerRegion,
      tags: { Name: `${prefix}-${args.software.name}` },
    },
    { ...kept, parent },
  );
  return { [region]: image.id, [peerRegion]: copy.id };
}

function createInstance(name: string, args: BuildArgs, parent: pulumi.Resource): aws.ec2.Instance {
  const { prefix, region } = args.deployment;
  const base = aws.ssm.getParameterOutput(
    {
      name: `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${args.architecture}`,
    },
    { parent },
  );
  const key = args.kmsKeyArns[region];
  return new aws.ec2.Instance(
    `${name}-builder`,
    {
      ami: base.value,
      instanceType: buildTypes[args.architecture],
      subnetId: args.subnetId,
      vpcSecurityGroupIds: [args.securityGroupId],
      iamInstanceProfile: builderProfile(name, args.deployment, parent).name,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
      rootBlockDevice: {
        volumeType: "gp3",
        volumeSize: args.rootVolumeGb,
        encrypted: true,
        ...(key === undefined ? {} : { kmsKeyId: key }),
      },
      tags: { Name: `${prefix}-image-builder` },
    },
    // A newer Amazon Linux replaces neither builder nor image: the software's version decides.
    { parent, ignoreChanges: ["ami"] },
  );
}

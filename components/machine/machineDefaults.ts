import type * as aws from "@pulumi/aws";

/** How every machine of ours is made. */
export function machineDefaults(machine: {
  /** Of whom the machine serves: a team, or an environment. */
  readonly tags: Readonly<Record<string, string>>;
  readonly name: string;
  /** Size of the root volume, GiB; $0.08 each a month while the machine exists. */
  readonly volumeGb: number;
  /** Hops to the metadata service: 1 (default) keeps containers from the machine's role, 2 lets them. */
  readonly metadataHops?: 1 | 2;
}): Pick<
  aws.ec2.LaunchTemplateArgs,
  | "updateDefaultVersion"
  | "metadataOptions"
  | "monitoring"
  | "blockDeviceMappings"
  | "tagSpecifications"
  | "tags"
> {
  const tags = { ...machine.tags, Name: machine.name };
  return {
    updateDefaultVersion: true,
    // Version 2 only, and one hop unless asked: a container or a proxy must not reach the role.
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: machine.metadataHops ?? 1,
      instanceMetadataTags: "disabled",
    },
    // Metrics each minute instead of every five: scaling reacts to them. $2.10 a machine and month.
    monitoring: { enabled: true },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeType: "gp3",
          volumeSize: machine.volumeGb,
          encrypted: "true",
          deleteOnTermination: "true",
        },
      },
    ],
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
      resourceType,
      tags,
    })),
    tags,
  };
}

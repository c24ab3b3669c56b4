import type * as aws from "@pulumi/aws";

/** How every machine of ours is made. */
export function machineDefaults(machine: {
  /** Of whom the machine serves: a team, or an environment. */
  readonly tags: Readonly<Record<string, string>>;
  readonly name: string;
  /** Size of the root volume, GiB; $0.08 each a month while the machine exists. */
  readonly volumeGb: number;
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
    // Version 2 only, and one hop: a container or a proxy on the machine must not reach its role.
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
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

import * as pulumi from "@pulumi/pulumi";

/**
 * What the primary stack publishes for the dr stack; the only dependency between the two, and it goes
 * one way. Both sides are held to this type: what is missing here cannot be read there.
 */
export interface PrimaryOutputs {
  readonly region: string;
  readonly generation: number;
  /** By region, as are images, buckets and secrets. */
  readonly keyArns: Record<string, string>;
  readonly imageIds: Record<string, string>;
  readonly artifactBucketArns: Record<string, string>;
  readonly databaseSecretName: string;
  readonly databaseSecretArns: Record<string, string>;
  readonly databaseIdentifier: string;
  readonly databaseArn: string;
  readonly homeFileSystemId: string;
  /** The file system that EFS made in the dr region. */
  readonly homeReplicaFileSystemId: string;
  /** By load-balancer shard, as are listeners and endpoint groups. */
  readonly loadBalancerDnsNames: string[];
  readonly listenerArns: string[];
  readonly endpointGroupArns: string[];
  /** By team. */
  readonly targetGroupArns: Record<string, string>;
}

/** Makes sure that nothing is published under another name, and nothing left out. */
export function publish(outputs: {
  [Key in keyof PrimaryOutputs]: pulumi.Input<PrimaryOutputs[Key]>;
}): typeof outputs {
  return outputs;
}

/**
 * Reads the primary stack's outputs, as the dr stack needs them.
 *
 * @throws when one is missing: the primary stack was never deployed, or by an older program.
 */
export class PrimaryStack {
  private readonly reference: pulumi.StackReference;
  private readonly name: string;

  constructor(stackName: string) {
    this.name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stackName}`;
    this.reference = new pulumi.StackReference(this.name);
  }

  read<Key extends keyof PrimaryOutputs>(key: Key): pulumi.Output<PrimaryOutputs[Key]> {
    return this.reference.getOutput(key).apply((value: unknown) => {
      if (value === undefined) {
        throw new pulumi.RunError(
          `Stack ${this.name} has no output "${key}". Deploy the primary stack first, with the same ` +
            "version of this program: pulumi up --stack primary",
        );
      }
      return value as PrimaryOutputs[Key];
    });
  }
}

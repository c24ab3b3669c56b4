import * as pulumi from "@pulumi/pulumi";

/**
 * What the primary stack publishes for the dr stack; the only dependency between the two, and it goes
 * one way. Both sides are held to this type: what is missing here cannot be read there.
 */
export interface PrimaryOutputs {
  /** Whose deployment it is: the dr stack must be of the same one. */
  readonly prefix: string;
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
 * @throws pulumi.RunError when one is missing: the primary stack was never deployed, or by an older
 *   program; and when the stack is another deployment's, whose database and homes are none of ours.
 */
export class PrimaryStack {
  private readonly reference: pulumi.StackReference;
  private readonly name: string;

  constructor(
    private readonly stackName: string,
    private readonly prefix: string,
  ) {
    this.name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stackName}`;
    this.reference = new pulumi.StackReference(this.name);
  }

  read<Key extends keyof PrimaryOutputs>(key: Key): pulumi.Output<PrimaryOutputs[Key]> {
    const published = [this.reference.getOutput(key), this.reference.getOutput("prefix")];
    return pulumi.all(published).apply(([value, prefix]: unknown[]) => {
      if (value === undefined || prefix === undefined) {
        throw new pulumi.RunError(
          `Stack ${this.name} has no output "${value === undefined ? key : "prefix"}". Deploy the primary stack first, ` +
            `with the same version of this program: pulumi up --stack ${this.stackName}`,
        );
      }
      if (prefix !== this.prefix) {
        throw new pulumi.RunError(
          `Stack ${this.name} belongs to the deployment with prefix ${JSON.stringify(prefix)}, this stack's prefix is ` +
            `"${this.prefix}". Name the primary stack of this deployment: pulumi config set primaryStack <stack>`,
        );
      }
      return value as PrimaryOutputs[Key];
    });
  }
}

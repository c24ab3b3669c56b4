import * as pulumi from "@pulumi/pulumi";

/** What either stack publishes of its region; the waiting region's stack reads the active one's. */
export interface RegionOutputs {
  /** Whose deployment it is: both stacks must be of the same one. */
  readonly prefix: string;
  readonly region: string;
  readonly generation: number;
  readonly databaseIdentifier: string;
  readonly databaseArn: string;
  readonly homeFileSystemId: string;
  /** The file system that EFS made in the other region; empty while this region waits. */
  readonly homeReplicaFileSystemId: string;
  /** By load-balancer shard, as are endpoint groups. */
  readonly loadBalancerDnsNames: string[];
  readonly endpointGroupArns: string[];
  /** By team. */
  readonly targetGroupArns: Record<string, string>;
}

/** What the pair has once; the primary stack owns it, whichever region is active. */
export interface SharedOutputs {
  /** By region, as are images, buckets, secrets and vaults. */
  readonly keyArns: Record<string, string>;
  readonly imageIds: Record<string, string>;
  readonly artifactBucketArns: Record<string, string>;
  readonly databaseSecretName: string;
  readonly databaseSecretArns: Record<string, string>;
  readonly backupVaults: Record<string, { name: string; arn: string }>;
  /** By load-balancer shard; empty under `route53`. */
  readonly listenerArns: string[];
}

/** The primary stack's outputs, as far as the dr stack reads them. */
export type PrimaryOutputs = RegionOutputs & SharedOutputs;

/** Makes sure that nothing is published under another name, and nothing left out. */
export function publish<Outputs>(outputs: {
  [Key in keyof Outputs]: pulumi.Input<Outputs[Key]>;
}): typeof outputs {
  return outputs;
}

/**
 * Reads the outputs that another stack of the deployment publishes. Both sides are held to one type:
 * what is missing there cannot be read here.
 *
 * @throws pulumi.RunError when one is missing: the stack was never deployed, or by an older program;
 *   and when the stack is another deployment's, whose database and homes are none of ours.
 */
export class OutputsOf<Outputs extends Pick<RegionOutputs, "prefix">> {
  private readonly reference: pulumi.StackReference;
  private readonly name: string;

  constructor(
    /** The configuration's key that names the stack, for messages. */
    private readonly key: "primaryStack" | "drStack" | "webProduction.devStack",
    private readonly stackName: string,
    private readonly prefix: string,
  ) {
    this.name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stackName}`;
    this.reference = new pulumi.StackReference(this.name);
  }

  read<Key extends keyof Outputs & string>(key: Key): pulumi.Output<Outputs[Key]> {
    const published = [this.reference.getOutput(key), this.reference.getOutput("prefix")];
    return pulumi.all(published).apply(([value, prefix]: unknown[]) => {
      if (value === undefined || prefix === undefined) {
        throw new pulumi.RunError(
          `Stack ${this.name} has no output "${value === undefined ? key : "prefix"}". Deploy it first, ` +
            `with the same version of this program: pulumi up --stack ${this.stackName}`,
        );
      }
      if (prefix !== this.prefix) {
        throw new pulumi.RunError(
          `Stack ${this.name} belongs to the deployment with prefix ${JSON.stringify(prefix)}, this stack's prefix is ` +
            `"${this.prefix}". Name this deployment's stack: pulumi config set ${this.key.includes(".") ? "--path " : ""}${this.key} <stack>`,
        );
      }
      return value as Outputs[Key];
    });
  }
}

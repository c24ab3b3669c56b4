import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";

export interface ReadReplicasArgs {
  readonly deployment: Deployment;
  /** Identifier of the writer, in the same region; it needs backups. */
  readonly sourceIdentifier: pulumi.Input<string>;
  /** RDS class of each, e.g. `db.t4g.medium`: $47.45 a month. 1 to 15, which MySQL's writer takes. */
  readonly instanceClasses: readonly string[];
  /** Zones that they spread over, so that one zone's loss leaves some; 2 or 3. */
  readonly availabilityZones: number;
  readonly securityGroupId: pulumi.Input<string>;
  /** False lets `pulumi destroy` remove them. Default true. */
  readonly protectState?: boolean;
}

/** One replica as others need it. */
export interface ReadReplica {
  readonly identifier: pulumi.Output<string>;
  /** Host name; the only one that the server's certificate holds. */
  readonly address: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
}

/**
 * Read replicas of one writer in its own region. They take engine, users, key, subnets and parameters
 * (TLS only among these) from the writer, refuse to write, and may be stopped following it for 30
 * days, after which RDS ends replication.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class ReadReplicas extends pulumi.ComponentResource {
  readonly replicas: readonly ReadReplica[];

  constructor(name: string, args: ReadReplicasArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:ReadReplicas", name, {}, opts);
    refuseProblems("ReadReplicas", problemsOf(args));
    this.replicas = args.instanceClasses.map((instanceClass, index) =>
      createReplica(name, args, instanceClass, index, this),
    );
    this.registerOutputs({ replicas: this.replicas });
  }
}

function createReplica(
  name: string,
  args: ReadReplicasArgs,
  instanceClass: string,
  index: number,
  parent: pulumi.Resource,
): ReadReplica {
  const protect = args.protectState ?? true;
  const { prefix, region } = args.deployment;
  const identifier = `${prefix}-replica-${index + 1}`;
  const zone = "abc"[index % args.availabilityZones] ?? "a";
  const instance = new aws.rds.Instance(
    `${name}-${index + 1}`,
    {
      identifier,
      replicateSourceDb: args.sourceIdentifier,
      instanceClass,
      availabilityZone: `${region}${zone}`,
      storageType: "gp3",
      // With its source's key, which RDS wants not to be named within a region.
      storageEncrypted: true,
      vpcSecurityGroupIds: [args.securityGroupId],
      publiclyAccessible: false,
      // What it holds, its source backs up.
      backupRetentionPeriod: 0,
      deletionProtection: protect,
      // RDS takes no final snapshot of a replica; while it is protected that refuses its deletion.
      skipFinalSnapshot: !protect,
      finalSnapshotIdentifier: `${identifier}-final`,
      autoMinorVersionUpgrade: true,
      tags: { Name: identifier },
    },
    { parent, protect },
  );
  return { identifier: instance.identifier, address: instance.address, port: instance.port };
}

function problemsOf(args: ReadReplicasArgs): ArgumentProblem[] {
  const { instanceClasses, availabilityZones } = args;
  const count = instanceClasses.length;
  return [
    ...(count >= 1 && count <= 15
      ? []
      : [{ path: "instanceClasses", reason: `has ${count}; a writer takes 1 to 15 replicas` }]),
    ...([2, 3].includes(availabilityZones)
      ? []
      : [{ path: "availabilityZones", reason: `is ${availabilityZones}; give 2 or 3` }]),
    ...instanceClasses.flatMap((each, index) =>
      /^db\.[a-z0-9-]+\.[a-z0-9]+$/.test(each)
        ? []
        : [
            {
              path: `instanceClasses[${index}]`,
              reason: `is "${each}"; RDS classes look like db.t4g.medium`,
            },
          ],
    ),
  ];
}

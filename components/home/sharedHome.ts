import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../argumentProblems";
import { mapValues } from "../mapValues";
import { grantTo, policyOf, tlsOnly } from "../policies";
import { homeProblems, type SharedHomeArgs } from "./homeArguments";
import { lifecycleAge } from "./homePlan";

/** The first user of an ordinary system. */
const defaultOwner = { uid: 1000, gid: 1000 };

/**
 * The shared file system with the JENKINS_HOME of every controller: a mount target in each zone, an
 * access point for each home, TLS and IAM enforced, replicated to the waiting region. EFS costs
 * $0.30 per GB-month (us-east-1), and the same for the replica.
 *
 * Replication is not point-in-time consistent: it is for failovers, AWS Backup is for mistakes.
 * Ending it belongs to the failover; this component makes it only where its role is active, because
 * making it again over a file system that took over would overwrite the newer data.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class SharedHome extends pulumi.ComponentResource {
  readonly fileSystemId: pulumi.Output<string>;
  readonly fileSystemArn: pulumi.Output<string>;
  /** By directory name. */
  readonly accessPointIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** The file system that EFS made in the other region; undefined where nothing replicates. */
  readonly replicaFileSystemId: pulumi.Output<string> | undefined;

  private readonly accessPointArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: SharedHomeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:home:SharedHome", name, {}, opts);
    refuseProblems("SharedHome", homeProblems(args));
    const { region, accountId } = args.deployment;

    this.fileSystemId =
      args.fileSystemId === undefined
        ? createFileSystem(name, args, this)
        : pulumi.output(args.fileSystemId);
    this.fileSystemArn = pulumi.interpolate`arn:aws:elasticfilesystem:${region}:${accountId}:file-system/${this.fileSystemId}`;
    const mountTargets = this.createMountTargets(name, args);
    const accessPoints = this.createAccessPoints(name, args);
    this.accessPointIds = mapValues(accessPoints, ({ id }) => id);
    this.accessPointArns = mapValues(accessPoints, ({ arn }) => arn);
    this.guard(name, args);
    this.replicaFileSystemId = this.replicate(name, args, mountTargets);

    this.registerOutputs({
      fileSystemId: this.fileSystemId,
      fileSystemArn: this.fileSystemArn,
      accessPointIds: this.accessPointIds,
      ...(this.replicaFileSystemId === undefined
        ? {}
        : { replicaFileSystemId: this.replicaFileSystemId }),
    });
  }

  /**
   * Lets a role mount and write homes, through their access points alone: never as root, never
   * another team's.
   *
   * @param directories Names of homes; default all.
   */
  grantMount(
    role: aws.iam.Role,
    directories: readonly string[] = Object.keys(this.accessPointIds),
  ): aws.iam.RolePolicy {
    const accessPoints = directories.map((directory) => {
      const arn = this.accessPointArns[directory];
      if (arn === undefined) {
        throw new Error(
          `SharedHome: there is no home "${directory}"; there are ${Object.keys(this.accessPointArns).join(", ")}`,
        );
      }
      return arn;
    });
    return grantTo(this, role, "home-mount", [
      {
        Sid: "MountHomes",
        Effect: "Allow",
        Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        Resource: this.fileSystemArn,
        Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPoints } },
      },
    ]);
  }

  /** Lets a role mount every home and write none, through access points alone. */
  grantReading(role: aws.iam.Role): aws.iam.RolePolicy {
    return grantTo(this, role, "home-read", [
      {
        Sid: "ReadHomes",
        Effect: "Allow",
        Action: "elasticfilesystem:ClientMount",
        Resource: this.fileSystemArn,
      },
    ]);
  }

  /** Seconds since the replica was last complete, in the source's region. Missing is unknown, not zero. */
  metricTimeSinceLastSync(): {
    namespace: string;
    metricName: string;
    dimensions: Record<string, pulumi.Output<string>>;
  } {
    if (this.replicaFileSystemId === undefined) {
      throw new Error("SharedHome: only a home that replicates measures TimeSinceLastSync");
    }
    return {
      namespace: "AWS/EFS",
      metricName: "TimeSinceLastSync",
      dimensions: {
        FileSystemId: this.fileSystemId,
        DestinationFileSystemId: this.replicaFileSystemId,
      },
    };
  }

  private createMountTargets(name: string, args: SharedHomeArgs): aws.efs.MountTarget[] {
    const subnetIds = pulumi.output(args.subnetIds);
    return Array.from(
      { length: args.availabilityZones },
      (_, zone) =>
        new aws.efs.MountTarget(
          `${name}-mount-target-${zone + 1}`,
          {
            fileSystemId: this.fileSystemId,
            subnetId: subnetIds.apply((ids) => subnetOf(ids, zone)),
            securityGroups: [args.securityGroupId],
          },
          { parent: this },
        ),
    );
  }

  /** The replica needs its own: EFS replicates directories and not access points. */
  private createAccessPoints(
    name: string,
    args: SharedHomeArgs,
  ): Record<string, aws.efs.AccessPoint> {
    const { prefix } = args.deployment;
    const owner = args.owner ?? defaultOwner;
    return Object.fromEntries(
      args.directories.map((directory) => [
        directory.name,
        new aws.efs.AccessPoint(
          `${name}-${directory.name.replace(/\//g, "-")}`,
          {
            fileSystemId: this.fileSystemId,
            posixUser: owner,
            rootDirectory: {
              path: `/${directory.name}`,
              // Nobody but the owner reads what is inside: there may be keys.
              creationInfo: { ownerUid: owner.uid, ownerGid: owner.gid, permissions: "0700" },
            },
            tags: { Name: `${prefix}-${directory.name}`, team: directory.team },
          },
          { parent: this },
        ),
      ]),
    );
  }

  /** TLS for everybody, and no way in but an access point: neither has an exception. */
  private guard(name: string, args: SharedHomeArgs): void {
    new aws.efs.FileSystemPolicy(
      `${name}-policy`,
      {
        fileSystemId: this.fileSystemId,
        policy: policyOf([
          tlsOnly(this.fileSystemArn),
          {
            Sid: "AccessPointsOnly",
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientRootAccess"],
            Resource: this.fileSystemArn,
            Condition: { Null: { "elasticfilesystem:AccessPointArn": "true" } },
          },
        ]),
      },
      { parent: this },
    );
    if (args.role === "active") {
      new aws.efs.BackupPolicy(
        `${name}-backup`,
        // File systems made by API have no automatic backups unless they are asked for.
        { fileSystemId: this.fileSystemId, backupPolicy: { status: "ENABLED" } },
        { parent: this },
      );
    }
  }

  private replicate(
    name: string,
    args: SharedHomeArgs,
    mountTargets: aws.efs.MountTarget[],
  ): pulumi.Output<string> | undefined {
    if (args.role !== "active" || args.replicateTo === undefined) return undefined;
    const replication = new aws.efs.ReplicationConfiguration(
      `${name}-replication`,
      {
        sourceFileSystemId: this.fileSystemId,
        destination: {
          region: args.replicateTo.region,
          // Fixed at creation; without it EFS takes AWS's own key, which nobody can grant.
          kmsKeyId: args.replicateTo.kmsKeyArn,
        },
      },
      // EFS refuses other changes of a file system while it sets the replication up.
      { parent: this, dependsOn: mountTargets },
    );
    return replication.destination.apply(({ fileSystemId }) => fileSystemId);
  }
}

function createFileSystem(
  name: string,
  args: SharedHomeArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { prefix } = args.deployment;
  const protect = args.protectState ?? true;
  const infrequent = lifecycleAge(args.lifecycle.toInfrequentAccess);
  const archive = lifecycleAge(args.lifecycle.toArchive);
  return new aws.efs.FileSystem(
    `${name}-file-system`,
    {
      creationToken: `${prefix}-home`,
      encrypted: true,
      kmsKeyId: args.kmsKeyArn,
      // Max I/O promises more and answers later, which is what Jenkins feels.
      performanceMode: "generalPurpose",
      throughputMode: args.throughput,
      ...(args.provisionedMibps === undefined
        ? {}
        : { provisionedThroughputInMibps: args.provisionedMibps }),
      lifecyclePolicies: [
        ...(infrequent === undefined ? [] : [{ transitionToIa: infrequent }]),
        ...(archive === undefined ? [] : [{ transitionToArchive: archive }]),
        // A home that is read again is worked with: pay for its reads once.
        ...(infrequent === undefined && archive === undefined
          ? []
          : [{ transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }]),
      ],
      tags: { Name: `${prefix}-home` },
    },
    // Kept when a role change takes it out of the program (S11).
    { parent, protect, retainOnDelete: protect },
  ).id;
}

function subnetOf(ids: readonly string[], zone: number): string {
  const id = ids[zone];
  if (id === undefined) {
    throw new Error(`SharedHome: zone ${zone + 1} has no subnet; there are ${ids.length}`);
  }
  return id;
}

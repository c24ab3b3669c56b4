import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { grantTo } from "../policies";
import { masterUsername } from "./databaseCredentials";
import {
  type DatabaseEngine,
  type DatabaseIdentity,
  databaseProblems,
  type DatabaseRole,
  engineFacts,
  identify,
  parameterFamily,
} from "./databasePlan";

export interface ReplicatedDatabaseArgs {
  readonly deployment: Deployment;
  /** Follows from the configuration: `writer` in the active region, `replica` in the waiting one. */
  readonly role: DatabaseRole;
  readonly engine: DatabaseEngine;
  /** As RDS writes it, e.g. `17`. Default: the engine's newest that was tested. */
  readonly engineVersion?: string;
  /** db.t4g.medium costs $47.45 a month, twice that with a standby. */
  readonly instanceClass: string;
  /** GiB of gp3, $0.115 a month each, doubled by Multi-AZ. Grows by itself to four times as much. */
  readonly allocatedStorageGb: number;
  /** A standby in another zone while it writes; a replica has none until it is promoted. */
  readonly multiAz: boolean;
  /** Days, 1 to 35. */
  readonly backupRetentionDays: number;
  /** Isolated subnets of at least two zones. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  /** Customer key of this region. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** The writer that a replica follows. */
  readonly sourceArn?: pulumi.Input<string>;
  /** The database inside of the instance, made with the first writer. Default {@link databaseName}. */
  readonly databaseName?: string;
  /** The first writer's first user. Default {@link masterUsername}. */
  readonly username?: string;
  /** For the first writer; every later one brings its password along. */
  readonly masterPassword?: pulumi.Input<string>;
  /** This region's copy of the credentials, for {@link ReplicatedDatabase.grantConnect}. */
  readonly masterSecretArn?: pulumi.Input<string>;
  /** False lets `pulumi destroy` remove it, after a final snapshot where RDS allows one. Default true. */
  readonly protectState?: boolean;
}

/** The database inside of the instance, unless another is asked for. */
export const databaseName = "jenkins";

/**
 * The RDS instance of one region: the writer, or the cross-region replica that a failover promotes.
 *
 * Promotion belongs to the failover alone: this component never promotes and never makes a replica
 * of what was promoted. After a failover the promoted replica is adopted in place: same logical
 * name, same identifier, no property that would replace it.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class ReplicatedDatabase extends pulumi.ComponentResource {
  readonly identifier: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Host name. */
  readonly address: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly subnetGroupName: pulumi.Output<string>;
  /** The immutable `db-…` id. */
  readonly resourceId: pulumi.Output<string>;
  readonly masterSecretArn: pulumi.Output<string> | undefined;

  private readonly kmsKeyArn: pulumi.Input<string>;

  constructor(name: string, args: ReplicatedDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:ReplicatedDatabase", name, {}, opts);
    const engineVersion = args.engineVersion ?? engineFacts[args.engine].defaultVersion;
    refuseProblems(
      "ReplicatedDatabase",
      databaseProblems({
        ...args,
        engineVersion,
        generation: args.deployment.generation,
        hasSource: args.sourceArn !== undefined,
        hasPassword: args.masterPassword !== undefined,
      }),
    );
    const identity = identify(args.deployment.prefix, args.role, args.deployment.generation);
    const instance = createInstance(name, args, engineVersion, identity, this);

    this.kmsKeyArn = args.kmsKeyArn;
    this.identifier = instance.identifier;
    this.arn = instance.arn;
    this.address = instance.address;
    this.port = instance.port;
    this.subnetGroupName = instance.dbSubnetGroupName;
    this.resourceId = instance.resourceId;
    this.masterSecretArn =
      args.masterSecretArn === undefined ? undefined : pulumi.output(args.masterSecretArn);
    this.registerOutputs({
      identifier: this.identifier,
      arn: this.arn,
      address: this.address,
      port: this.port,
      subnetGroupName: this.subnetGroupName,
      resourceId: this.resourceId,
      ...(this.masterSecretArn === undefined ? {} : { masterSecretArn: this.masterSecretArn }),
    });
  }

  /** Lets a role read the credentials. The network decides apart from it who reaches the database. */
  grantConnect(role: aws.iam.Role): aws.iam.RolePolicy {
    if (this.masterSecretArn === undefined) {
      throw new Error("ReplicatedDatabase: grantConnect needs masterSecretArn among the arguments");
    }
    return grantTo(this, role, "database-connect", [
      {
        Sid: "ReadDatabaseCredentials",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: this.masterSecretArn,
      },
      { Sid: "Decrypt", Effect: "Allow", Action: "kms:Decrypt", Resource: this.kmsKeyArn },
    ]);
  }

  /** Seconds by which a replica is behind, in the replica's region; -1 means unknown, not zero. */
  metricReplicaLag(): {
    namespace: string;
    metricName: string;
    dimensions: Record<string, pulumi.Output<string>>;
  } {
    return this.metric("ReplicaLag");
  }

  /** Bytes left on the volume. */
  metricFreeStorage(): {
    namespace: string;
    metricName: string;
    dimensions: Record<string, pulumi.Output<string>>;
  } {
    return this.metric("FreeStorageSpace");
  }

  private metric(metricName: string): {
    namespace: string;
    metricName: string;
    dimensions: Record<string, pulumi.Output<string>>;
  } {
    return {
      namespace: "AWS/RDS",
      metricName,
      dimensions: { DBInstanceIdentifier: this.identifier },
    };
  }
}

function createInstance(
  name: string,
  args: ReplicatedDatabaseArgs,
  engineVersion: string,
  identity: DatabaseIdentity,
  parent: pulumi.Resource,
): aws.rds.Instance {
  const protect = args.protectState ?? true;
  const { prefix } = args.deployment;
  const subnets = new aws.rds.SubnetGroup(
    `${name}-subnets`,
    { name: `${prefix}-database`, description: "Isolated subnets", subnetIds: args.subnetIds },
    { parent },
  );
  const parameters = createParameters(name, args, engineVersion, parent);
  return new aws.rds.Instance(
    `${name}-g${identity.madeAt}`,
    {
      identifier: identity.identifier,
      instanceClass: args.instanceClass,
      ...origin(args, engineVersion, identity),
      ...storage(args),
      multiAz: args.role === "writer" && args.multiAz,
      dbSubnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      vpcSecurityGroupIds: [args.securityGroupId],
      publiclyAccessible: false,
      // A replica too: what is promoted at three in the morning must have backups from the start.
      backupRetentionPeriod: args.backupRetentionDays,
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: protect,
      // RDS takes no final snapshot of a replica. While it is protected that refuses its deletion,
      // which is right: a promoted replica looks like one to this program until it is adopted.
      skipFinalSnapshot: !protect && args.role === "replica",
      finalSnapshotIdentifier: `${identity.identifier}-final`,
      enabledCloudwatchLogsExports: [...engineFacts[args.engine].logs],
      autoMinorVersionUpgrade: true,
      tags: { Name: identity.identifier },
    },
    {
      parent,
      protect,
      // What was the writer is kept when a role change takes it out of the program (S11).
      retainOnDelete: protect,
      // Removing it promotes and restoring it fails: promotion belongs to the failover alone.
      ignoreChanges: ["replicateSourceDb"],
    },
  );
}

/** What an instance is made from: nothing, its source, or (promoted) what it has already. */
function origin(
  args: ReplicatedDatabaseArgs,
  engineVersion: string,
  identity: DatabaseIdentity,
): Partial<aws.rds.InstanceArgs> {
  if (args.role === "replica") {
    return args.sourceArn === undefined ? {} : { replicateSourceDb: args.sourceArn };
  }
  const password =
    args.masterPassword === undefined ? {} : { password: pulumi.secret(args.masterPassword) };
  // Engine, user and database force a replacement when they appear: a promoted writer has them.
  if (identity.promoted) return password;
  return {
    engine: args.engine,
    engineVersion,
    allocatedStorage: args.allocatedStorageGb,
    dbName: args.databaseName ?? databaseName,
    username: args.username ?? masterUsername,
    ...password,
  };
}

function storage(args: ReplicatedDatabaseArgs): Partial<aws.rds.InstanceArgs> {
  return {
    maxAllocatedStorage: Math.min(args.allocatedStorageGb * 4, 65_536),
    storageType: "gp3",
    storageEncrypted: true,
    kmsKeyId: args.kmsKeyArn,
  };
}

/** A replica takes its source's parameters only if it is given a group like its source's. */
function createParameters(
  name: string,
  args: ReplicatedDatabaseArgs,
  engineVersion: string,
  parent: pulumi.Resource,
): aws.rds.ParameterGroup {
  const { forceTls } = engineFacts[args.engine];
  const family = parameterFamily(args.engine, engineVersion);
  return new aws.rds.ParameterGroup(
    `${name}-parameters`,
    {
      // The family is part of the name: a major upgrade makes a new group before the old one goes.
      name: `${args.deployment.prefix}-${family.replace(/\./g, "-")}`,
      description: "TLS only",
      family,
      parameters: [{ name: forceTls.name, value: forceTls.value, applyMethod: "immediate" }],
    },
    { parent },
  );
}

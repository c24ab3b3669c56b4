import * as pulumi from "@pulumi/pulumi";
import { DatabaseCredentials } from "../components/data/databaseCredentials";
import { ReadReplicas } from "../components/data/readReplicas";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import { WeightedReader } from "../components/data/weightedReader";
import { PrivateAlias } from "../components/network/privateZone";
import { WriterAlarms } from "../components/operations/writerAlarms";
import type { EnvironmentDatabase } from "../components/webapp/environmentArguments";
import type { StackPromotion } from "../promotion/target";
import type { WebProdSettings } from "./config";
import type { OutputsOf } from "./stackOutputs";
import { type WebContext, webDatabase, webWriterArgs } from "./webArguments";
import type { WebDevOutputs } from "./webOutputs";

/** Where prod's application reads and writes, and what of it follows dev. */
export interface ProductionDatabase {
  readonly application: EnvironmentDatabase;
  /** Replicas of dev's master; none with a database of prod's own. */
  readonly followers: pulumi.Input<StackPromotion["replicas"]>;
}

interface Surroundings extends WebContext {
  readonly dev: OutputsOf<WebDevOutputs>;
  /** Of prod's own. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly topicArn: pulumi.Input<string>;
}

/** A database that is written, and who is its first user. */
interface Source {
  readonly identifier: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly secretArn: pulumi.Output<string>;
  readonly secretKeyArn: pulumi.Input<string>;
  /** Name for what has to write; none where prod lives on replicas of dev's. */
  readonly writer?: pulumi.Output<string>;
}

/**
 * Prod's database. Everything that only reads asks `reader.prod.<zone>`, the replicas by their weights.
 * With `replicas` these follow dev's master and there is no writer: whoever logs on, comments, or
 * updates a plugin gets MySQL's error 1290 (read-only). With `own` they follow a writer of prod's own,
 * `writer.prod.<zone>`, which sessions, comments and updates need.
 */
export function createProductionDatabase(
  settings: WebProdSettings,
  around: Surroundings,
): ProductionDatabase {
  const { web, webProduction, protectState } = settings;
  const { deployment, dev, opts, topicArn } = around;
  const own = webProduction.database === "own";
  const source = own ? createWriter(settings, around) : masterOf(dev);
  const { replicas } = new ReadReplicas(
    "replicas",
    {
      deployment,
      sourceIdentifier: source.identifier,
      instanceClasses: webProduction.replicas.map(({ instanceClass }) => instanceClass),
      availabilityZones: web.availabilityZones,
      securityGroupId: groupOf(dev),
      protectState,
    },
    opts,
  );
  const { hostName } = new WeightedReader(
    "reader",
    {
      deployment,
      zoneId: dev.read("privateZoneId"),
      hostName: pulumi.interpolate`reader.prod.${dev.read("privateZoneName")}`,
      replicas: replicas.map((replica, index) => ({
        ...replica,
        weight: webProduction.replicas[index]?.weight ?? 1,
      })),
      topicArn,
    },
    opts,
  );
  return {
    application: {
      database: webDatabase.databaseName,
      port: source.port,
      reader: hostName,
      ...(source.writer === undefined ? {} : { writer: source.writer }),
      secretArn: web.applicationSecret ?? source.secretArn,
      secretKeyArn: source.secretKeyArn,
    },
    followers: own ? [] : pulumi.all(replicas.map((replica) => pulumi.output(replica))),
  };
}

function masterOf(dev: OutputsOf<WebDevOutputs>): Source {
  return {
    identifier: dev.read("databaseIdentifier"),
    port: dev.read("databasePort"),
    secretArn: dev.read("databaseSecretArn"),
    secretKeyArn: dev.read("keyArn"),
  };
}

function createWriter(
  settings: WebProdSettings,
  { deployment, dev, kmsKeyArn, opts, topicArn }: Surroundings,
): Source {
  const { webProduction, protectState } = settings;
  const { region } = deployment;
  const credentials = new DatabaseCredentials(
    "database-credentials",
    {
      deployment,
      kmsKeyArns: { [region]: kmsKeyArn },
      username: webDatabase.username,
      protectState,
    },
    opts,
  );
  const writer = new ReplicatedDatabase(
    "writer",
    {
      ...webWriterArgs(settings, webProduction.ownDatabase, deployment),
      subnetIds: dev.read("isolatedSubnetIds"),
      securityGroupId: groupOf(dev),
      kmsKeyArn,
      masterPassword: credentials.masterPassword,
    },
    opts,
  );
  const { storageGb: allocatedStorageGb } = webProduction.ownDatabase;
  const watched = { identifier: writer.identifier, allocatedStorageGb };
  new WriterAlarms("writer-alarms", { deployment, database: watched, topicArn }, opts);
  const { fullName } = new PrivateAlias(
    "writer-name",
    {
      zoneId: dev.read("privateZoneId"),
      zoneName: dev.read("privateZoneName"),
      label: "writer.prod",
      target: writer.address,
    },
    opts,
  );
  return {
    identifier: writer.identifier,
    port: writer.port,
    secretArn: pulumi.all(credentials.secretArns).apply((arns) => arns[region] ?? ""),
    secretKeyArn: kmsKeyArn,
    writer: fullName,
  };
}

function groupOf(dev: OutputsOf<WebDevOutputs>): pulumi.Output<string> {
  return dev.read("securityGroupIds").apply(({ prodDatabase }) => prodDatabase);
}

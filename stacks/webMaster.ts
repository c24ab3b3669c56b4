import * as pulumi from "@pulumi/pulumi";
import { DatabaseCredentials } from "../components/data/databaseCredentials";
import type { EncryptionKeys } from "../components/data/encryptionKeys";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import type { Network } from "../components/network/network";
import { PrivateAlias, PrivateZone } from "../components/network/privateZone";
import { WriterAlarms } from "../components/operations/writerAlarms";
import type { WebSecurityGroup } from "../components/webapp/securityGroupPlan";
import type { WebDevSettings } from "./config";
import { keyIn, type WebContext, webDatabase, webWriterArgs } from "./webArguments";

interface Surroundings extends WebContext {
  readonly network: Network<WebSecurityGroup>;
  readonly keys: EncryptionKeys;
  readonly topicArn: pulumi.Input<string>;
}

/** The master database, and the names by which it and prod's databases are found. */
export interface Master {
  readonly master: ReplicatedDatabase;
  /** `master.<zone>`. */
  readonly masterName: pulumi.Output<string>;
  readonly privateZone: PrivateZone;
  /** Its first user's. */
  readonly secretArn: pulumi.Output<string>;
}

/** Makes dev's database, which prod's replicas follow, and the VPC's private zone. */
export function createMaster(
  { webShared, protectState }: WebDevSettings,
  { deployment, keys, network, opts, topicArn }: Surroundings,
): Master {
  const { region } = deployment;
  const kmsKeyArn = keyIn(keys, region);
  const credentials = new DatabaseCredentials(
    "database-credentials",
    { deployment, kmsKeyArns: keys.arns, username: webDatabase.username, protectState },
    opts,
  );
  const master = new ReplicatedDatabase(
    "master",
    {
      ...webWriterArgs({ protectState }, webShared.database, deployment),
      subnetIds: network.isolatedSubnetIds,
      securityGroupId: network.securityGroups.devDatabase,
      kmsKeyArn,
      masterPassword: credentials.masterPassword,
    },
    opts,
  );
  const { storageGb: allocatedStorageGb } = webShared.database;
  const watched = { identifier: master.identifier, allocatedStorageGb };
  new WriterAlarms("master-alarms", { deployment, database: watched, topicArn }, opts);
  const privateZone = new PrivateZone(
    "private",
    { zoneName: webShared.privateZone, vpcId: network.vpcId },
    opts,
  );
  const { fullName: masterName } = new PrivateAlias(
    "master-name",
    {
      zoneId: privateZone.zoneId,
      zoneName: privateZone.zoneName,
      label: "master",
      target: master.address,
    },
    opts,
  );
  const secretArn = pulumi.all(credentials.secretArns).apply((arns) => arns[region] ?? "");
  return { master, masterName, privateZone, secretArn };
}

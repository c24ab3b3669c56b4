import { expect } from "chai";
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  PromoteReadReplicaCommand,
  RDSClient,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { RdsBehaviour } from "../../../../../local/gateway/behaviours/rds/rds";
import type { MetricDatum } from "../../../../../local/gateway/world";
import { startEmulatedAws, type EmulatedAws } from "../../support/realEmulator";
import { eventually, SteppedTime } from "../localAws";
import { messageOfError, nameOfError } from "../refusals";

const home = "eu-west-1";
const away = "eu-central-1";

describe("the RDS behaviour", function () {
  // The first run of all installs the emulator.
  this.timeout(180_000);
  let aws: EmulatedAws;
  let time: SteppedTime;
  let behaviour: RdsBehaviour;
  let count = 0;
  let writer: string;
  let replica: string;
  let sourceArn: string;

  const rds = (region: string): RDSClient => aws.client(RDSClient, region);
  const find = async (region: string, identifier: string): Promise<DBInstance> => {
    const { DBInstances } = await rds(region).send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
    );
    return DBInstances![0]!;
  };
  const passMinutes = (minutes: number): Promise<void> => time.pass(minutes * 1000);
  const promote = (more = {}) =>
    rds(away).send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: replica, ...more }));

  beforeEach(async () => {
    behaviour = new RdsBehaviour();
    time = new SteppedTime();
    aws = await startEmulatedAws({
      behaviours: [behaviour],
      time,
      latencies: {
        overrides: {
          rdsPromotionModifying: "5 minutes",
          rdsPromotionRebooting: "5 minutes",
          rdsPromotionDetach: "5 minutes",
        },
      },
    });
    count += 1;
    writer = `writer-${count}`;
    replica = `replica-${count}`;
    const made = await rds(home).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: writer,
        Engine: "postgres",
        DBInstanceClass: "db.t4g.micro",
        AllocatedStorage: 20,
        MasterUsername: "jenkins",
        MasterUserPassword: "not-a-secret",
        BackupRetentionPeriod: 7,
      }),
    );
    sourceArn = made.DBInstance!.DBInstanceArn!;
    await rds(away).send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: replica,
        SourceDBInstanceIdentifier: sourceArn,
        DBInstanceClass: "db.t4g.micro",
      }),
    );
  });
  afterEach(() => aws.stop());

  it("shows a cross-region replica by ARN on both sides", async () => {
    expect((await find(away, replica)).ReadReplicaSourceDBInstanceIdentifier).to.equal(sourceArn);
    expect((await find(home, writer)).ReadReplicaDBInstanceIdentifiers).to.deep.equal([
      `arn:aws:rds:${away}:123456789012:db:${replica}`,
    ]);
    expect(aws.gateway.world.databases.acceptsWrites(away, replica)).to.equal(false);
  });

  it("promotes in modelled time: modifying, rebooting, available, and only then without a source", async () => {
    const look = async (): Promise<string> => {
      const { DBInstanceStatus, ReadReplicaSourceDBInstanceIdentifier } = await find(away, replica);
      return `${DBInstanceStatus} ${ReadReplicaSourceDBInstanceIdentifier ? "replica" : "alone"}`;
    };
    const { DBInstance } = await promote({ BackupRetentionPeriod: 9 });
    expect(DBInstance?.DBInstanceStatus).to.equal("modifying");
    await passMinutes(4.9);
    expect(await look()).to.equal("modifying replica");
    await passMinutes(0.2);
    expect(await look()).to.equal("rebooting replica");
    await passMinutes(5);
    expect(await look()).to.equal("available replica");
    expect(aws.gateway.world.databases.acceptsWrites(away, replica)).to.equal(false);
    await passMinutes(5);
    expect(await look()).to.equal("available alone");
    expect((await find(home, writer)).ReadReplicaDBInstanceIdentifiers ?? []).to.deep.equal([]);
    expect(aws.gateway.world.databases.acceptsWrites(away, replica)).to.equal(true);
    await eventually(
      "backups are kept as the promotion said",
      async () => (await find(away, replica)).BackupRetentionPeriod === 9,
    );
  });

  it("promotes while the source's region is dead", async () => {
    aws.gateway.faults.loseRegion(home);
    await promote();
    await passMinutes(15.1);
    const { DBInstanceStatus, ReadReplicaSourceDBInstanceIdentifier } = await find(away, replica);
    expect(DBInstanceStatus).to.equal("available");
    expect(ReadReplicaSourceDBInstanceIdentifier).to.equal(undefined);
  });

  it("has a Multi-AZ instance serve from its standby's zone, and any other one wait for its own", async () => {
    const ec2 = aws.client(EC2Client, home);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const SubnetIds = await Promise.all(
      ["a", "b"].map(async (zone, index) => {
        const AvailabilityZone = `${home}${zone}`;
        const CidrBlock = `10.0.${index}.0/24`;
        const { Subnet } = await ec2.send(
          new CreateSubnetCommand({ VpcId: Vpc!.VpcId, CidrBlock, AvailabilityZone }),
        );
        return Subnet!.SubnetId!;
      }),
    );
    const DBSubnetGroupName = `zones-${count}`;
    await rds(home).send(
      new CreateDBSubnetGroupCommand({
        DBSubnetGroupName,
        DBSubnetGroupDescription: "two zones",
        SubnetIds,
      }),
    );
    const both = `both-zones-${count}`;
    await rds(home).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: both,
        Engine: "postgres",
        DBInstanceClass: "db.t4g.micro",
        AllocatedStorage: 20,
        MasterUsername: "jenkins",
        MasterUserPassword: "not-a-secret",
        MultiAZ: true,
        DBSubnetGroupName,
      }),
    );
    const { databases } = aws.gateway.world;
    aws.gateway.zones.lose(`${home}a`);
    await time.pass(1);
    await eventually("both are without power", () => !databases.acceptsWrites(home, both));
    await passMinutes(0.9);
    expect(databases.acceptsWrites(home, both)).to.equal(false);
    await passMinutes(1.2);
    await eventually("the standby serves", () => databases.acceptsWrites(home, both));
    expect((await find(home, both)).AvailabilityZone).to.equal(`${home}b`);
    expect(databases.acceptsWrites(home, writer)).to.equal(false);
    aws.gateway.zones.revive(`${home}a`);
    await time.pass(1);
    await eventually("the other one is back", () => databases.acceptsWrites(home, writer));
  });

  it("does not go on while the replica's own region is dead", async () => {
    await promote();
    aws.gateway.faults.loseRegion(away);
    await passMinutes(30);
    expect(aws.gateway.world.databases.acceptsWrites(away, replica)).to.equal(false);
    aws.gateway.faults.reviveRegion(away);
    expect((await find(away, replica)).ReadReplicaSourceDBInstanceIdentifier).to.equal(sourceArn);
  });

  it("refuses to promote what is no replica, is promoted already, is backing up or is not there", async () => {
    const refuse = (region: string, DBInstanceIdentifier: string) =>
      rds(region).send(new PromoteReadReplicaCommand({ DBInstanceIdentifier }));
    expect(await messageOfError(refuse(home, writer))).to.contain("is not a read replica");
    expect(await nameOfError(refuse(home, "nobody"))).to.equal("DBInstanceNotFoundFault");
    const key = { region: away, identifier: replica };
    behaviour.startBackup(key, aws.gateway.clock.now() + 60 * 60_000);
    expect((await find(away, replica)).DBInstanceStatus).to.equal("backing-up");
    expect(await nameOfError(promote())).to.equal("InvalidDBInstanceStateFault");
    behaviour.startBackup(key, aws.gateway.clock.now());
    await promote();
    expect(await nameOfError(promote())).to.equal("InvalidDBInstanceStateFault");
  });

  it("needs the source's region alive to make a replica", async () => {
    aws.gateway.faults.loseRegion(home);
    const made = rds(away).send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: `${replica}-late`,
        SourceDBInstanceIdentifier: sourceArn,
      }),
    );
    expect(await messageOfError(made)).to.contain(`region ${home} does not answer`);
  });

  it("gives every instance a resource id of its own, and finds it by that", async () => {
    const ids = [await find(home, writer), await find(away, replica)].map(
      ({ DbiResourceId }) => DbiResourceId!,
    );
    expect(new Set(ids).size).to.equal(2);
    for (const id of ids) expect(id).to.match(/^db-[0-9A-F]{26}$/);
    const { DBInstances } = await rds(home).send(
      new DescribeDBInstancesCommand({
        Filters: [{ Name: "dbi-resource-id", Values: [ids[0]!] }],
      }),
    );
    expect(DBInstances?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).to.deep.equal([
      writer,
    ]);
  });

  it("publishes the lag each minute, growing once the source's region is dead", async () => {
    const published: MetricDatum[] = [];
    aws.gateway.world.metrics = { put: (datum) => published.push(datum) };
    await passMinutes(1);
    expect(published[0]).to.deep.include({
      region: away,
      namespace: "AWS/RDS",
      name: "ReplicaLag",
      dimensions: { DBInstanceIdentifier: replica },
    });
    expect(published[0]?.value).to.be.within(0, 10);
    aws.gateway.faults.loseRegion(home);
    await passMinutes(10);
    expect(published).to.have.length(11);
    expect(published.at(-1)?.value).to.be.within(590, 620);
    expect(await aws.gateway.world.databases.replicaLag(home, writer)).to.equal(undefined);
  });

  it("lets a replica stand alone when its source is deleted, and deletes replicas", async () => {
    await rds(home).send(
      new DeleteDBInstanceCommand({ DBInstanceIdentifier: writer, SkipFinalSnapshot: true }),
    );
    expect((await find(away, replica)).ReadReplicaSourceDBInstanceIdentifier).to.equal(undefined);
    await rds(away).send(
      new DeleteDBInstanceCommand({ DBInstanceIdentifier: replica, SkipFinalSnapshot: true }),
    );
    expect(await nameOfError(find(away, replica))).to.equal("DBInstanceNotFoundFault");
  });

  it("keeps the source of a replica that may not be deleted", async () => {
    await rds(away).send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: replica, DeletionProtection: true }),
    );
    await nameOfError(
      rds(away).send(
        new DeleteDBInstanceCommand({ DBInstanceIdentifier: replica, SkipFinalSnapshot: true }),
      ),
    );
    expect((await find(away, replica)).ReadReplicaSourceDBInstanceIdentifier).to.equal(sourceArn);
  });
});

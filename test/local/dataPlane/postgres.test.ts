import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DescribeDBInstancesCommand,
  PromoteReadReplicaCommand,
  RDSClient,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { expect } from "chai";
import { Client } from "pg";
import { DataPlane } from "../../../local/dataPlane/dataPlane";
import type { DatabaseConnection } from "../../../local/dataPlane/storage";
import { RdsBehaviour } from "../../../local/gateway/behaviours/rds/rds";
import { eventually, startLocalAws, type LocalAws } from "../gateway/behaviours/localAws";

const home = "eu-west-1";
const away = "eu-central-1";
const source = `arn:aws:rds:${home}:123456789012:db:writer`;

async function run(
  connection: DatabaseConnection | undefined,
  statement: string,
): Promise<readonly unknown[]> {
  if (!connection) throw new Error("it does not run");
  const client = new Client(connection);
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: "array" });
    return rows.map(([first]) => first);
  } finally {
    await client.end();
  }
}

describe("PostgreSQL behind the RDS calls", function () {
  this.timeout(60_000);
  let plane: DataPlane;
  let aws: LocalAws;
  const instances = new Map<string, DBInstance>();

  const write = (region: string, name: string, row: number) =>
    run(plane.databases.connectionTo(region, name), `INSERT INTO results VALUES (${row})`);
  const rows = (region: string, name: string) =>
    run(plane.databases.connectionTo(region, name), "SELECT n FROM results ORDER BY n");
  const failure = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );
  const status = async (name: string): Promise<string | undefined> => {
    const client = aws.client(RDSClient, away);
    const { DBInstances } = await client.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }),
    );
    return DBInstances?.[0]?.DBInstanceStatus;
  };

  before(async () => {
    plane = await DataPlane.start();
    const known = (input: { DBInstanceIdentifier: string }): object => {
      const DBInstance = { ...input, DBInstanceStatus: "available" };
      instances.set(input.DBInstanceIdentifier, DBInstance);
      return { DBInstance };
    };
    aws = await startLocalAws({
      behaviours: [new RdsBehaviour(plane.databases)],
      latencies: {
        overrides: {
          rdsPromotionModifying: "2 seconds",
          rdsPromotionRebooting: "10 seconds",
          rdsPromotionDetach: "2 seconds",
        },
      },
      stub: {
        "rds CreateDBInstance": known,
        "rds CreateDBInstanceReadReplica": known,
        "rds DescribeDBInstances": ({ DBInstanceIdentifier: id }: Record<string, string>) => ({
          DBInstances: [...instances.values()].filter((one) => one.DBInstanceIdentifier === id),
        }),
      },
    });
    await aws.client(RDSClient, home).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "writer",
        Engine: "postgres",
        DBInstanceClass: "db.t4g.micro",
        MasterUsername: "jenkins",
        DBName: "results",
      }),
    );
    await run(plane.databases.connectionTo(home, "writer"), "CREATE TABLE results (n int)");
    await aws.client(RDSClient, away).send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: "replica",
        SourceDBInstanceIdentifier: source,
      }),
    );
  });

  after(async () => {
    await aws.stop();
    await plane.stop();
  });

  it("streams to the standby, which can be read and not be written", async () => {
    const writer = plane.databases.connectionTo(home, "writer");
    expect(writer).to.include({ user: "jenkins", database: "results" });
    await write(home, "writer", 1);
    await eventually("the row arrives", async () => (await rows(away, "replica")).length === 1);
    expect(await failure(write(away, "replica", 2))).to.include("read-only");
    const { databases } = aws.gateway.world;
    expect(databases.acceptsWrites(home, "writer")).to.equal(true);
    expect(databases.acceptsWrites(away, "replica")).to.equal(false);
    expect(await plane.databases.measuredLag(away, "replica")).to.equal(0);
    expect(await plane.databases.measuredLag(home, "writer")).to.equal(undefined);
  });

  it("keeps what was acknowledged before the measured lag when the writer's region is lost", async () => {
    // A quarter of a second of real time.
    plane.databases.setReplicationDelay({ region: away, identifier: "replica" }, 15_000);
    const acknowledged: { row: number; at: number }[] = [];
    const began = performance.now();
    for (let row = 2; performance.now() - began < 400; row++) {
      await write(home, "writer", row);
      acknowledged.push({ row, at: aws.gateway.clock.now() });
    }
    const lostAt = aws.gateway.clock.now();
    aws.gateway.faults.loseRegion(home);
    const lag = (await plane.databases.measuredLag(away, "replica")) ?? 0;
    const measuredAt = aws.gateway.clock.now();
    expect(plane.databases.connectionTo(home, "writer")).to.equal(undefined);
    await aws
      .client(RDSClient, away)
      .send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: "replica" }));
    await eventually("it reboots", async () => (await status("replica")) === "rebooting");
    expect(aws.gateway.world.databases.acceptsWrites(away, "replica")).to.equal(false);
    await eventually("it is back", async () => (await status("replica")) === "available");
    expect(aws.gateway.world.databases.acceptsWrites(away, "replica")).to.equal(true);
    const kept = await rows(away, "replica");
    const lost = acknowledged.filter(({ row }) => !kept.includes(row));
    expect(kept).to.include(2);
    // Something was on its way, so that the next line can fail.
    expect(lost).not.to.be.empty;
    expect(Math.min(...lost.map(({ at }) => at))).to.be.at.least(measuredAt - lag * 1000);
    expect(lag).to.be.within(14, 60);
    expect(lostAt).to.be.at.most(measuredAt);
    await write(away, "replica", 1_000_000);
  });

  it("brings the former writer back as a writer: nothing but its fence keeps it from that", async () => {
    aws.gateway.faults.reviveRegion(home);
    await eventually("it starts", () => plane.databases.connectionTo(home, "writer") !== undefined);
    await write(home, "writer", 2_000_000);
    expect(await rows(home, "writer")).not.to.include(1_000_000);
    expect(await rows(away, "replica")).not.to.include(2_000_000);
    expect(aws.gateway.world.databases.acceptsWrites(home, "writer")).to.equal(true);
  });

  it("leaves other engines modelled: available, and nothing to connect to", async () => {
    await aws.client(RDSClient, away).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "other",
        Engine: "mysql",
        DBInstanceClass: "db.t4g.micro",
      }),
    );
    expect(await status("other")).to.equal("available");
    expect(plane.databases.connectionTo(away, "other")).to.equal(undefined);
    expect(aws.gateway.world.databases.acceptsWrites(away, "other")).to.equal(true);
  });

  it("leaves no server behind", async () => {
    const { port } = plane.databases.connectionTo(away, "replica")!;
    await plane.stop();
    const gone = { host: "127.0.0.1", port, user: "jenkins", password: "", database: "results" };
    expect(await failure(run(gone, "SELECT 1"))).to.include("ECONNREFUSED");
  });
});

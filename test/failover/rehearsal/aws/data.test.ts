import { expect } from "chai";
import {
  deleteCopy,
  homeLag,
  listCopies,
  newestSnapshot,
  restoreCopy,
} from "../../../../failover/rehearsal/aws/data";
import { rehearsalTag } from "../../../../failover/rehearsal/rehearsalPlan";
import { samplePlan as plan } from "../samplePlan";
import { scriptedClients } from "./scriptedClients";

const tagged = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const own = tagged({ [rehearsalTag]: "r1", deployment: "jenkins" });

describe("a rehearsal's copy of the database, as RDS shows it", () => {
  it("is told from every other database by name and both tags, on every page", async () => {
    const instance = (DBInstanceIdentifier: string, TagList: object[]) => ({
      DBInstanceIdentifier,
      DBInstanceStatus: "available",
      TagList,
    });
    const { clients, sent } = scriptedClients({
      DescribeDBInstancesCommand: [
        {
          Marker: "more",
          DBInstances: [
            instance("jenkins-g1-replica", tagged({ deployment: "jenkins" })),
            instance("jenkins-rehearsal-untagged", []),
            instance("jenkins-production", own),
            instance(
              "jenkins-rehearsal-other",
              tagged({ [rehearsalTag]: "r1", deployment: "else" }),
            ),
          ],
        },
        { DBInstances: [instance("jenkins-rehearsal-r1", own)] },
      ],
    });
    expect(await listCopies(clients, plan)).to.deep.equal([
      { identifier: "jenkins-rehearsal-r1", rehearsal: "r1", status: "available" },
    ]);
    expect(sent.map(({ input }) => input.Marker)).to.deep.equal([undefined, "more"]);
  });

  it("is made from the newest snapshot that can be restored, by the age of what it holds", async () => {
    const snapshot = (name: string, day: number, more: object = {}) => ({
      DBSnapshotIdentifier: name,
      Status: "available",
      SnapshotCreateTime: new Date(Date.UTC(2026, 0, day)),
      ...more,
    });
    const copiedLate = { OriginalSnapshotCreateTime: new Date(Date.UTC(2026, 0, 1)) };
    const { clients } = scriptedClients({
      DescribeDBSnapshotsCommand: [
        { Marker: "more", DBSnapshots: [snapshot("copied-late", 9, copiedLate)] },
        { DBSnapshots: [snapshot("unfinished", 8, { Status: "creating" })] },
        { DBSnapshots: [snapshot("on-the-second-page", 5), snapshot("older", 4)] },
      ],
    });
    expect(await newestSnapshot(clients, plan)).to.deep.equal({
      identifier: "on-the-second-page",
      takenAt: Date.UTC(2026, 0, 5),
    });
  });

  it("has none where nothing can be restored", async () => {
    const { clients } = scriptedClients({ DescribeDBSnapshotsCommand: [{}, {}] });
    expect(await newestSnapshot(clients, plan)).to.equal(null);
  });

  it("is out of everybody's reach, and tagged so that it can be found and deleted", async () => {
    const { clients, sent } = scriptedClients({ RestoreDBInstanceFromDBSnapshotCommand: [{}] });
    const request = { rehearsal: "r1", identifier: "jenkins-rehearsal-r1", snapshot: "daily" };
    await restoreCopy(clients, plan, request);
    expect(sent[0]?.input).to.deep.include({
      DBInstanceIdentifier: "jenkins-rehearsal-r1",
      DBSnapshotIdentifier: "daily",
      DBInstanceClass: "db.t4g.medium",
      DBSubnetGroupName: "isolated",
      VpcSecurityGroupIds: ["sg-nobody"],
      PubliclyAccessible: false,
      DeletionProtection: false,
    });
    expect(sent[0]?.input.Tags).to.deep.include.members(own);
  });

  it("leaves nothing behind that costs money", async () => {
    const { clients, sent } = scriptedClients({ DeleteDBInstanceCommand: [{}] });
    await deleteCopy(clients, "jenkins-rehearsal-r1");
    expect(sent[0]?.input).to.deep.equal({
      DBInstanceIdentifier: "jenkins-rehearsal-r1",
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
  });
});

describe("the homes' lag that a rehearsal notes", () => {
  const now = Date.UTC(2026, 0, 1, 12);
  const lagOf = (replications: readonly object[]) =>
    homeLag(
      scriptedClients({
        DescribeReplicationConfigurationsCommand: [{ Replications: replications }],
      }).clients,
      plan,
      now,
    );

  it("is the age of the newest complete copy, in seconds", async () => {
    const LastReplicatedTimestamp = new Date(now - 90_000);
    expect(await lagOf([{ Destinations: [{ LastReplicatedTimestamp }] }])).to.equal(90);
  });

  it("is unknown before the first copy, and where nothing replicates", async () => {
    expect(await lagOf([{ Destinations: [{}] }])).to.equal(null);
    expect(await lagOf([])).to.equal(null);
  });
});

/**
 * What `pulumi up` does to both stacks after a failover was adopted, seen as the difference between
 * the two roles of one program: what stays, what goes, and that nothing new takes the name of
 * something that is still there.
 */
import { expect } from "chai";
import { recordTableName } from "../../../failover/recordAddress";
import type { Registration } from "../../support/registrations";
import { runStack, wholeStacks } from "../../support/wholeStacks";
import type { Properties } from "../../support/typeRow";

const freedHome = "fs-0123456789abcdef0";
const adopted = { activeRegion: "eu-west-1", generation: "2" };

/** The record that the failover left in the region that took over. */
const served = {
  "aws:dynamodb/getTableItem:getTableItem": ({ region }: Properties) => {
    if (region !== "eu-west-1") throw new Error("reading DynamoDB Table Item (x): empty result");
    const record = { phase: "serving", steps: { fence: { state: "done" } } };
    return {
      item: JSON.stringify({
        activeRegion: { S: "eu-west-1" },
        generation: { N: "2" },
        phase: { S: "serving" },
        record: { S: JSON.stringify(record) },
      }),
    };
  },
};

const holdsState = /:(Instance|FileSystem|Bucket|Key|Vault|Secret|Table)$/;
const globalTypes = /^aws:(iam|globalaccelerator|route53)\//;
const ownedByAnother = /:(RolePolicy|BucketPolicy|Record)$|^aws:s3\/bucket[A-Z]/;
const physicalNames = ["name", "bucket", "identifier", "alarmName", "functionName"];

describe("a role change", function () {
  this.timeout(240_000);
  const before_ = {} as Record<"primary" | "dr", readonly Registration[]>;
  const after_ = {} as Record<"primary" | "dr", readonly Registration[]>;
  let drOutputs: Properties;

  before(async () => {
    const { primary, dr } = await wholeStacks();
    Object.assign(before_, { primary: primary.registrations.all, dr: dr.registrations.all });
    const options = { calls: served };
    const home = { homeFileSystemId: freedHome };
    const active = await runStack("dr", { ...adopted, ...home }, primary.result, options);
    drOutputs = active.result;
    const waiting = await runStack("primary", adopted, drOutputs, options);
    Object.assign(after_, { dr: active.registrations.all, primary: waiting.registrations.all });
  });

  const find = (of: readonly Registration[], type: string, name: string): Registration => {
    const found = of.find((each) => each.type === type && each.name === name);
    if (found === undefined) throw new Error(`There is no ${type} ${name}.`);
    return found;
  };

  it("takes over the promoted database as it is", () => {
    const [formerly, now] = [before_.dr, after_.dr].map((all) =>
      find(all, "aws:rds/instance:Instance", "database-g1"),
    );
    expect(now?.urn).to.equal(formerly?.urn);
    expect(now?.inputs.identifier).to.equal("jenkins-g1-replica");
    expect(now?.ignoreChanges).to.include("replicateSourceDb");
    expect(now?.inputs.multiAz, "a writer has a standby").to.equal(true);
    // RDS could only give it these by making another one.
    for (const key of ["engine", "dbName", "username", "password"]) {
      expect(now?.inputs, key).not.to.have.property(key);
    }
  });

  it("takes over the freed home as it is, and replicates it back to a fresh one", () => {
    const systems = after_.dr.filter(({ type }) => type === "aws:efs/fileSystem:FileSystem");
    expect(systems, "no second home").to.deep.equal([]);
    const replication = after_.dr.find(
      ({ type }) => type === "aws:efs/replicationConfiguration:ReplicationConfiguration",
    );
    expect(replication?.inputs).to.deep.include({ sourceFileSystemId: freedHome });
    expect(replication?.inputs.destination).to.deep.include({ region: "eu-central-1" });
    const destination = replication?.inputs.destination as Properties;
    expect(destination, "the former home is never overwritten").not.to.have.property(
      "fileSystemId",
    );
  });

  it("makes the former region follow: a fresh replica, the fresh home, no machines", () => {
    const replica = find(after_.primary, "aws:rds/instance:Instance", "database-g2");
    expect(replica.inputs).to.include({
      identifier: "jenkins-g2-replica",
      replicateSourceDb: drOutputs.databaseArn as unknown,
      multiAz: false,
    });
    const targets = after_.primary.filter(({ type }) => type === "aws:efs/mountTarget:MountTarget");
    expect(targets).not.to.be.empty;
    for (const { inputs } of targets) {
      expect(inputs.fileSystemId).to.equal(drOutputs.homeReplicaFileSystemId);
    }
  });

  it("moves detection and failover to the region that waits now", () => {
    const functions = (of: readonly Registration[]): unknown[] =>
      of
        .filter(({ type }) => type === "aws:lambda/function:Function")
        .map((each) => each.inputs.name as unknown);
    expect(functions(after_.dr)).to.deep.equal([]);
    expect(functions(after_.primary)).to.have.members([
      "jenkins-probe",
      "jenkins-failover",
      "jenkins-snapshots",
    ]);
  });

  it("lets nothing that holds state out of the program but the former writer and its home", () => {
    const gone = (["primary", "dr"] as const).flatMap((stack) => {
      const kept = new Set(after_[stack].map(({ urn }) => urn));
      return before_[stack]
        .filter(({ urn, type, custom }) => custom && holdsState.test(type) && !kept.has(urn))
        .map((each) => ({ stack, ...each }));
    });
    expect(gone.map(({ stack, type, name }) => `${stack} ${type} ${name}`)).to.have.members([
      "primary aws:efs/fileSystem:FileSystem home-file-system",
      "primary aws:rds/instance:Instance database-g1",
    ]);
    for (const { protect, retainOnDelete } of gone) {
      expect(protect, "by accident it cannot go").to.equal(true);
      expect(retainOnDelete, "let go, it stays in AWS").to.equal(true);
    }
  });

  it("keeps a record table in both regions", () => {
    for (const stack of ["primary", "dr"] as const) {
      for (const all of [before_[stack], after_[stack]]) {
        const table = find(all, "aws:dynamodb/table:Table", "failover-record-table");
        expect(table.inputs.name).to.equal(recordTableName("jenkins"));
        expect(table.protect).to.equal(true);
      }
    }
  });

  it("gives nothing new the name of something that is deleted only later", () => {
    const owners = new Map<string, Set<string>>();
    for (const stack of ["primary", "dr"] as const) {
      for (const each of [...before_[stack], ...after_[stack]]) {
        const { type, inputs, urn, custom, region } = each;
        if (!custom || ownedByAnother.test(type)) continue;
        const names = physicalNames.map((key): unknown => inputs[key]);
        const name = names.find((found) => found !== undefined);
        if (typeof name !== "string") continue;
        const everywhere = globalTypes.test(type) || type === "aws:s3/bucket:Bucket";
        const kind = type.replace(/(composite|metric)Alarm:\w+$/, "alarm");
        const key = `${kind} ${name} in ${everywhere ? "all regions" : String(region)}`;
        owners.set(key, (owners.get(key) ?? new Set()).add(`${stack} ${urn}`));
      }
    }
    const shared = [...owners].filter(([, urns]) => urns.size > 1);
    expect(shared.map(([key, urns]) => [key, ...urns])).to.deep.equal([]);
    expect(owners.size).to.be.above(200);
  });
});

/** Its own record, with the former region silent, so that the active stack runs on a person's word. */
describe("a role change whose former region is given up as lost", function () {
  this.timeout(240_000);
  let dr: readonly Registration[];
  let formerly: readonly Registration[];

  before(async () => {
    const stacks = await wholeStacks();
    formerly = stacks.dr.registrations.all;
    const record = {
      phase: "serving",
      steps: { fence: { state: "unconfirmed" } },
      silentSince: 5,
      unfencedAcceptance: { id: "a", at: 5, by: "ada", reason: "lost for weeks" },
    };
    const calls = {
      "aws:dynamodb/getTableItem:getTableItem": ({ region }: Properties) => {
        if (region !== "eu-west-1") throw new Error("connect ETIMEDOUT");
        return {
          item: JSON.stringify({
            activeRegion: { S: "eu-west-1" },
            generation: { N: "2" },
            phase: { S: "serving" },
            record: { S: JSON.stringify(record) },
          }),
        };
      },
    };
    const settings = { ...adopted, homeFileSystemId: freedHome };
    const run = await runStack("dr", settings, stacks.primary.result, { calls });
    dr = run.registrations.all;
  });

  const failoverFunction = (of: readonly Registration[]) =>
    of.find(({ inputs }) => inputs.name === "jenkins-failover" && inputs.handler !== undefined);

  it("keeps the function that fences that region, as the same resource", () => {
    const [kept, before_] = [failoverFunction(dr), failoverFunction(formerly)];
    expect(kept, "the function is there").not.to.equal(undefined);
    expect(kept?.urn).to.equal(before_?.urn);
    expect(kept?.inputs.description).to.equal(
      "Moves jenkins from eu-central-1 to eu-west-1 when asked to",
    );
  });

  it("asks nothing of that region: no replication, no snapshots of what was there", () => {
    const ofType = (end: string) => dr.filter(({ type }) => type.endsWith(end));
    expect(ofType(":ReplicationConfiguration")).to.deep.equal([]);
    const names = dr.map(({ inputs }) => String(inputs.name));
    expect(names).not.to.include("jenkins-snapshots");
  });

  it("serves with its machines and backups all the same", () => {
    const groups = dr.filter(({ type }) => type.endsWith(":Group") && type.includes("autoscaling"));
    expect(groups.some(({ inputs }) => Number(inputs.maxSize) > 0)).to.equal(true);
    expect(dr.some(({ type }) => type.includes("backup/plan"))).to.equal(true);
  });
});

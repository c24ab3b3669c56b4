import * as aws from "@pulumi/aws";
import { expect } from "chai";
import type { SharedHomeArgs } from "../../../components/home/homeArguments";
import { SharedHome } from "../../../components/home/sharedHome";
import { trustOf } from "../../../components/policies";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { afterFailovers, drDeployment, keyArns, primaryDeployment, without } from "../deployments";

const active: SharedHomeArgs = {
  deployment: primaryDeployment,
  role: "active",
  subnetIds: ["subnet-1", "subnet-2"],
  availabilityZones: 2,
  securityGroupId: "sg-home",
  kmsKeyArn: keyArns["eu-west-1"],
  directories: [
    { name: "ma", team: "ma" },
    { name: "devops/controller-1", team: "devops" },
  ],
  throughput: "elastic",
  lifecycle: { toInfrequentAccess: "30 days", toArchive: "never" },
  replicateTo: { region: "eu-central-1", kmsKeyArn: keyArns["eu-central-1"] },
};

const waiting: SharedHomeArgs = {
  ...without(active, "replicateTo"),
  deployment: drDeployment,
  role: "waiting",
  kmsKeyArn: keyArns["eu-central-1"],
  fileSystemId: "fs-replica",
};

/** The waiting region's home once a failover has made its region the active one. */
const promoted: SharedHomeArgs = {
  ...waiting,
  deployment: afterFailovers(drDeployment, 1),
  role: "active",
  replicateTo: { region: "eu-west-1", kmsKeyArn: keyArns["eu-west-1"] },
};

function run(args: SharedHomeArgs) {
  return runComponent(() => new SharedHome("home", args));
}

async function refusal(args: SharedHomeArgs): Promise<string> {
  return run(args).then(() => "", String);
}

describe("SharedHome", () => {
  it("makes an encrypted, protected file system with a mount target in each zone", async () => {
    const { registrations } = await run(active);
    expectSafe(registrations);
    const fileSystem = registrations.one("aws:efs/fileSystem:FileSystem");
    expect(fileSystem.inputs).to.include({
      throughputMode: "elastic",
      performanceMode: "generalPurpose",
      kmsKeyId: keyArns["eu-west-1"],
    });
    expect([fileSystem.protect, fileSystem.retainOnDelete]).to.deep.equal([true, true]);
    expect(fileSystem.inputs.lifecyclePolicies).to.deep.equal([
      { transitionToIa: "AFTER_30_DAYS" },
      { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" },
    ]);
    const targets = registrations.ofType("aws:efs/mountTarget:MountTarget");
    expect(targets.map(({ inputs }) => inputs.subnetId as string)).to.deep.equal([
      "subnet-1",
      "subnet-2",
    ]);
    expect(
      registrations.one("aws:efs/backupPolicy:BackupPolicy").inputs.backupPolicy,
    ).to.deep.equal({ status: "ENABLED" });
  });

  it("gives every home an access point that enforces owner and directory", async () => {
    const { registrations, result } = await run(active);
    const points = registrations.ofType("aws:efs/accessPoint:AccessPoint");
    expect(
      points.map(({ inputs }) => (inputs.rootDirectory as { path: string }).path),
    ).to.deep.equal(["/ma", "/devops/controller-1"]);
    for (const { inputs } of points)
      expect(inputs.posixUser).to.deep.equal({ uid: 1000, gid: 1000 });
    expect(Object.keys(result.accessPointIds)).to.deep.equal(["ma", "devops/controller-1"]);
    expect(points.map(({ inputs }) => (inputs.tags as { team: string }).team)).to.deep.equal([
      "ma",
      "devops",
    ]);
  });

  it("lets nobody in without TLS or past the access points", async () => {
    const { registrations } = await run(active);
    const policy = JSON.parse(
      String(registrations.one("aws:efs/fileSystemPolicy:FileSystemPolicy").inputs.policy),
    ) as { Statement: { Effect: string; Sid: string }[] };
    expect(policy.Statement.map(({ Effect, Sid }) => [Effect, Sid])).to.deep.equal([
      ["Deny", "TlsOnly"],
      ["Deny", "AccessPointsOnly"],
    ]);
  });

  it("replicates where it is active and lets EFS make the other file system", async () => {
    const { registrations, result } = await run(active);
    const replication = registrations.one(
      "aws:efs/replicationConfiguration:ReplicationConfiguration",
    );
    expect(replication.inputs.destination).to.deep.equal({
      region: "eu-central-1",
      kmsKeyId: keyArns["eu-central-1"],
    });
    expect(await valueOf(result.replicaFileSystemId!)).to.equal("home-replication-replica-id");
    const { dimensions } = result.metricTimeSinceLastSync();
    expect(await valueOf(dimensions.DestinationFileSystemId!)).to.equal(
      "home-replication-replica-id",
    );
  });

  it("neither makes nor replicates nor backs up a file system where it waits", async () => {
    const { registrations, result } = await run(waiting);
    expectSafe(registrations);
    for (const type of [
      "fileSystem:FileSystem",
      "replicationConfiguration:ReplicationConfiguration",
      "backupPolicy:BackupPolicy",
    ]) {
      expect(registrations.ofType(`aws:efs/${type}`), type).to.have.length(0);
    }
    expect(await valueOf(result.fileSystemId)).to.equal("fs-replica");
    expect(() => result.metricTimeSinceLastSync()).to.throw(/only a home that replicates/);
  });

  it("adopts the freed file system in place: what exists stays as it is, replication turns round", async () => {
    const before = (await run(waiting)).registrations;
    const after = (await run(promoted)).registrations;
    for (const type of [
      "aws:efs/mountTarget:MountTarget",
      "aws:efs/accessPoint:AccessPoint",
      "aws:efs/fileSystemPolicy:FileSystemPolicy",
    ]) {
      const [was, is] = [before, after].map((run) =>
        run.ofType(type).map(({ urn, inputs }) => ({ urn, inputs })),
      );
      expect(is, type).to.deep.equal(was);
    }
    expect(after.ofType("aws:efs/fileSystem:FileSystem")).to.have.length(0);
    const replication = after.one("aws:efs/replicationConfiguration:ReplicationConfiguration");
    expect(replication.inputs).to.deep.include({ sourceFileSystemId: "fs-replica" });
    expect(replication.inputs.destination).to.deep.include({ region: "eu-west-1" });
  });

  it("never starts Jenkins on an empty file system after a role change", async () => {
    expect(await refusal(without(promoted, "fileSystemId"))).to.match(
      /would start every Jenkins empty/,
    );
  });

  it("grants mounting through the named access points alone", async () => {
    const { registrations } = await runComponent(() => {
      const home = new SharedHome("home", active);
      const trust = { assumeRolePolicy: trustOf("ec2.amazonaws.com", "123456789012") };
      home.grantMount(new aws.iam.Role("ma", trust, { parent: home }), ["ma"]);
      home.grantMount(new aws.iam.Role("everybody", trust, { parent: home }));
      expect(() =>
        home.grantMount(new aws.iam.Role("x", trust, { parent: home }), ["nobody"]),
      ).to.throw(/no home "nobody"/);
      return home;
    });
    expectSafe(registrations);
    const points = (role: string): number =>
      String(
        registrations.one("aws:iam/rolePolicy:RolePolicy", `${role}-home-mount`).inputs.policy,
      ).split(":access-point/").length - 1;
    expect([points("ma"), points("everybody")]).to.deep.equal([1, 2]);
  });

  it("names everything that is wrong at once", async () => {
    const message = await refusal({
      ...without(waiting, "fileSystemId"),
      availabilityZones: 1,
      directories: [],
      throughput: "bursting",
      provisionedMibps: 10,
      lifecycle: { toInfrequentAccess: "31 days", toArchive: "90 days" },
      replicateTo: { region: "eu-west-1", kmsKeyArn: "k" },
    });
    for (const path of [
      "availabilityZones",
      "directories",
      "provisionedMibps",
      "lifecycle.toInfrequentAccess",
      "lifecycle.toArchive",
      "replicateTo",
      "fileSystemId",
    ]) {
      expect(message).to.contain(path);
    }
  });
});

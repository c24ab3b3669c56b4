import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DatabaseCredentials } from "../../../components/data/databaseCredentials";
import { identify, parameterFamily } from "../../../components/data/databasePlan";
import {
  ReplicatedDatabase,
  type ReplicatedDatabaseArgs,
} from "../../../components/data/replicatedDatabase";
import { trustOf } from "../../../components/policies";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { afterFailovers, drDeployment, keyArns, primaryDeployment, without } from "../deployments";

const writer: ReplicatedDatabaseArgs = {
  deployment: primaryDeployment,
  role: "writer",
  engine: "postgres",
  instanceClass: "db.t4g.medium",
  allocatedStorageGb: 50,
  multiAz: true,
  backupRetentionDays: 14,
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupId: "sg-database",
  kmsKeyArn: keyArns["eu-west-1"],
  masterPassword: "hidden",
  masterSecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jenkins-database-AbCdEf",
};

const sourceArn = "arn:aws:rds:eu-west-1:123456789012:db:jenkins-g1";

const replica: ReplicatedDatabaseArgs = {
  ...without(writer, "masterPassword"),
  deployment: drDeployment,
  role: "replica",
  kmsKeyArn: keyArns["eu-central-1"],
  sourceArn,
};

async function instanceOf(args: ReplicatedDatabaseArgs) {
  const { registrations } = await runComponent(() => new ReplicatedDatabase("database", args));
  expectSafe(registrations);
  return registrations.one("aws:rds/instance:Instance");
}

describe("ReplicatedDatabase", () => {
  it("makes a Multi-AZ writer whose password is secret", async () => {
    const { inputs, secretInputs } = await instanceOf(writer);
    expect(inputs).to.include({
      identifier: "jenkins-g1",
      multiAz: true,
      engine: "postgres",
      username: "jenkins",
    });
    expect(secretInputs).to.include("password");
  });

  it("does not let RDS manage the password, because RDS then refuses replicas", async () => {
    expect((await instanceOf(writer)).inputs).not.to.have.property("manageMasterUserPassword");
  });

  it("makes a replica with its own region's key, backups, and no standby", async () => {
    const { inputs } = await instanceOf(replica);
    expect(inputs).to.include({
      identifier: "jenkins-g1-replica",
      replicateSourceDb: sourceArn,
      kmsKeyId: keyArns["eu-central-1"],
      multiAz: false,
      backupRetentionPeriod: 14,
    });
  });

  it("adopts the promoted replica in place: same name, same identifier, nothing that replaces it", async () => {
    const before = await instanceOf(replica);
    const after = await instanceOf({
      ...without(replica, "sourceArn"),
      role: "writer",
      deployment: afterFailovers(drDeployment, 1),
    });
    expect(after.urn).to.equal(before.urn);
    expect(after.ignoreChanges).to.deep.equal(["replicateSourceDb"]);
    const changed = Object.keys({ ...before.inputs, ...after.inputs }).filter(
      (key) => JSON.stringify(before.inputs[key]) !== JSON.stringify(after.inputs[key]),
    );
    expect(changed).to.have.members(["replicateSourceDb", "multiAz"]);
  });

  it("makes a new replica beside the former writer, which is kept", async () => {
    const former = await instanceOf(writer);
    const fresh = await instanceOf({
      ...without(writer, "masterPassword"),
      role: "replica",
      deployment: afterFailovers(primaryDeployment, 1),
      sourceArn: "arn:aws:rds:eu-central-1:123456789012:db:jenkins-g1-replica",
    });
    expect(fresh.urn).not.to.equal(former.urn);
    expect(fresh.inputs.identifier).to.equal("jenkins-g2-replica");
    expect([former.protect, former.retainOnDelete]).to.deep.equal([true, true]);
  });

  it("hands each instance from the replica of one generation to the writer of the next", () => {
    for (let generation = 1; generation < 9; generation++) {
      const waiting = identify("jenkins", "replica", generation);
      const promoted = identify("jenkins", "writer", generation + 1);
      expect(promoted).to.deep.equal({ ...waiting, promoted: true });
    }
  });

  it("can only be destroyed once protection was given up", async () => {
    const { registrations } = await runComponent(
      () => new ReplicatedDatabase("database", { ...replica, protectState: false }),
    );
    const { protect, retainOnDelete, inputs } = registrations.one("aws:rds/instance:Instance");
    expect([
      protect,
      retainOnDelete,
      inputs.deletionProtection,
      inputs.skipFinalSnapshot,
    ]).to.deep.equal([false, false, false, true]);
  });

  it("forces TLS in every engine's own words", async () => {
    for (const [engine, parameter] of [
      ["postgres", "rds.force_ssl"],
      ["mysql", "require_secure_transport"],
      ["mariadb", "require_secure_transport"],
    ] as const) {
      const { registrations } = await runComponent(
        () => new ReplicatedDatabase("database", { ...writer, engine }),
      );
      const group = registrations.one("aws:rds/parameterGroup:ParameterGroup");
      expect(group.inputs.parameters).to.deep.equal([
        { name: parameter, value: "1", applyMethod: "immediate" },
      ]);
    }
    expect(parameterFamily("postgres", "17.4")).to.equal("postgres17");
    expect(parameterFamily("mysql", "8.4.3")).to.equal("mysql8.4");
    expect(parameterFamily("mariadb", "11.4")).to.equal("mariadb11.4");
  });

  it("grants no more than reading the credentials", async () => {
    const { registrations } = await runComponent(() => {
      const database = new ReplicatedDatabase("database", writer);
      const role = new aws.iam.Role(
        "controllers",
        {
          assumeRolePolicy: trustOf("ec2.amazonaws.com", "123456789012"),
        },
        { parent: database },
      );
      database.grantConnect(role);
      return database;
    });
    expectSafe(registrations);
    const policy = registrations.one(
      "aws:iam/rolePolicy:RolePolicy",
      "controllers-database-connect",
    );
    expect(policy.inputs.policy).to.contain(writer.masterSecretArn);
  });

  it("names everything that is wrong at once", async () => {
    const wrong = {
      ...without(replica, "sourceArn"),
      engineVersion: "new",
      instanceClass: "large",
      allocatedStorageGb: 5,
      backupRetentionDays: 0,
    };
    const message = await instanceOf(wrong).then(() => "", String);
    for (const path of [
      "engineVersion",
      "instanceClass",
      "allocatedStorageGb",
      "backupRetentionDays",
      "sourceArn",
    ]) {
      expect(message).to.contain(path);
    }
    const passwordless = await instanceOf(without(writer, "masterPassword")).then(() => "", String);
    expect(passwordless).to.contain("masterPassword");
  });
});

describe("DatabaseCredentials", () => {
  it("generates the password once and keeps it in both regions, always secret", async () => {
    const { registrations, result } = await runComponent(
      () =>
        new DatabaseCredentials("credentials", {
          deployment: primaryDeployment,
          kmsKeyArns: keyArns,
        }),
    );
    expectSafe(registrations);
    const secret = registrations.one("aws:secretsmanager/secret:Secret");
    expect(secret.inputs.replicas).to.deep.equal([
      { region: "eu-central-1", kmsKeyId: keyArns["eu-central-1"] },
    ]);
    const version = registrations.one("aws:secretsmanager/secretVersion:SecretVersion");
    expect(version.ignoreChanges).to.deep.equal(["secretString"]);
    expect(JSON.parse(String(version.inputs.secretString))).to.deep.equal({
      username: "jenkins",
      password: "x".repeat(32),
    });
    expect(await pulumi.isSecret(result.masterPassword)).to.equal(true);
    expect(await valueOf(result.masterPassword)).to.equal("x".repeat(32));
    expect(await valueOf(result.secretArns["eu-central-1"]!)).to.contain(":eu-central-1:");
  });
});

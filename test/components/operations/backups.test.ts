import { expect } from "chai";
import { BackupPlan } from "../../../components/operations/backupPlan";
import { BackupVaults, type VaultLock } from "../../../components/operations/backupVaults";
import { SnapshotFunction } from "../../../components/operations/snapshotFunction";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import { expectSafe } from "../../support/policyRules";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { invokeBare, packageOf } from "../recovery/functionPackage";
import { deployment } from "../recovery/samples";

const primary = {
  ...deployment,
  stack: "primary",
  region: "eu-central-1",
  peerRegion: "eu-west-1",
};
const governance: VaultLock = {
  mode: "governance",
  changeableForDays: 3,
  minRetentionDays: 7,
  maxRetentionDays: 365,
};

async function vaults(lock: Partial<VaultLock> = {}): Promise<Registrations> {
  const args = {
    deployment: primary,
    kmsKeyArns: { "eu-central-1": "key-a", "eu-west-1": "key-b" },
    lock: { ...governance, ...lock },
  };
  return (await runComponent(() => new BackupVaults("vaults", args))).registrations;
}

describe("BackupVaults", () => {
  const lockType = "aws:backup/vaultLockConfiguration:VaultLockConfiguration";

  it("makes a protected vault in each region under that region's key", async () => {
    const registrations = await vaults();
    expectSafe(registrations);
    const made = registrations
      .ofType("aws:backup/vault:Vault")
      .map((each) => [each.region, each.inputs.kmsKeyArn as string, each.protect]);
    expect(made).to.deep.equal([
      ["eu-central-1", "key-a", true],
      ["eu-west-1", "key-b", true],
    ]);
  });

  it("locks so that a lock can be lifted, unless compliance is asked for", async () => {
    for (const { inputs } of (await vaults()).ofType(lockType)) {
      expect(inputs.changeableForDays).to.equal(undefined);
    }
    const locks = (await vaults({ mode: "compliance" })).ofType(lockType);
    expect(locks.map(({ inputs }) => inputs.changeableForDays as number)).to.deep.equal([3, 3]);
    expect((await vaults({ mode: "none" })).ofType(lockType)).to.be.empty;
  });

  it("refuses a grace below AWS's minimum", async () => {
    const error = await vaults({ mode: "compliance", changeableForDays: 1 }).catch(String);
    expect(error).to.be.a("string").that.includes("lock.changeableForDays: 1 is below 3");
  });
});

describe("BackupPlan", () => {
  let registrations: Registrations;
  before(async () => {
    const args = {
      deployment: primary,
      vault: {
        name: "jenkins-backup",
        arn: "arn:aws:backup:eu-central-1:123456789012:backup-vault:jenkins-backup",
      },
      copyVaultArn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:jenkins-backup",
      fileSystemArn: "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-1",
      databaseArn: "arn:aws:rds:eu-central-1:123456789012:db:jenkins-g1",
      kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/a",
      copyKmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/b",
      retentionDays: 35,
      copyRetentionDays: 14,
      schedule: "cron(0 3 * * ? *)",
      announcementsTopicArn: "arn:aws:sns:eu-central-1:123456789012:jenkins-announcements",
    };
    ({ registrations } = await runComponent(() => new BackupPlan("backup", args)));
  });

  it("keeps to the security policy with a role of its own", () => {
    expectSafe(registrations);
    expect(registrations.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")).to.be.empty;
  });

  it("backs up home and database by name", () => {
    expect(registrations.one("aws:backup/selection:Selection").inputs.resources).to.deep.equal([
      "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-1",
      "arn:aws:rds:eu-central-1:123456789012:db:jenkins-g1",
    ]);
  });

  it("may copy the database's snapshots in both regions, because a copy is made where it goes", () => {
    const statements = policyDocuments(registrations).flatMap((each) => each.statements);
    for (const action of ["CopyDBSnapshot", "AddTagsToResource", "DescribeDBSnapshots"]) {
      const [allowed] = statements.filter(({ actions }) => actions.includes(`rds:${action}`));
      expect(allowed?.resources, action).to.include.members([
        "arn:aws:rds:eu-central-1:123456789012:snapshot:awsbackup:*",
        "arn:aws:rds:eu-west-1:123456789012:snapshot:awsbackup:*",
      ]);
    }
  });

  it("copies each recovery point to the other region", () => {
    const [rule] = registrations.one("aws:backup/plan:Plan").inputs.rules as {
      lifecycle: unknown;
      copyActions: unknown;
    }[];
    expect(rule?.lifecycle).to.deep.equal({ deleteAfter: 35 });
    expect(rule?.copyActions).to.deep.equal([
      {
        destinationVaultArn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:jenkins-backup",
        lifecycle: { deleteAfter: 14 },
      },
    ]);
  });
});

describe("SnapshotFunction", () => {
  let registrations: Registrations;
  before(async () => {
    const args = {
      deployment,
      databaseIdentifier: "jenkins-g1",
      sourceKmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/a",
      copyKmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/b",
      retentionDays: 7,
      hourUtc: 2,
      announcementsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
    };
    ({ registrations } = await runComponent(() => new SnapshotFunction("snapshots", args)));
  });

  it("keeps to the security policy", () => {
    expectSafe(registrations);
  });

  it("can delete this deployment's daily snapshots and no others", () => {
    const deleting = policyDocuments(registrations)
      .flatMap((document) => document.statements)
      .filter((statement) => statement.actions.includes("rds:DeleteDBSnapshot"));
    expect(deleting).to.have.length(1);
    for (const resource of deleting[0]!.resources) {
      expect(resource).to.match(/:snapshot:jenkins-daily-\*$/);
    }
  });

  it("is one small file that runs in a bare Node process", async () => {
    const { files, code, zippedBytes } = await packageOf(
      registrations.one("aws:lambda/function:Function"),
    );
    expect(files).to.deep.equal(["__index.js"]);
    expect(zippedBytes).to.be.below(64 * 1024);
    const { output } = await invokeBare(code, { source: "aws.events" });
    expect(output).to.include("list eu-central-1").and.include("list eu-west-1");
    expect(output).not.to.include("Cannot find module");
  });
});

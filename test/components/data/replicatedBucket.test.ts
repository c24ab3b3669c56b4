import * as aws from "@pulumi/aws";
import { expect } from "chai";
import {
  ReplicatedBucket,
  type ReplicatedBucketArgs,
} from "../../../components/data/replicatedBucket";
import { trustOf } from "../../../components/policies";
import { expectSafe } from "../../support/policyRules";
import { runComponent } from "../../support/strictMocks";
import { keyArns, primaryDeployment } from "../deployments";

const args: ReplicatedBucketArgs = { deployment: primaryDeployment, kmsKeyArns: keyArns };

function run(changes: Partial<ReplicatedBucketArgs> = {}) {
  return runComponent(() => {
    const bucket = new ReplicatedBucket("artifacts", { ...args, ...changes });
    const role = new aws.iam.Role(
      "controllers",
      { assumeRolePolicy: trustOf("ec2.amazonaws.com", "123456789012") },
      { parent: bucket },
    );
    bucket.grantReadWrite(role);
    return bucket;
  });
}

describe("ReplicatedBucket", () => {
  it("keeps to the security policy in both regions", async () => {
    const { registrations } = await run();
    expectSafe(registrations);
    expect(registrations.ofType("aws:s3/bucket:Bucket").map(({ id }) => id)).to.deep.equal([
      "jenkins-artifacts-123456789012-eu-west-1",
      "jenkins-artifacts-123456789012-eu-central-1",
    ]);
  });

  it("puts every satellite into its bucket's region", async () => {
    const { registrations } = await run();
    const satellites = registrations.all.filter((each) => each.inputs.bucket !== undefined);
    expect(satellites).to.have.length(2 + 2 * 7);
    for (const each of satellites) {
      expect(String(each.inputs.bucket), each.name).to.match(
        new RegExp(`-${String(each.region)}$`),
      );
    }
  });

  it("replicates both ways, within 15 minutes, deletions and changes of replicas included", async () => {
    const { registrations } = await run();
    const configurations = registrations.ofType(
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    );
    expect(configurations).to.have.length(2);
    for (const each of configurations) {
      const other = each.region === "eu-west-1" ? "eu-central-1" : "eu-west-1";
      const [rule] = each.inputs.rules as [Record<string, Record<string, unknown>>];
      expect(rule.destination).to.deep.include({
        bucket: `arn:aws:s3:::jenkins-artifacts-123456789012-${other}`,
        replicationTime: { status: "Enabled", time: { minutes: 15 } },
        encryptionConfiguration: { replicaKmsKeyId: keyArns[other] },
      });
      expect(rule.deleteMarkerReplication).to.deep.equal({ status: "Enabled" });
      expect(rule.sourceSelectionCriteria).to.deep.equal({
        sseKmsEncryptedObjects: { status: "Enabled" },
        replicaModifications: { status: "Enabled" },
      });
      const versionings = registrations
        .ofType("aws:s3/bucketVersioning:BucketVersioning")
        .map(({ urn }) => urn);
      expect(each.dependsOn).to.include.members(versionings);
    }
  });

  it("names its metric by source, destination and rule", async () => {
    const { result } = await run();
    expect(result.metricReplicationPending("eu-west-1").metricName).to.equal(
      "OperationsPendingReplication",
    );
    expect(() => result.metricReplicationPending("us-east-1")).to.throw(/us-east-1 is not one of/);
  });

  it("names everything that is wrong at once", async () => {
    const message = await run({
      purpose: "My Artifacts",
      noncurrentVersionDays: 0,
      kmsKeyArns: {},
    }).then(() => "", String);
    for (const path of [
      "purpose",
      "noncurrentVersionDays",
      "kmsKeyArns.eu-west-1",
      "kmsKeyArns.eu-central-1",
    ]) {
      expect(message).to.contain(path);
    }
    const long = await run({ deployment: { ...primaryDeployment, prefix: "p".repeat(40) } }).then(
      () => "",
      String,
    );
    expect(long).to.contain("S3 takes 63");
  });
});

import { expect } from "chai";
import { ReadReplicas, type ReadReplicasArgs } from "../../../components/data/readReplicas";
import { WeightedReader } from "../../../components/data/weightedReader";
import { expectSafe } from "../../support/policyRules";
import { runComponent } from "../../support/strictMocks";
import { primaryDeployment as deployment } from "../deployments";

const args: ReadReplicasArgs = {
  deployment,
  sourceIdentifier: "jenkins-g1",
  instanceClasses: ["db.t4g.medium", "db.t4g.large", "db.t4g.medium"],
  availabilityZones: 2,
  securityGroupId: "sg-database",
};

describe("ReadReplicas", () => {
  it("follow one writer, in turn over the zones, with nothing that their source decides", async () => {
    const { registrations } = await runComponent(() => new ReadReplicas("replicas", args));
    expectSafe(registrations);
    const made = registrations.ofType("aws:rds/instance:Instance").map(({ inputs }) => inputs);
    expect(made.map(({ availabilityZone }) => availabilityZone as string)).to.deep.equal([
      "eu-west-1a",
      "eu-west-1b",
      "eu-west-1a",
    ]);
    for (const inputs of made) {
      expect(inputs).to.include({ replicateSourceDb: "jenkins-g1", storageEncrypted: true });
      expect(inputs).to.not.have.any.keys("engine", "kmsKeyId", "dbSubnetGroupName", "password");
    }
  });

  it("can be torn down once their protection is lifted", async () => {
    const { registrations } = await runComponent(
      () => new ReadReplicas("replicas", { ...args, protectState: false }),
    );
    for (const { inputs, protect } of registrations.ofType("aws:rds/instance:Instance")) {
      expect(protect).to.equal(false);
      expect(inputs).to.include({ deletionProtection: false, skipFinalSnapshot: true });
    }
  });

  it("name everything that is wrong at once", async () => {
    const bad = { ...args, instanceClasses: ["t4g.medium"], availabilityZones: 1 };
    const refused = await runComponent(() => new ReadReplicas("replicas", bad)).then(
      () => "",
      String,
    );
    expect(refused)
      .to.include('instanceClasses[0]: is "t4g.medium"')
      .and.include("availabilityZones: is 1");
  });
});

describe("WeightedReader", () => {
  it("refuses weights that Route 53 does not take, and none at all", async () => {
    const replica = { identifier: "r", address: "r.example" } as never;
    const refusal = (weights: readonly number[]): Promise<string> =>
      runComponent(
        () =>
          new WeightedReader("reader", {
            deployment,
            zoneId: "Z1",
            hostName: "reader.web.internal",
            replicas: weights.map((weight) => ({ ...(replica as object), weight }) as never),
            topicArn: "arn:aws:sns:eu-west-1:123456789012:alarms",
          }),
      ).then(() => "", String);
    expect(await refusal([256, 1.5]))
      .to.include("replicas[0].weight")
      .and.include("[1].weight");
    expect(await refusal([0, 0])).to.include("no weight above 0");
    expect(await refusal([0, 1])).to.equal("");
  });
});

import * as aws from "@pulumi/aws";
import { expect } from "chai";
import {
  ReplicatedSettings,
  type ReplicatedSettingsArgs,
} from "../../../components/data/replicatedSettings";
import { trustOf } from "../../../components/policies";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { keyArns, primaryDeployment } from "../deployments";

const args: ReplicatedSettingsArgs = {
  deployment: primaryDeployment,
  kmsKeyArns: keyArns,
  parameters: { "image/release": "2.555.3" },
  secrets: { "ma/github": "hidden" },
  secretTags: { "ma/github": { "jenkins:credentials:type": "string" } },
};

function run(changes: Partial<ReplicatedSettingsArgs> = {}) {
  return runComponent(() => {
    const settings = new ReplicatedSettings("settings", { ...args, ...changes });
    const role = new aws.iam.Role(
      "controllers",
      { assumeRolePolicy: trustOf("ec2.amazonaws.com", "123456789012") },
      { parent: settings },
    );
    settings.grantRead(role);
    return settings;
  });
}

describe("ReplicatedSettings", () => {
  it("writes parameters in both regions and lets secrets replicate", async () => {
    const { registrations, result } = await run();
    expectSafe(registrations);
    const parameters = registrations.ofType("aws:ssm/parameter:Parameter");
    expect(parameters.map(({ region, inputs }) => [region, String(inputs.name)])).to.deep.equal([
      ["eu-west-1", "/jenkins/image/release"],
      ["eu-central-1", "/jenkins/image/release"],
    ]);
    const secret = registrations.one("aws:secretsmanager/secret:Secret");
    expect(secret.inputs.replicas).to.deep.equal([
      { region: "eu-central-1", kmsKeyId: keyArns["eu-central-1"] },
    ]);
    expect(secret.inputs.tags).to.deep.equal({ "jenkins:credentials:type": "string" });
    expect(await valueOf(result.secretNames["ma/github"]!)).to.equal("jenkins/ma/github");
  });

  it("makes a secret of what the caller gave in clear", async () => {
    const version = (await run()).registrations.one(
      "aws:secretsmanager/secretVersion:SecretVersion",
    );
    expect(version.secretInputs).to.deep.equal(["secretString"]);
  });

  it("grants reading in both regions and nothing of others", async () => {
    const { registrations } = await run();
    const policy = String(registrations.one("aws:iam/rolePolicy:RolePolicy").inputs.policy);
    for (const region of ["eu-west-1", "eu-central-1"]) {
      expect(policy).to.contain(
        `arn:aws:secretsmanager:${region}:123456789012:secret:jenkins/ma/github-AbCdEf`,
      );
      expect(policy).to.contain(
        `arn:aws:ssm:${region}:123456789012:parameter/jenkins/image/release`,
      );
    }
  });

  it("names everything that is wrong at once", async () => {
    const message = await run({
      kmsKeyArns: {},
      parameters: { "/leading": "x", empty: "" },
      secrets: { "a b": "x" },
      secretTags: { unknown: {} },
    }).then(() => "", String);
    for (const path of [
      "parameters./leading",
      "parameters.empty",
      "secrets.a b",
      "secretTags.unknown",
      "kmsKeyArns.eu-west-1",
    ]) {
      expect(message).to.contain(path);
    }
  });
});

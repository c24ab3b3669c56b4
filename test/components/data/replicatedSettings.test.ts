import { expect } from "chai";
import {
  ReplicatedSettings,
  type ReplicatedSettingsArgs,
} from "../../../components/data/replicatedSettings";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { keyArns, primaryDeployment } from "../deployments";

const args: ReplicatedSettingsArgs = {
  deployment: primaryDeployment,
  kmsKeyArns: keyArns,
  parameters: { "image/release": "2.555.3" },
  secrets: { github: "hidden" },
  secretTags: { github: { "jenkins:credentials:type": "string" } },
};

function run(changes: Partial<ReplicatedSettingsArgs> = {}) {
  return runComponent(() => new ReplicatedSettings("settings", { ...args, ...changes }));
}

describe("ReplicatedSettings", () => {
  it("writes parameters in both regions and lets secrets replicate", async () => {
    const { registrations, result } = await run();
    expectSafe(registrations);
    const parameters = registrations.ofType("aws:ssm/parameter:Parameter");
    expect(parameters.map(({ region, inputs }) => [region, String(inputs.name)])).to.deep.equal([
      ["eu-west-1", "/jenkins/shared/image/release"],
      ["eu-central-1", "/jenkins/shared/image/release"],
    ]);
    const secret = registrations.one("aws:secretsmanager/secret:Secret");
    expect(secret.inputs.replicas).to.deep.equal([
      { region: "eu-central-1", kmsKeyId: keyArns["eu-central-1"] },
    ]);
    expect(secret.inputs.tags).to.deep.equal({ "jenkins:credentials:type": "string" });
    expect(await valueOf(result.secretNames.github!)).to.equal("jenkins/shared/github");
  });

  it("makes a secret of what the caller gave in clear", async () => {
    const version = (await run()).registrations.one(
      "aws:secretsmanager/secretVersion:SecretVersion",
    );
    expect(version.secretInputs).to.deep.equal(["secretString"]);
  });

  it("names everything that is wrong at once", async () => {
    const message = await run({
      kmsKeyArns: {},
      parameters: { "/leading": "x", empty: "" },
      secrets: { "a b": "x", "agent-ssh-key": "x" },
      secretTags: { unknown: {} },
    }).then(() => "", String);
    for (const path of [
      "parameters./leading",
      "parameters.empty",
      "secrets.a b",
      "secrets.agent-ssh-key",
      "secretTags.unknown",
      "kmsKeyArns.eu-west-1",
    ]) {
      expect(message).to.contain(path);
    }
  });
});

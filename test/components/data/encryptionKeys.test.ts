import { expect } from "chai";
import { EncryptionKeys } from "../../../components/data/encryptionKeys";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { primaryDeployment } from "../deployments";

describe("EncryptionKeys", () => {
  it("makes a protected, rotating key with an alias in each region", async () => {
    const { registrations, result } = await runComponent(
      () => new EncryptionKeys("keys", { deployment: primaryDeployment }),
    );
    expectSafe(registrations);
    expect(registrations.ofType("aws:kms/key:Key").map(({ region }) => region)).to.deep.equal([
      "eu-west-1",
      "eu-central-1",
    ]);
    for (const alias of registrations.ofType("aws:kms/alias:Alias")) {
      expect(alias.inputs.name).to.equal("alias/jenkins");
    }
    expect(await valueOf(result.arns["eu-central-1"]!)).to.match(/^arn:aws:kms:eu-central-1:/);
  });

  it("names each region's own services in that region's policy", async () => {
    const { registrations } = await runComponent(
      () => new EncryptionKeys("keys", { deployment: primaryDeployment }),
    );
    for (const key of registrations.ofType("aws:kms/key:Key")) {
      const policy = String(key.inputs.policy);
      const other = key.region === "eu-west-1" ? "eu-central-1" : "eu-west-1";
      expect(policy).to.contain(`logs.${key.region}.amazonaws.com`);
      expect(policy).to.contain(`ec2.${key.region}.amazonaws.com`);
      expect(policy).not.to.contain(other);
    }
  });
});

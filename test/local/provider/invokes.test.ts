import { expect } from "chai";
import { LocalProvider } from "../../../local/provider/provider";
import { containsSecret } from "../../../local/provider/wire";

describe("Functions of the local provider in plan-only mode", () => {
  const provider = new LocalProvider({ LOCAL_AWS_PLAN_ONLY: "1" });
  provider.configure({ region: "eu-west-1" });

  it("names a function that is not modelled", async () => {
    let message = "";
    await provider.invoke("aws:pricing/getProduct:getProduct", {}).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.contain("function aws:pricing/getProduct:getProduct is not modelled");
  });

  it("knows three zones in the provider's region, or in the one that is asked for", async () => {
    const token = "aws:index/getAvailabilityZones:getAvailabilityZones";
    const own = await provider.invoke(token, {});
    expect(own.names).to.deep.equal(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    const other = await provider.invoke(token, { region: "us-west-2" });
    expect(other.names).to.include("us-west-2a");
  });

  it("knows the account", async () => {
    const token = "aws:index/getCallerIdentity:getCallerIdentity";
    expect((await provider.invoke(token, {})).accountId).to.equal("123456789012");
  });

  it("hides what is secret", async () => {
    const token = "aws:secretsmanager/getRandomPassword:getRandomPassword";
    expect(containsSecret(await provider.invoke(token, {}))).to.equal(true);
  });

  it("has no table item, which is an error in the real provider's words", async () => {
    const token = "aws:dynamodb/getTableItem:getTableItem";
    const key = JSON.stringify({ id: { S: "failover" } });
    let message = "";
    await provider.invoke(token, { tableName: "records", key }).catch((error: unknown) => {
      message = (error as Error).message;
    });
    expect(message).to.equal("reading DynamoDB Table Item (records|failover): empty result");
  });

  it("writes policy documents as IAM does", async () => {
    const { json } = await provider.invoke("aws:iam/getPolicyDocument:getPolicyDocument", {
      statements: [
        {
          sid: "Read",
          actions: ["s3:GetObject"],
          resources: ["arn:a", "arn:b"],
          principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }],
          conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
        },
      ],
    });
    expect(JSON.parse(json as string)).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: ["arn:a", "arn:b"],
          Principal: { Service: "ec2.amazonaws.com" },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    });
  });

  it("refuses a configuration key that means nothing here", () => {
    expect(() => {
      provider.configure({ assumeRoles: '[{"roleArn":"x"}]' });
    }).to.throw("provider configuration assumeRoles is not modelled");
  });

  it("says how to start when it has neither an address nor plan-only mode", () => {
    expect(() => new LocalProvider({})).to.throw("LOCAL_AWS_ENDPOINT is not set");
  });
});

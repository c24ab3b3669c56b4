import { expect } from "chai";
import { resourceTypeOf, modelledTypes } from "../../../local/provider/registry";
import { resourceSchema } from "../../../local/provider/sdkSchema";
import { signatureKey, unknownValue } from "../../../local/provider/wire";
import { lifecycleOf, requestOf, secret } from "./support";

async function messageOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return String(error);
  }
  throw new Error("expected an error");
}

describe("Lifecycle of the local provider", () => {
  it("names a resource type that is not modelled", () => {
    expect(() => resourceTypeOf("aws:chime/voiceConnector:VoiceConnector")).to.throw(
      "resource type aws:chime/voiceConnector:VoiceConnector is not modelled",
    );
  });

  it("knows inputs in advance and nothing else", () => {
    const inputs = { cidrBlock: "10.0.0.0/16", tagsAll: { a: "b" } };
    const outputs = lifecycleOf("aws:ec2/vpc:Vpc").previewCreate(requestOf({ inputs }));
    expect(outputs).to.deep.include(inputs);
    expect(outputs.arn).to.equal(unknownValue);
  });

  it("keeps in a preview what an update does not change, and only that", () => {
    const state = { arn: "arn:x", latestVersion: 3, imageId: "ami-1" };
    const inputs = { imageId: "ami-2" };
    const request = requestOf({ state, inputs, oldInputs: { imageId: "ami-1" } });
    const outputs = lifecycleOf("aws:ec2/launchTemplate:LaunchTemplate").previewUpdate(request);
    expect(outputs.arn).to.equal("arn:x");
    expect(outputs.imageId).to.equal("ami-2");
    expect(outputs.latestVersion).to.equal(unknownValue);
  });

  it("answers a secret input as secret output", () => {
    const inputs = { type: "SecureString", value: secret("hush") };
    const request = requestOf({ inputs, state: { value: "before" } });
    const parameter = lifecycleOf("aws:ssm/parameter:Parameter");
    expect(parameter.previewUpdate(request).value).to.deep.equal(secret("hush"));
  });

  it("makes secret what the schema calls secret", () => {
    const request = requestOf({ inputs: { password: "hush" } });
    const outputs = lifecycleOf("aws:rds/instance:Instance").previewCreate(request);
    expect(outputs.password).to.have.property(signatureKey);
  });

  it("refuses to create while an input is unknown", async () => {
    const request = requestOf({ inputs: { cidrBlock: unknownValue } });
    const message = await messageOf(() => lifecycleOf("aws:ec2/vpc:Vpc").create(request));
    expect(message).to.contain("cidrBlock is still unknown");
  });

  it("says in plan-only mode why nothing can be reached", async () => {
    const request = requestOf({ inputs: { cidrBlock: "10.0.0.0/16" } });
    const message = await messageOf(() => lifecycleOf("aws:ec2/vpc:Vpc").create(request));
    expect(message).to.contain("LOCAL_AWS_ENDPOINT is not set (plan only)");
  });

  describe("of every modelled type", () => {
    for (const token of modelledTypes()) {
      it(`${token} takes only arguments that @pulumi/aws has, and can do what it promises`, () => {
        const type = resourceTypeOf(token);
        const schema = resourceSchema(token);
        expect(schema, "schema").not.to.equal(undefined);
        expect([...schema!.inputs]).to.include.members(Object.keys(type.inputs));
        expect([...schema!.outputs.keys()]).to.include.members([
          ...(type.volatile ?? []).map(String),
        ]);
        const updatable = Object.values(type.inputs).some((rule) => rule?.onChange === "update");
        expect(type.update !== undefined, "has an update").to.equal(updatable);
        const tagged = schema!.outputs.has("tagsAll");
        expect(type.retag !== undefined, "changes tags").to.equal(tagged);
      });
    }
  });
});

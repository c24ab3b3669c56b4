import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime";
import { expect } from "chai";
import { readSettings } from "../../stacks/config";
import { sampleSettings } from "./sampleSettings";

const project = "jenkins-pilot-light";

/** Sets what `pulumi up` would hand to the program. */
function configure(more: Record<string, string>, secretKeys: string[] = []): void {
  const own = Object.entries(sampleSettings("dr")).map(([key, value]) => [
    `${project}:${key}`,
    value,
  ]);
  runtime.setAllConfig(
    { ...(Object.fromEntries(own) as Record<string, string>), ...more },
    secretKeys,
  );
}

describe("reading the stack's configuration", () => {
  before(async () => {
    const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
    await runtime.setMocks(mocks, project, "dr");
  });
  beforeEach(() => {
    configure({});
  });

  it("takes the project's keys and leaves the other namespaces alone", () => {
    configure({ "aws:region": "eu-west-1", "aws:profile": "prod", "pulumi:tags": "{}" });
    expect(readSettings().settings).to.include({ stackName: "dr", region: "eu-west-1" });
  });

  it("fails as Pulumi prints it without a stack trace, naming the misspelt key", () => {
    configure({ [`${project}:failovr`]: "true" });
    try {
      readSettings();
    } catch (error) {
      expect(pulumi.RunError.isInstance(error)).to.equal(true);
      expect(String(error)).to.include("did you mean failover?");
      return;
    }
    expect.fail("The misspelt key was accepted.");
  });

  it("hands secrets over as secrets", async () => {
    const key = `${project}:secrets`;
    configure({ [key]: '{"githubToken":"hunter2"}' }, [key]);
    const { settings, secrets } = readSettings();
    expect(JSON.stringify(settings)).to.not.include("hunter2");
    const token = secrets.githubToken!;
    expect(await pulumi.isSecret(token)).to.equal(true);
    const value = await new Promise((resolve) => token.apply(resolve));
    expect(value).to.equal("hunter2");
  });

  it("refuses the same secrets when they are not encrypted", () => {
    configure({ [`${project}:secrets`]: '{"githubToken":"hunter2"}' });
    expect(() => readSettings()).to.throw("is stored in clear");
  });
});

import { expect } from "chai";
import { PrimaryStack } from "../../stacks/primaryOutputs";
import { runComponent, valueOf } from "../support/strictMocks";

const name = "organization/jenkins-pilot-light/primary";

describe("the primary stack's outputs, as the dr stack reads them", () => {
  it("are read by their names", async () => {
    const stackOutputs = { [name]: { prefix: "jenkins", databaseArn: "arn:1" } };
    const { result } = await runComponent(
      () => new PrimaryStack("primary", "jenkins").read("databaseArn"),
      {
        stack: "dr",
        stackOutputs,
      },
    );
    expect(await valueOf(result)).to.equal("arn:1");
  });

  it("say to deploy the primary stack first where one is missing", async () => {
    const run = runComponent(() => new PrimaryStack("primary", "jenkins").read("databaseArn"), {
      stack: "dr",
      stackOutputs: { [name]: { region: "eu-central-1" } },
    });
    const message = await run.then(
      () => "nothing was thrown",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.contain('has no output "databaseArn"');
    expect(message).to.contain("Deploy the primary stack first");
    expect(message).to.contain("pulumi up --stack primary");
  });

  it("refuse another deployment's, and say how to name one's own", async () => {
    const run = runComponent(() => new PrimaryStack("primary", "ci").read("databaseArn"), {
      stack: "dr",
      stackOutputs: { [name]: { prefix: "jenkins", databaseArn: "arn:1" } },
    });
    const message = await run.then(
      () => "nothing was thrown",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.contain('prefix "jenkins"').and.contain('is "ci"');
    expect(message).to.contain("pulumi config set primaryStack");
  });
});

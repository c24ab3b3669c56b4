import { expect } from "chai";
import { OutputsOf, type RegionOutputs } from "../../stacks/stackOutputs";
import { runComponent, valueOf } from "../support/strictMocks";

const name = "organization/jenkins-pilot-light/primary";

const read = (prefix: string) =>
  new OutputsOf<RegionOutputs>("primaryStack", "primary", prefix).read("databaseArn");

describe("another stack's outputs", () => {
  it("are read by their names", async () => {
    const stackOutputs = { [name]: { prefix: "jenkins", databaseArn: "arn:1" } };
    const { result } = await runComponent(() => read("jenkins"), {
      stack: "dr",
      stackOutputs,
    });
    expect(await valueOf(result)).to.equal("arn:1");
  });

  it("say to deploy that stack first where one is missing", async () => {
    const run = runComponent(() => read("jenkins"), {
      stack: "dr",
      stackOutputs: { [name]: { region: "eu-central-1" } },
    });
    const message = await run.then(
      () => "nothing was thrown",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.contain('has no output "databaseArn"');
    expect(message).to.contain("Deploy it first");
    expect(message).to.contain("pulumi up --stack primary");
  });

  it("refuse another deployment's, and say how to name one's own", async () => {
    const run = runComponent(() => read("ci"), {
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

import { expect } from "chai";
import { FakeAws, runCommand } from "./fakeAws";

const run = (url: string, ...argv: string[]) => runCommand("failover", url, ...argv);

describe("npm run failover", function () {
  this.timeout(40_000);
  let aws: FakeAws;
  beforeEach(async () => {
    aws = new FakeAws();
    await aws.listen();
  });
  afterEach(() => {
    aws.close();
  });

  it("asks the waiting region's function for the record's generation, waiting while it is busy", async () => {
    aws.busy = 1;
    const { code, output } = await run(aws.url, "--stack", "dr", "--reason", "incident 4711");
    expect(code, output).to.equal(0);
    const [asked] = aws.requests;
    expect(aws.requests).to.have.length(1);
    expect(asked?.region).to.equal("eu-west-1");
    expect(asked?.path).to.include("/functions/jenkins-failover/invocations");
    expect(asked?.payload).to.include({
      source: "direct",
      command: "failover",
      generation: 7,
      force: false,
      reason: "incident 4711",
    });
    expect(output).to.include("phase standby, generation 7, eu-central-1 serves");
    expect(output).to.include("waiting for its end");
    expect(output).to.include(`Answer: Accepted direct ${asked?.payload.id}.`);
    expect(output).to.include("aws logs tail /aws/lambda/jenkins-failover --region eu-west-1");
  });

  it("asks the rehearsal's function, and not the failover's, for a rehearsal", async () => {
    const { code, output } = await run(aws.url, "--stack", "dr", "--rehearse", "--reason", "june");
    expect(code, output).to.equal(0);
    expect(aws.requests).to.have.length(1);
    expect(aws.requests[0]?.path).to.include("/functions/jenkins-rehearsal/invocations");
    expect(aws.requests[0]?.payload).to.include({ command: "rehearse", reason: "june" });
    expect(output).to.include("Answer: Rehearsal one begins.");
    expect(output).to.include("npm run status -- --stack dr --watch");
  });

  it("tells when the function failed", async () => {
    aws.functionError = true;
    const { code, output } = await run(aws.url, "--stack", "dr", "--abort");
    expect(code).to.equal(1);
    expect(aws.requests[0]?.payload.command).to.equal("abort");
    expect(output).to.include("no table");
  });

  it("asks nobody when it cannot know what is meant", async () => {
    const { code, output } = await run(aws.url, "--stack", "primary");
    expect(code).to.equal(2);
    expect(output).to.include("--stack dr");
    expect(aws.requests).to.have.length(0);
  });
});

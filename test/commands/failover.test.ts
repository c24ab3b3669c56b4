import { expect } from "chai";
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FailoverRequest } from "../../failover/failoverFunction";

/** Stands for DynamoDB and Lambda: one record, and a function that is busy `busy` times. */
class FakeAws {
  readonly requests: { region: string; path: string; payload: FailoverRequest }[] = [];
  record: object | undefined = {
    id: { S: "failover" },
    generation: { N: "7" },
    activeRegion: { S: "eu-central-1" },
    phase: { S: "standby" },
  };
  busy = 0;
  functionError = false;
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const answer = (status: number, headers: Record<string, string>, content: object) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0", ...headers });
        response.end(JSON.stringify(content));
      };
      if (request.headers["x-amz-target"] !== undefined) {
        answer(200, {}, this.record === undefined ? {} : { Item: this.record });
        return;
      }
      if (this.busy-- > 0) {
        answer(429, { "x-amzn-errortype": "TooManyRequestsException" }, { message: "busy" });
        return;
      }
      const region = /\/(\w{2}-\w+-\d)\/lambda\//.exec(request.headers.authorization ?? "")?.[1];
      const payload = JSON.parse(body) as FailoverRequest;
      this.requests.push({ region: region ?? "", path: request.url ?? "", payload });
      if (this.functionError) {
        answer(200, { "x-amz-function-error": "Unhandled" }, { errorMessage: "no table" });
        return;
      }
      const trigger = `Accepted direct ${payload.id}.`;
      answer(
        200,
        {},
        { phase: "confirming", generation: 7, activeRegion: "eu-central-1", trigger, rounds: 1 },
      );
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const root = join(__dirname, "..", "..");

function run(url: string, ...argv: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    ["-r", "ts-node/register/transpile-only", "commands/failover.ts", ...argv],
    {
      cwd: root,
      timeout: 30_000,
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_EC2_METADATA_DISABLED: "true",
        // The SDK would try again by itself, and the command's own patience would not show.
        AWS_MAX_ATTEMPTS: "1",
      },
    },
  );
  let output = "";
  child.stdout.on("data", (text) => (output += String(text)));
  child.stderr.on("data", (text) => (output += String(text)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, output });
    });
  });
}

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

import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProbePlan } from "../../../failover/probe/probePlan";
import { createProbeHandler } from "../../../failover/probe/probeFunction";

/** CloudWatch answers at once; Elastic Load Balancing accepts each request and never answers it. */
class HangingControlPlane {
  readonly published: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    const hangs = request.headers.authorization?.includes("/elasticloadbalancing/");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (hangs === true) return;
      this.published.push(Buffer.concat(chunks).toString("latin1"));
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      response.end("{}");
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const plan: ProbePlan = {
  prefix: "jenkins",
  activeRegion: "eu-central-1",
  waitingRegion: "eu-west-1",
  targets: [
    {
      team: "ma",
      host: "ma.jenkins.example.com",
      address: "127.0.0.1",
      targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/ma/1",
    },
  ],
  healthPaths: ["/login"],
  requestTimeoutMs: 300,
  concurrency: 10,
  threshold: 0.5,
  quorum: 2,
};

describe("the probe's function", () => {
  const aws = new HangingControlPlane();
  const kept = { ...process.env };

  before(async () => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: await aws.listen(),
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
  });
  after(() => {
    aws.close();
    process.env = kept;
  });

  it("takes a control plane that accepts and never answers for dead, and tells both signals in time", async () => {
    const began = Date.now();
    await createProbeHandler(() => plan)({});
    expect(Date.now() - began, "far below the function's own timeout").to.be.below(5_000);
    expect(aws.published.join()).to.include("ControlPlaneDown").and.include("TeamsDown");
  });
});

import { expect } from "chai";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { FaultSpecification } from "../../../local/gateway/faults";
import { startLocalAws, SteppedTime, type LocalAws } from "./behaviours/localAws";
import { errorOf, messageOfError, nameOfError } from "./behaviours/refusals";

const stub = {
  "rds DescribeDBInstances": () => ({ DBInstances: [] }),
  "secretsmanager PutSecretValue": () => ({ Name: "s" }),
};

describe("faults and the call log", () => {
  let aws: LocalAws;
  beforeEach(async () => {
    aws = await startLocalAws({ behaviours: [], stub, scale: 6000 });
  });
  afterEach(() => aws.stop());

  const describeIn = (region = "us-east-1"): Promise<unknown> =>
    aws.client(RDSClient, region).send(new DescribeDBInstancesCommand({}));
  const inject = (fault: FaultSpecification) => aws.gateway.faults.inject(fault);

  it("throttles as often as told, with the service's own code, then lets calls through", async () => {
    inject({ effect: { kind: "throttle" }, service: "rds", count: 2 });
    expect(await nameOfError(describeIn())).to.equal("Throttling");
    expect(await nameOfError(describeIn())).to.equal("Throttling");
    await describeIn();
    expect(aws.gateway.faults.list()).to.deep.equal([]);
  });

  it("is retried by the SDK when throttled or failed, not when refused", async () => {
    const client = new RDSClient({
      endpoint: aws.gateway.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "TEST", secretAccessKey: "test" },
    });
    inject({ effect: { kind: "serverError", status: 503 }, service: "rds", count: 1 });
    inject({ effect: { kind: "throttle" }, service: "rds", count: 1 });
    await client.send(new DescribeDBInstancesCommand({}));
    expect(aws.gateway.calls.since().map(({ status }) => status)).to.deep.equal([503, 400, 200]);
    inject({ effect: { kind: "accessDenied" }, service: "rds" });
    expect(await nameOfError(client.send(new DescribeDBInstancesCommand({})))).to.equal(
      "AccessDenied",
    );
    expect(aws.gateway.calls.since()).to.have.length(4);
    client.destroy();
  });

  it("meets only calls of its service, action, region and caller, after `skip` of them", async () => {
    inject({
      effect: { kind: "throttle" },
      region: "eu-west-1",
      service: "rds",
      skip: 1,
      count: 1,
    });
    inject({ effect: { kind: "throttle" }, action: "DeleteDBInstance" });
    inject({ effect: { kind: "throttle" }, caller: "somebody" });
    await describeIn("us-east-1");
    await describeIn("eu-west-1");
    expect(await nameOfError(describeIn("eu-west-1"))).to.equal("Throttling");
    await describeIn("eu-west-1");
  });

  it("works within its window of modelled time only", async () => {
    const time = new SteppedTime();
    const windowed = await startLocalAws({ behaviours: [], stub, realTime: time, scale: 60 });
    const now = windowed.gateway.clock.now();
    windowed.gateway.faults.inject({
      effect: { kind: "throttle" },
      from: now + 60_000,
      until: now + 120_000,
    });
    const call = () => windowed.client(RDSClient).send(new DescribeDBInstancesCommand({}));
    await call();
    await time.pass(1000);
    expect(await nameOfError(call())).to.equal("Throttling");
    await time.pass(1000);
    await call();
    await windowed.stop();
  });

  it("meets a share of calls, the same ones for the same seed", async () => {
    const pattern = async (): Promise<string> => {
      const one = await startLocalAws({ behaviours: [], stub, latencies: { seed: 3 } });
      one.gateway.faults.inject({ effect: { kind: "throttle" }, probability: 0.5 });
      let met = "";
      for (let i = 0; i < 20; i++) {
        const outcome = one.client(RDSClient).send(new DescribeDBInstancesCommand({}));
        met += await outcome.then(
          () => ".",
          () => "x",
        );
      }
      await one.stop();
      return met;
    };
    const first = await pattern();
    expect(first).to.match(/x/).and.to.match(/\./);
    expect(await pattern()).to.equal(first);
  });

  it("carries out a call and cuts the connection after its effect", async () => {
    inject({ effect: { kind: "dropAfterEffect" }, service: "rds", count: 1 });
    await errorOf(describeIn());
    expect(aws.gateway.calls.since()[0]).to.include({
      answeredBy: "emulator",
      status: 0,
      fault: "dropAfterEffect",
    });
    inject({ effect: { kind: "dropBeforeEffect" }, service: "rds", count: 1 });
    await errorOf(describeIn());
    expect(aws.gateway.calls.since()[1]).to.include({ answeredBy: "fault", status: 0 });
  });

  it("delays a call by modelled time", async () => {
    inject({ effect: { kind: "delay", duration: 300_000 }, service: "rds" });
    const before = aws.gateway.clock.now();
    await describeIn();
    expect(aws.gateway.clock.now() - before).to.be.at.least(300_000);
  });

  it("lets a dead region answer nothing, and no other region suffer", async () => {
    aws.gateway.faults.loseRegion("eu-west-1");
    const error = await errorOf(describeIn("eu-west-1"));
    expect(error.message).to.match(/socket hang up|ECONNRESET/);
    await describeIn("us-east-1");
    aws.gateway.faults.reviveRegion("eu-west-1");
    await describeIn("eu-west-1");
  });

  it("knows where a global service lives: IAM dies with us-east-1, wherever it is called from", async () => {
    aws.gateway.faults.loseRegion("us-east-1");
    const iam = aws.client(IAMClient, "eu-west-1");
    const error = await errorOf(iam.send(new GetRoleCommand({ RoleName: "r" })));
    expect(error.message).to.match(/socket hang up|ECONNRESET/);
  });

  it("tells of each region's death and return once", () => {
    const heard: string[] = [];
    aws.gateway.faults.onRegionChange((region, alive) => heard.push(`${region} ${alive}`));
    aws.gateway.faults.loseRegion("eu-west-1");
    aws.gateway.faults.loseRegion("eu-west-1");
    aws.gateway.faults.reviveRegion("eu-west-1");
    aws.gateway.faults.reviveRegion("eu-west-1");
    expect(heard).to.deep.equal(["eu-west-1 false", "eu-west-1 true"]);
  });

  it("refuses what is misspelt, instead of meeting every call", () => {
    const bad: [unknown, string][] = [
      [{ effect: { kind: "throtle" } }, 'effect.kind is "throtle"; it must be one of: throttle,'],
      [{ effect: { kind: "throttle" }, servce: "rds" }, 'A fault has no "servce"; it has: effect,'],
      [{}, "effect.kind is undefined"],
      [{ effect: { kind: "throttle" }, count: 0 }, "count is 0; it must be a whole number"],
      [{ effect: { kind: "throttle" }, probability: 2 }, "probability is 2; it must lie in (0, 1]"],
    ];
    for (const [fault, message] of bad) {
      expect(() => inject(fault as FaultSpecification)).to.throw(RangeError, message);
    }
  });

  it("refuses what nobody models without any retry, naming service and action", async () => {
    const client = new IAMClient({
      endpoint: aws.gateway.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "TEST", secretAccessKey: "test" },
    });
    const message = await messageOfError(client.send(new GetRoleCommand({ RoleName: "r" })));
    expect(message).to.contain("does not model iam GetRole");
    expect(aws.gateway.calls.since()).to.have.length(1);
    client.destroy();
  });

  it("logs who called what with which input, without secrets", async () => {
    const secrets = aws.client(SecretsManagerClient, "eu-west-1");
    await secrets.send(new PutSecretValueCommand({ SecretId: "s", SecretString: "hush" }));
    const [call] = aws.gateway.calls.since();
    expect(call).to.include({
      service: "secretsmanager",
      action: "PutSecretValue",
      region: "eu-west-1",
      caller: "TEST",
      status: 200,
    });
    expect(call?.input).to.include({ SecretId: "s", SecretString: "[secret]" });
    expect(JSON.stringify(aws.gateway.calls.since())).to.not.contain("hush");
  });

  describe("from outside, by the control endpoint", () => {
    const control = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${aws.gateway.endpoint}/_local/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };

    it("injects, lists and clears faults", async () => {
      const { json } = await control("POST", "faults", {
        effect: { kind: "throttle" },
        service: "rds",
      });
      expect(json.id).to.equal("fault-1");
      expect(await nameOfError(describeIn())).to.equal("Throttling");
      expect((await control("GET", "faults")).json).to.have.length(1);
      expect((await control("DELETE", "faults/fault-1")).status).to.equal(200);
      await describeIn();
      expect((await control("DELETE", "faults/fault-1")).json.error).to.contain("no fault");
    });

    it("loses and revives regions, changes the pace, shows calls", async () => {
      expect((await control("POST", "regions/eu-west-1/lose")).json.deadRegions).to.deep.equal([
        "eu-west-1",
      ]);
      await control("POST", "regions/eu-west-1/revive");
      expect((await control("PUT", "clock", { scale: 10 })).json.scale).to.equal(10);
      expect((await control("PUT", "clock", { scale: 0 })).status).to.equal(400);
      await describeIn();
      await describeIn();
      expect((await control("GET", "calls?after=1")).json).to.have.length(1);
    });

    it("says what there is when a call is unknown or wrong", async () => {
      const unknown = await control("POST", "fualts", {});
      expect(unknown.status).to.equal(404);
      expect(unknown.json.error).to.contain("POST ^faults$");
      expect((await control("POST", "faults", { effect: { kind: "x" } })).json.error).to.contain(
        "must be one of",
      );
    });
  });

  it("refuses an unsigned request", async () => {
    const response = await fetch(aws.gateway.endpoint);
    expect(response.status).to.equal(403);
    expect(await response.text()).to.contain("carries no AWS signature");
  });
});

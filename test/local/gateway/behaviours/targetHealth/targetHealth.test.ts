import { expect } from "chai";
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { TargetHealthBehaviour } from "../../../../../local/gateway/behaviours/targetHealth/targetHealth";
import { startLocalAws, SteppedTime, type LocalAws } from "../localAws";

const arn = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/1`;

describe("the target health behaviour", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let client: ElasticLoadBalancingV2Client;
  let status: number | undefined;
  let checked: [string, number, string][];
  let settings: Record<string, object>;

  beforeEach(async () => {
    time = new SteppedTime();
    status = 200;
    checked = [];
    settings = {
      ma: { HealthCheckIntervalSeconds: 60, HealthCheckPath: "/login" },
      alb: { TargetType: "alb", Matcher: { HttpCode: "301" } },
      quiet: { HealthCheckEnabled: false },
    };
    aws = await startLocalAws({
      behaviours: [new TargetHealthBehaviour()],
      realTime: time,
      scale: 1,
      latencies: { overrides: { albRegistration: "10 seconds" } },
      stub: {
        "elasticloadbalancing RegisterTargets": () => ({}),
        "elasticloadbalancing DeregisterTargets": () => ({}),
        "elasticloadbalancing ModifyTargetGroup": () => ({}),
        "elasticloadbalancing DescribeTargetHealth": () => ({ TargetHealthDescriptions: [] }),
        "elasticloadbalancing DescribeTargetGroups": (input: { TargetGroupArns: string[] }) => ({
          TargetGroups: input.TargetGroupArns.map((TargetGroupArn) => ({
            TargetGroupArn,
            TargetGroupName: "g",
            TargetType: "instance",
            Port: 8080,
            HealthyThresholdCount: 2,
            UnhealthyThresholdCount: 2,
            ...settings[TargetGroupArn.split("/")[1]!],
          })),
        }),
      },
    });
    aws.gateway.world.controllers = {
      started: () => undefined,
      stopped: () => undefined,
      healthCheckStatus: (id, port, path) => {
        checked.push([id, port, path]);
        return status;
      },
    };
    client = aws.client(ElasticLoadBalancingV2Client, "eu-west-1");
  });
  afterEach(() => aws.stop());

  const register = (name: string, Id: string) =>
    client.send(new RegisterTargetsCommand({ TargetGroupArn: arn(name), Targets: [{ Id }] }));
  const health = async (name: string, Targets?: { Id: string }[]): Promise<string[]> => {
    const { TargetHealthDescriptions } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: arn(name), Targets }),
    );
    return TargetHealthDescriptions!.map(({ Target, TargetHealth }) =>
      [Target?.Id, TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(" "),
    );
  };
  const seconds = (count: number) => time.pass(count * 1000);

  it("is empty for a group without targets", async () => {
    expect(await health("ma")).to.deep.equal([]);
  });

  it("checks a new target first after its registration, then at the group's interval", async () => {
    await register("ma", "i-1");
    expect(await health("ma")).to.deep.equal(["i-1 initial Elb.RegistrationInProgress"]);
    await seconds(9);
    expect(checked).to.deep.equal([]);
    await seconds(2);
    expect(checked).to.deep.equal([["i-1", 8080, "/login"]]);
    expect(await health("ma")).to.deep.equal(["i-1 healthy"]);
    status = undefined;
    await seconds(60);
    expect(await health("ma")).to.deep.equal(["i-1 healthy"]);
    await seconds(60);
    expect(await health("ma")).to.deep.equal(["i-1 unhealthy Target.Timeout"]);
    expect(aws.gateway.world.targetHealth.healthyTargets(arn("ma"))).to.deep.equal([]);
    expect(aws.gateway.world.targetHealth.unhealthyTargets?.(arn("ma"))).to.deep.equal(["i-1"]);
  });

  it("follows a changed interval", async () => {
    await register("ma", "i-1");
    await seconds(11);
    settings.ma = { HealthCheckIntervalSeconds: 5 };
    await client.send(
      new ModifyTargetGroupCommand({ TargetGroupArn: arn("ma"), HealthCheckIntervalSeconds: 5 }),
    );
    const before = checked.length;
    await seconds(20.5);
    expect(checked.length - before).to.equal(4);
  });

  it("drains a deregistered target for 300 seconds and checks it no more", async () => {
    await register("ma", "i-1");
    await seconds(11);
    const Targets = [{ Id: "i-1" }];
    await client.send(new DeregisterTargetsCommand({ TargetGroupArn: arn("ma"), Targets }));
    const before = checked.length;
    await seconds(290);
    expect(await health("ma")).to.deep.equal(["i-1 draining Target.DeregistrationInProgress"]);
    await seconds(20);
    expect(await health("ma")).to.deep.equal([]);
    expect(checked).to.have.length(before);
    expect(aws.gateway.world.targetHealth.healthyTargets(arn("ma"))).to.deep.equal([]);
  });

  it("tells of a target that was asked for and is not registered", async () => {
    expect(await health("ma", [{ Id: "i-9" }])).to.deep.equal(["i-9 unused Target.NotRegistered"]);
  });

  it("takes a load balancer behind another for healthy, and one without checks for unavailable", async () => {
    await register("alb", arn("x"));
    await register("quiet", "i-1");
    status = undefined;
    await seconds(11);
    expect(await health("alb")).to.deep.equal([`${arn("x")} healthy`]);
    expect(await health("quiet")).to.deep.equal(["i-1 unavailable Target.HealthCheckDisabled"]);
    expect(aws.gateway.world.targetHealth.healthyTargets(arn("quiet"))).to.deep.equal(["i-1"]);
  });

  it("rests while the region is dead and starts anew when it returns", async () => {
    await register("ma", "i-1");
    await seconds(11);
    aws.gateway.faults.loseRegion("eu-west-1");
    const before = checked.length;
    await seconds(300);
    expect(checked).to.have.length(before);
    status = undefined;
    aws.gateway.faults.reviveRegion("eu-west-1");
    expect(await health("ma")).to.deep.equal(["i-1 initial Elb.InitialHealthChecking"]);
  });
});

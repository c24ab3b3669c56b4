import { expect } from "chai";
import {
  DeleteRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { EventBridgeScheduleBehaviour } from "../../../../../local/gateway/behaviours/schedule/eventBridgeSchedule";
import { parseSchedule } from "../../../../../local/gateway/behaviours/schedule/scheduleExpression";
import { startLocalAws, startOfTest, SteppedTime, type LocalAws } from "../localAws";
import { messageOfError } from "../refusals";

const region = "us-west-2";
const target = `arn:aws:lambda:${region}:123456789012:function:jenkins-probe`;
const minute = 60_000;

describe("the EventBridge schedule behaviour", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let events: EventBridgeClient;
  let invoked: { arn: string; event: Record<string, unknown>; at: number }[];

  beforeEach(async () => {
    time = new SteppedTime();
    aws = await startLocalAws({
      behaviours: [new EventBridgeScheduleBehaviour()],
      realTime: time,
      scale: 1,
      latencies: { overrides: { scheduleDelivery: "15 seconds" } },
      stub: Object.fromEntries(
        ["PutRule", "PutTargets", "RemoveTargets", "DeleteRule", "EnableRule", "DisableRule"].map(
          (action) => [`events ${action}`, () => ({})],
        ),
      ),
    });
    invoked = [];
    aws.gateway.world.functions = {
      invokeAsync: (arn, event) => {
        invoked.push({ arn, event: event as Record<string, unknown>, at: time.now() });
        return Promise.resolve("request");
      },
    };
    events = aws.client(EventBridgeClient, region);
  });
  afterEach(() => aws.stop());

  async function rule(ScheduleExpression = "rate(1 minute)", Input?: string): Promise<void> {
    await events.send(new PutRuleCommand({ Name: "probe", ScheduleExpression }));
    await events.send(
      new PutTargetsCommand({
        Rule: "probe",
        Targets: [{ Id: "1", Arn: target, ...(Input === undefined ? {} : { Input }) }],
      }),
    );
  }

  it("invokes the function each minute with a scheduled event", async () => {
    await rule();
    await time.pass(3 * minute + 15_000);
    expect(invoked.map(({ at }) => at)).to.deep.equal([75_000, 135_000, 195_000]);
    expect(invoked[0]?.arn).to.equal(target);
    expect(invoked[0]?.event).to.deep.include({
      source: "aws.events",
      "detail-type": "Scheduled Event",
      region,
      time: "2030-01-01T00:01:00Z",
      resources: [`arn:aws:events:${region}:123456789012:rule/probe`],
    });
  });

  it("passes a constant input instead", async () => {
    await rule("rate(1 minute)", '{"trigger":"schedule"}');
    await time.pass(2 * minute);
    expect(invoked[0]?.event).to.deep.equal({ trigger: "schedule" });
  });

  it("fires nothing in a dead region and goes on when it is back", async () => {
    await rule();
    aws.gateway.faults.loseRegion(region);
    await time.pass(5 * minute);
    expect(invoked).to.deep.equal([]);
    aws.gateway.faults.reviveRegion(region);
    await time.pass(2 * minute);
    expect(invoked.length).to.be.within(1, 2);
  });

  it("obeys disable, enable, removal and deletion", async () => {
    await rule();
    await events.send(new DisableRuleCommand({ Name: "probe" }));
    await time.pass(3 * minute);
    expect(invoked).to.deep.equal([]);
    await events.send(new EnableRuleCommand({ Name: "probe" }));
    await time.pass(minute + 20_000);
    expect(invoked.length).to.be.greaterThan(0);
    await events.send(new RemoveTargetsCommand({ Rule: "probe", Ids: ["1"] }));
    const before = invoked.length;
    await time.pass(3 * minute);
    await events.send(new DeleteRuleCommand({ Name: "probe" }));
    await time.pass(3 * minute);
    expect(invoked).to.have.length(before);
  });

  it("refuses schedules that do not exist, and targets that are no functions", async () => {
    expect(await messageOfError(rule("rate(1 minutes)"))).to.contain("rate(1 minutes)");
    const queue = events.send(
      new PutTargetsCommand({
        Rule: "probe",
        Targets: [{ Id: "q", Arn: "arn:aws:sqs:us-west-2:123456789012:q" }],
      }),
    );
    expect(await messageOfError(queue)).to.contain("is no function");
  });
});

describe("a schedule expression", () => {
  const due = (expression: string, after = startOfTest) =>
    new Date(parseSchedule(expression, startOfTest).next(after)).toISOString();

  // 2030-01-01 is a Tuesday.
  const rows: [string, string][] = [
    ["rate(1 minute)", "2030-01-01T00:01:00.000Z"],
    ["rate(5 hours)", "2030-01-01T05:00:00.000Z"],
    ["rate(1 day)", "2030-01-02T00:00:00.000Z"],
    ["cron(0 3 * * ? *)", "2030-01-01T03:00:00.000Z"],
    ["cron(15 10 ? * MON-FRI *)", "2030-01-01T10:15:00.000Z"],
    ["cron(0 8 1 * ? *)", "2030-01-01T08:00:00.000Z"],
    ["cron(0/20 * ? * SUN *)", "2030-01-06T00:00:00.000Z"],
    ["cron(30 4 ? JAN 7 *)", "2030-01-05T04:30:00.000Z"],
    ["cron(0 0,12 * * ? *)", "2030-01-01T12:00:00.000Z"],
  ];
  for (const [expression, expected] of rows) {
    it(`${expression} is due next at ${expected}`, () => {
      expect(due(expression)).to.equal(expected);
    });
  }

  for (const expression of [
    "every minute",
    "rate(0 minutes)",
    "rate(2 minute)",
    "cron(0 3 * * *)",
    "cron(0 3 * * * *)",
    "cron(60 3 * * ? *)",
    "cron(0 3 31 FOO ? *)",
    "cron(0 3 30 FEB ? *)",
  ]) {
    it(`${expression} is refused by name`, () => {
      expect(() => due(expression)).to.throw(RangeError, expression);
    });
  }
});

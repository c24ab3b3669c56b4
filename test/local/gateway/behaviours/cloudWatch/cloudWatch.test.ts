import { expect } from "chai";
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchBehaviour } from "../../../../../local/gateway/behaviours/cloudWatch/cloudWatch";
import { eventually, startLocalAws, startOfTest, SteppedTime, type LocalAws } from "../localAws";
import { messageOfError, nameOfError } from "../refusals";

const region = "us-west-2";
const topic = `arn:aws:sns:${region}:123456789012:jenkins-alarms`;
const minute = 60_000;
const Namespace = "JenkinsPilotLight";
const Dimensions = [{ Name: "Region", Value: "us-east-1" }];

describe("the CloudWatch behaviour", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let cloudWatch: CloudWatchClient;
  let sent: { Subject: string; Message: string; TopicArn: string }[];

  beforeEach(async () => {
    time = new SteppedTime();
    sent = [];
    aws = await startLocalAws({
      behaviours: [new CloudWatchBehaviour()],
      realTime: time,
      scale: 1,
      latencies: {
        overrides: { metricIngestion: "5 seconds", compositeAlarmReaction: "3 seconds" },
      },
      stub: {
        "sns Publish": (input: (typeof sent)[number]) => {
          sent.push(input);
          return { MessageId: "1" };
        },
      },
    });
    cloudWatch = aws.client(CloudWatchClient, region);
  });
  afterEach(() => aws.stop());

  const put = (MetricName: string, Value: number) =>
    cloudWatch.send(
      new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Value, Dimensions }] }),
    );

  const alarm = (AlarmName: string, more: Partial<PutMetricAlarmCommandInput> = {}) =>
    cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace,
        MetricName: AlarmName,
        Dimensions,
        Statistic: "Maximum",
        Period: 60,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        TreatMissingData: "notBreaching",
        ...more,
      }),
    );

  const both = (more: object = {}) =>
    cloudWatch.send(
      new PutCompositeAlarmCommand({
        AlarmName: "region-down",
        AlarmRule: 'ALARM("teams") AND ALARM("control")',
        AlarmActions: [topic],
        OKActions: [topic],
        ...more,
      }),
    );

  async function stateOf(name: string) {
    const { MetricAlarms, CompositeAlarms } = await cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: [name],
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      }),
    );
    return [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])][0]?.StateValue;
  }

  /** Each minute one datum of each metric, then the minute passes. */
  async function minutes(count: number, ...data: [string, number][]): Promise<void> {
    for (let each = 0; each < count; each++) {
      for (const [name, value] of data) await put(name, value);
      await time.pass(minute);
    }
  }

  it("keeps metrics and gives every statistic of them", async () => {
    for (const value of [1, 2, 6]) await put("Lag", value);
    await time.pass(2 * minute);
    const { Datapoints } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName: "Lag",
        Dimensions,
        StartTime: new Date(startOfTest - minute),
        EndTime: new Date(startOfTest + 10 * minute),
        Period: 60,
        Statistics: ["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
      }),
    );
    expect(Datapoints).to.have.length(1);
    expect(Datapoints?.[0]).to.include({
      Sum: 9,
      Average: 3,
      Minimum: 1,
      Maximum: 6,
      SampleCount: 3,
    });
    const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Namespace }));
    expect(Metrics?.map(({ MetricName }) => MetricName)).to.deep.equal(["Lag"]);
    const elsewhere = aws.client(CloudWatchClient, "us-east-1");
    expect((await elsewhere.send(new ListMetricsCommand({}))).Metrics).to.deep.equal([]);
  });

  it("shows a datum only after a moment, newest first, with what services publish", async () => {
    aws.gateway.world.metrics.put({
      region,
      namespace: "AWS/RDS",
      name: "ReplicaLag",
      dimensions: { DBInstanceIdentifier: "replica" },
      value: 4,
    });
    const ask = async () => {
      const { MetricDataResults } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(startOfTest - 60 * minute),
          EndTime: new Date(startOfTest + 60 * minute),
          MetricDataQueries: [
            {
              Id: "m0",
              MetricStat: {
                Metric: {
                  Namespace: "AWS/RDS",
                  MetricName: "ReplicaLag",
                  Dimensions: [{ Name: "DBInstanceIdentifier", Value: "replica" }],
                },
                Period: 60,
                Stat: "Maximum",
              },
            },
          ],
        }),
      );
      return MetricDataResults?.[0];
    };
    expect((await ask())?.Values).to.deep.equal([]);
    await time.pass(5000);
    expect(await ask()).to.deep.include({ Id: "m0", Values: [4], StatusCode: "Complete" });
    aws.gateway.world.metrics.put({
      region,
      namespace: "AWS/RDS",
      name: "ReplicaLag",
      dimensions: { DBInstanceIdentifier: "replica" },
      value: -1,
      at: startOfTest + 3 * minute,
    });
    await time.pass(5000);
    const later = await ask();
    expect(later?.Values).to.deep.equal([-1, 4]);
    expect(later?.Timestamps?.[0]?.getTime()).to.equal(startOfTest + 3 * minute);
  });

  it("alarms on m of n periods and recovers", async () => {
    await alarm("teams");
    expect(await stateOf("teams")).to.equal("INSUFFICIENT_DATA");
    await minutes(2, ["teams", 0]);
    expect(await stateOf("teams")).to.equal("OK");
    await minutes(1, ["teams", 1]);
    await minutes(1, ["teams", 0]);
    expect(await stateOf("teams"), "one of three").to.equal("OK");
    await minutes(2, ["teams", 1]);
    await time.pass(minute);
    expect(await stateOf("teams"), "two of three").to.equal("ALARM");
    await minutes(3, ["teams", 0]);
    await time.pass(minute);
    expect(await stateOf("teams")).to.equal("OK");
  });

  it("does not take missing data for an alarm where it must not", async () => {
    await alarm("teams");
    await alarm("silence", { TreatMissingData: "breaching" });
    await alarm("unknown", { TreatMissingData: "missing" });
    await time.pass(4 * minute);
    const states = await Promise.all(["teams", "silence", "unknown"].map(stateOf));
    expect(states).to.deep.equal(["OK", "ALARM", "INSUFFICIENT_DATA"]);
  });

  it("acts on transitions alone, through SNS, with CloudWatch's message", async () => {
    await alarm("teams", { AlarmActions: [topic], AlarmDescription: "teams do not answer" });
    await minutes(6, ["teams", 1]);
    await eventually("the action", () => sent.length > 0);
    expect(sent).to.have.length(1);
    expect(sent[0]).to.include({ TopicArn: topic, Subject: 'ALARM: "teams" in us-west-2' });
    const message = JSON.parse(sent[0]!.Message) as Record<string, unknown>;
    expect(message).to.deep.include({
      AlarmName: "teams",
      AlarmDescription: "teams do not answer",
      NewStateValue: "ALARM",
      AWSAccountId: "123456789012",
    });
    expect(message.StateChangeTime).to.match(/^2030-01-01T00:0\d:\d\d\.\d{3}\+0000$/);
    expect(message.Trigger).to.include({ MetricName: "teams", Threshold: 1, Statistic: "MAXIMUM" });
    const { AlarmHistoryItems } = await cloudWatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName: "teams" }),
    );
    const types = AlarmHistoryItems?.map(({ HistoryItemType }) => HistoryItemType);
    // The first evaluation found it OK; that has no action.
    expect(types).to.deep.equal(["Action", "StateUpdate", "StateUpdate", "ConfigurationUpdate"]);
  });

  it("raises a composite alarm only when both signals alarm", async () => {
    await alarm("teams");
    await alarm("control");
    await both();
    await minutes(4, ["teams", 1], ["control", 0]);
    expect(await stateOf("region-down")).to.equal("OK");
    sent.length = 0;
    await minutes(4, ["teams", 1], ["control", 1]);
    expect(await stateOf("region-down")).to.equal("ALARM");
    await eventually("the action", () => sent.length > 0);
    expect(sent.map(({ Subject }) => Subject)).to.deep.equal(['ALARM: "region-down" in us-west-2']);
    expect(JSON.parse(sent[0]!.Message)).to.include({
      AlarmRule: 'ALARM("teams") AND ALARM("control")',
      OldStateValue: "OK",
    });
    await minutes(4, ["teams", 0], ["control", 1]);
    await eventually("the end of it", () => sent.length > 1);
    expect(sent[1]?.Subject).to.contain("OK:");
  });

  it("judges nothing while its region is dead", async () => {
    await alarm("silence", { TreatMissingData: "breaching", AlarmActions: [topic] });
    aws.gateway.faults.loseRegion(region);
    await time.pass(10 * minute);
    aws.gateway.faults.reviveRegion(region);
    expect(await stateOf("silence")).to.equal("INSUFFICIENT_DATA");
    await time.pass(minute);
    expect(await stateOf("silence")).to.equal("ALARM");
  });

  it("sets a state by hand, with its actions, until the next evaluation", async () => {
    await alarm("teams", { AlarmActions: [topic] });
    await minutes(2, ["teams", 0]);
    const set = () =>
      cloudWatch.send(
        new SetAlarmStateCommand({
          AlarmName: "teams",
          StateValue: "ALARM",
          StateReason: "a drill",
        }),
      );
    await set();
    expect(await stateOf("teams")).to.equal("ALARM");
    await eventually("the action", () => sent.length === 1);
    await minutes(1, ["teams", 0]);
    expect(await stateOf("teams")).to.equal("OK");
    await cloudWatch.send(new DisableAlarmActionsCommand({ AlarmNames: ["teams"] }));
    await set();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sent).to.have.length(1);
  });

  it("lists metric alarms alone unless asked for composite ones", async () => {
    await alarm("teams", { Tags: [{ Key: "project", Value: "p" }] });
    await alarm("control");
    await both();
    const plain = await cloudWatch.send(new DescribeAlarmsCommand({}));
    expect(plain.MetricAlarms).to.have.length(2);
    expect(plain.CompositeAlarms).to.deep.equal([]);
    const { CompositeAlarms } = await cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmTypes: ["CompositeAlarm"] }),
    );
    expect(CompositeAlarms?.[0]).to.include({ AlarmName: "region-down", ActionsEnabled: true });
    const { Tags } = await cloudWatch.send(
      new ListTagsForResourceCommand({ ResourceARN: plain.MetricAlarms?.[0]?.AlarmArn }),
    );
    expect(Tags).to.deep.equal([{ Key: "project", Value: "p" }]);
  });

  it("refuses rules on unknown alarms, deleting what a rule needs, and metric math", async () => {
    expect(await messageOfError(both())).to.contain("[teams, control]");
    await alarm("teams");
    await alarm("control");
    await both();
    const remove = (...AlarmNames: string[]) =>
      cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames }));
    expect(await messageOfError(remove("teams"))).to.contain("region-down depends on it");
    await remove("region-down");
    await remove("teams", "control");
    expect(await nameOfError(remove("teams"))).to.equal("ResourceNotFound");
    const math = cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(0),
        EndTime: new Date(1),
        MetricDataQueries: [{ Id: "e", Expression: "m1 * 2" }],
      }),
    );
    expect(await messageOfError(math)).to.contain("metric math");
  });
});

import { expect } from "chai";
import { PublishCommand, SNSClient, type Subscription } from "@aws-sdk/client-sns";
import {
  retryPause,
  SnsDeliveryBehaviour,
} from "../../../../../local/gateway/behaviours/sns/snsDelivery";
import { AwsError } from "../../../../../local/gateway/wire/awsError";
import { startLocalAws, startOfTest, SteppedTime, type LocalAws } from "../localAws";
import { messageOfError, nameOfError } from "../refusals";

const topic = "arn:aws:sns:us-west-2:123456789012:jenkins-alarms";
const failover = "arn:aws:lambda:us-west-2:123456789012:function:jenkins-failover";

interface Envelope {
  readonly Records: { EventSource: string; Sns: Record<string, unknown> }[];
}

describe("the SNS delivery behaviour", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let sns: SNSClient;
  let behaviour: SnsDeliveryBehaviour;
  let subscriptions: Subscription[];
  let invoked: { arn: string; event: Envelope }[];
  let refusal: Error | undefined;

  beforeEach(async () => {
    time = new SteppedTime();
    behaviour = new SnsDeliveryBehaviour();
    subscriptions = [subscription("lambda", failover), subscription("email", "ops@example.com")];
    aws = await startLocalAws({
      behaviours: [behaviour],
      realTime: time,
      scale: 1,
      latencies: { overrides: { snsDelivery: "300 milliseconds" } },
      stub: {
        "sns ListSubscriptionsByTopic": (input: { TopicArn: string }) => {
          if (input.TopicArn !== topic) throw new AwsError("NotFoundException", "no topic");
          return { Subscriptions: subscriptions };
        },
      },
    });
    invoked = [];
    refusal = undefined;
    aws.gateway.world.functions = {
      invokeAsync: (arn, event) => {
        if (refusal !== undefined) return Promise.reject(refusal);
        invoked.push({ arn, event: event as Envelope });
        return Promise.resolve("request");
      },
    };
    sns = aws.client(SNSClient, "us-west-2");
  });
  afterEach(() => aws.stop());

  function subscription(Protocol: string, Endpoint: string): Subscription {
    return { Protocol, Endpoint, TopicArn: topic, SubscriptionArn: `${topic}:${Protocol}` };
  }

  const publish = (Message = "hello") =>
    sns.send(new PublishCommand({ TopicArn: topic, Message, Subject: "ALARM: region down" }));

  it("hands a function SNS's event, after a moment", async () => {
    const { MessageId } = await publish('{"NewStateValue":"ALARM"}');
    expect(invoked).to.deep.equal([]);
    await time.pass(300);
    expect(invoked[0]?.arn).to.equal(failover);
    const [record] = invoked[0]!.event.Records;
    expect(record?.EventSource).to.equal("aws:sns");
    expect(record?.Sns).to.deep.include({
      MessageId,
      TopicArn: topic,
      Subject: "ALARM: region down",
      Message: '{"NewStateValue":"ALARM"}',
      Timestamp: new Date(startOfTest).toISOString(),
    });
  });

  it("keeps what was published and what became of it", async () => {
    await publish();
    await time.pass(1000);
    expect(behaviour.published[0]).to.include({ message: "hello", subject: "ALARM: region down" });
    const outcomes = behaviour.deliveries.map(({ protocol, outcome }) => `${protocol} ${outcome}`);
    expect(outcomes).to.have.members(["lambda delivered", "email recorded"]);
  });

  it("retries while Lambda does not answer, with growing pauses, until it does", async () => {
    refusal = new Error("the region is dead");
    await publish();
    await time.pass(60_000);
    refusal = undefined;
    await time.pass(30_000);
    expect(invoked).to.have.length(1);
    const attempts = behaviour.deliveries.filter(({ protocol }) => protocol === "lambda");
    expect(attempts.length).to.be.within(10, 20);
    expect(attempts.at(-1)?.outcome).to.equal("delivered");
    const pauses = [1, 3, 4, 5, 6, 15, 16, 100_000].map(retryPause);
    expect(pauses.slice(0, 5)).to.deep.equal([0, 0, 1000, 1000, 1000]);
    expect(pauses.slice(5)).to.deep.equal([20_000, 20_000, 20_000]);
  });

  it("does not retry a function that does not exist", async () => {
    refusal = new AwsError("ResourceNotFoundException", "Function not found");
    await publish();
    await time.pass(60_000);
    expect(behaviour.deliveries.filter(({ protocol }) => protocol === "lambda")).to.have.length(1);
  });

  it("delivers nothing while the topic's own region is dead", async () => {
    await publish();
    aws.gateway.faults.loseRegion("us-west-2");
    await time.pass(60_000);
    expect(invoked).to.deep.equal([]);
    aws.gateway.faults.reviveRegion("us-west-2");
    await time.pass(30_000);
    expect(invoked).to.have.length(1);
  });

  it("delivers more than once, and late, when told to", async () => {
    behaviour.disturb({ duplicates: 2, delayMs: 600_000 });
    await publish();
    await time.pass(599_000);
    expect(invoked).to.deep.equal([]);
    await time.pass(2000);
    expect(invoked).to.have.length(3);
    const ids = invoked.map(({ event }) => event.Records[0]?.Sns.MessageId);
    expect(new Set(ids).size).to.equal(1);
    behaviour.disturb({});
    await publish();
    await time.pass(1000);
    expect(invoked).to.have.length(4);
  });

  it("refuses unknown topics and subjects that SNS would not take", async () => {
    const elsewhere = sns.send(new PublishCommand({ TopicArn: `${topic}-2`, Message: "x" }));
    expect(await nameOfError(elsewhere)).to.equal("NotFoundException");
    const long = sns.send(
      new PublishCommand({ TopicArn: topic, Message: "x", Subject: "a".repeat(101) }),
    );
    expect(await messageOfError(long)).to.contain("101 characters");
  });
});

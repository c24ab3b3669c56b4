import { randomUUID } from "node:crypto";
import {
  ListSubscriptionsByTopicCommand,
  SNSClient,
  type MessageAttributeValue,
  type PublishCommandInput,
  type Subscription,
} from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError, notModelled } from "../../wire/awsError";

/** A message as it was published; kept for the drill, which shows what people would have got. */
export interface PublishedMessage {
  /** Modelled milliseconds since the epoch. */
  readonly at: number;
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly publisher: string;
}

/** One attempt to deliver a message to one subscription. */
export interface Delivery {
  readonly at: number;
  readonly messageId: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** 1 for the first attempt; duplicates count from 1 again. */
  readonly attempt: number;
  /** `delivered`, `recorded` for people's addresses, otherwise why it failed. */
  readonly outcome: string;
}

/** A disturbance of the deliveries that begin while it holds. */
export interface DeliveryDisturbance {
  /** Extra copies of each message ("at least once"). Default 0. */
  readonly duplicates?: number;
  /** Added to each delivery, modelled milliseconds. Default 0. */
  readonly delayMs?: number;
}

/** SNS gives up on a function after 23 days and this many attempts. */
const mostAttempts = 100_015;

/**
 * Pause before the retry after `failed` failed attempts, modelled milliseconds: three at once, two
 * after a second, ten growing from 1 to 20 seconds, then every 20 seconds.
 */
export function retryPause(failed: number): number {
  if (failed <= 3) return 0;
  if (failed <= 5) return 1000;
  if (failed <= 15) return Math.min(20_000, 1000 * 2 ** ((failed - 6) / 2));
  return 20_000;
}

/** Protocols of people's addresses: nothing leaves this machine, the message is on record. */
const people = new Set(["email", "email-json", "sms", "application"]);

/**
 * SNS's delivery. Topics and subscriptions stay with the emulator; Publish is answered here, because
 * the emulator could only invoke its own functions, in Docker. Functions get SNS's event envelope
 * as an asynchronous invocation, across regions too, at least once, retried for 23 days; queues get
 * the message; mail and SMS are on record in {@link published}.
 *
 * Sources: SNS Developer Guide, "Message delivery retries" (AWS managed endpoints) and "Fanout to
 * Lambda functions"; Lambda Developer Guide, "Using AWS Lambda with Amazon SNS" (envelope).
 */
export class SnsDeliveryBehaviour implements Behaviour {
  readonly name = "SNS delivery";
  readonly service = "sns";
  readonly actions = ["Publish", "PublishBatch"];
  /** Everything published so far, oldest first. */
  readonly published: PublishedMessage[] = [];
  /** Every attempt to deliver, oldest first. */
  readonly deliveries: Delivery[] = [];
  private disturbance: DeliveryDisturbance = {};

  /** Disturbs deliveries of what is published from now on; an empty object ends it. */
  disturb(disturbance: DeliveryDisturbance): void {
    this.disturbance = disturbance;
  }

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    if (request.action === "PublishBatch") throw notModelled(request, "publish one by one");
    const input = request.input as unknown as PublishCommandInput;
    const topicArn = input.TopicArn ?? input.TargetArn;
    if (topicArn === undefined) throw notModelled(request, "only topics can be published to");
    checkMessage(input);
    const subscriptions = await subscriptionsOf(topicArn, context);
    const message: PublishedMessage = {
      at: context.clock.now(),
      messageId: randomUUID(),
      topicArn,
      message: input.Message ?? "",
      attributes: input.MessageAttributes ?? {},
      publisher: request.caller,
      ...(input.Subject === undefined ? {} : { subject: input.Subject }),
    };
    this.published.push(message);
    for (const subscription of subscriptions) this.begin(message, subscription, context);
    return answer(request, { MessageId: message.messageId });
  }

  private begin(
    message: PublishedMessage,
    subscription: Subscription,
    context: BehaviourContext,
  ): void {
    const { duplicates = 0, delayMs = 0 } = this.disturbance;
    for (let copy = 0; copy <= duplicates; copy++) {
      const delay = context.latencies.sample("snsDelivery", subscription.SubscriptionArn);
      context.clock.after(delay + delayMs, () => this.attempt(message, subscription, 1, context));
    }
  }

  private async attempt(
    message: PublishedMessage,
    subscription: Subscription,
    attempt: number,
    context: BehaviourContext,
  ): Promise<void> {
    const outcome = await this.tryDelivery(message, subscription, context);
    this.deliveries.push({
      at: context.clock.now(),
      messageId: message.messageId,
      protocol: subscription.Protocol ?? "",
      endpoint: subscription.Endpoint ?? "",
      attempt,
      outcome: outcome.says,
    });
    if (outcome.again && attempt < mostAttempts) {
      context.clock.after(retryPause(attempt), () =>
        this.attempt(message, subscription, attempt + 1, context),
      );
    }
  }

  private async tryDelivery(
    message: PublishedMessage,
    subscription: Subscription,
    context: BehaviourContext,
  ): Promise<{ says: string; again: boolean }> {
    const region = message.topicArn.split(":")[3] ?? "";
    if (!context.regionIsAlive(region)) {
      return { says: `the topic's region ${region} is dead`, again: true };
    }
    try {
      if (people.has(subscription.Protocol ?? "")) return { says: "recorded", again: false };
      await deliver(message, subscription, context);
      return { says: "delivered", again: false };
    } catch (error) {
      // A client's error (no such function) is final, everything else is tried again.
      return { says: String(error), again: !(error instanceof AwsError) };
    }
  }
}

function checkMessage({ Message, Subject }: PublishCommandInput): void {
  if (Message === undefined || Message === "") {
    throw new AwsError("InvalidParameterException", "Invalid parameter: Empty message");
  }
  if (Buffer.byteLength(Message) > 256 * 1024) {
    throw new AwsError("InvalidParameterException", "Invalid parameter: Message too long");
  }
  if (Subject !== undefined && (Subject.length > 100 || /[^\x20-\x7e]/.test(Subject))) {
    throw new AwsError(
      "InvalidParameterException",
      `Invalid parameter: Subject (${Subject.length} characters; at most 100, ASCII, one line)`,
    );
  }
}

async function subscriptionsOf(
  topicArn: string,
  context: BehaviourContext,
): Promise<Subscription[]> {
  const client = context.emulator(SNSClient, topicArn.split(":")[3] ?? "");
  const found: Subscription[] = [];
  let NextToken: string | undefined;
  do {
    try {
      const page = await client.send(
        new ListSubscriptionsByTopicCommand({
          TopicArn: topicArn,
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
      );
      found.push(...(page.Subscriptions ?? []));
      NextToken = page.NextToken;
    } catch (error) {
      if (!(error as Error).name.startsWith("NotFound")) throw error;
      throw new AwsError("NotFoundException", "Topic does not exist");
    }
  } while (NextToken !== undefined && NextToken !== "");
  return found.filter(({ SubscriptionArn }) => SubscriptionArn !== "PendingConfirmation");
}

async function deliver(
  message: PublishedMessage,
  subscription: Subscription,
  context: BehaviourContext,
): Promise<void> {
  const endpoint = subscription.Endpoint ?? "";
  switch (subscription.Protocol) {
    case "lambda":
      await context.world.functions.invokeAsync(endpoint, envelope(message, subscription));
      return;
    case "sqs": {
      const [, , , region = "", account = "", name = ""] = endpoint.split(":");
      await context.gateway(SQSClient, region).send(
        new SendMessageCommand({
          QueueUrl: `${context.endpoint}/${account}/${name}`,
          MessageBody: JSON.stringify(notification(message)),
        }),
      );
      return;
    }
    default:
      throw new AwsError(
        "NotImplementedByLocalAws",
        `The local AWS delivers no SNS messages by ${subscription.Protocol ?? "(no protocol)"}.`,
      );
  }
}

function notification(message: PublishedMessage): object {
  return {
    Type: "Notification",
    MessageId: message.messageId,
    TopicArn: message.topicArn,
    ...(message.subject === undefined ? {} : { Subject: message.subject }),
    Message: message.message,
    Timestamp: new Date(message.at).toISOString(),
    SignatureVersion: "1",
    Signature: "bm90IHNpZ25lZA==",
    SigningCertURL: "https://sns.local/SimpleNotificationService.pem",
    UnsubscribeURL: "https://sns.local/?Action=Unsubscribe",
  };
}

/** What a function gets: one record, absent subject as null, Lambda's spelling of the URLs. */
function envelope(message: PublishedMessage, subscription: Subscription): object {
  const attributes = Object.entries(message.attributes).map(([key, value]) => [
    key,
    { Type: value.DataType, Value: value.StringValue },
  ]);
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscription.SubscriptionArn,
        Sns: {
          Type: "Notification",
          MessageId: message.messageId,
          TopicArn: message.topicArn,
          Subject: message.subject ?? null,
          Message: message.message,
          Timestamp: new Date(message.at).toISOString(),
          SignatureVersion: "1",
          Signature: "bm90IHNpZ25lZA==",
          SigningCertUrl: "https://sns.local/SimpleNotificationService.pem",
          UnsubscribeUrl: "https://sns.local/?Action=Unsubscribe",
          MessageAttributes: Object.fromEntries(attributes) as object,
        },
      },
    ],
  };
}

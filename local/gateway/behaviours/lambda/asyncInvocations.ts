import { randomUUID } from "node:crypto";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { BehaviourContext } from "../../behaviour";
import { AwsError } from "../../wire/awsError";
import { asyncSettings, type DeployedFunction } from "./deployedFunction";
import type { FunctionRuntime, InvocationResult } from "./functionRuntime";

interface AsyncEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly acceptedAt: number;
  /** Attempts that ran and failed; throttled ones do not count. */
  failures: number;
  throttles: number;
  lastFailure?: InvocationResult;
}

/** Longest pause between attempts of a throttled event: 5 minutes. */
const longestThrottlePauseMs = 300_000;

/** A dead region's queue holds its events; they are looked at again this often. */
const deadRegionPauseMs = 60_000;

/**
 * Lambda's queue for asynchronous invocations
 * (docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html): a failed event is
 * retried after one minute and again after two; a throttled one for up to six hours, with pauses
 * that grow from one second to five minutes; what is given up goes to the failure destination and
 * to the dead-letter queue.
 */
export class AsyncInvocations {
  constructor(
    private readonly runtime: FunctionRuntime,
    private readonly current: (arn: string) => DeployedFunction | undefined,
  ) {}

  /** Accepts an event and returns its request id; it runs as soon as it can. */
  accept(deployed: DeployedFunction, payload: string, context: BehaviourContext): string {
    const event: AsyncEvent = {
      requestId: randomUUID(),
      payload,
      acceptedAt: context.clock.now(),
      failures: 0,
      throttles: 0,
    };
    context.clock.after(0, () => this.attempt(deployed.arn, event, context));
    return event.requestId;
  }

  private async attempt(arn: string, event: AsyncEvent, context: BehaviourContext): Promise<void> {
    const deployed = this.current(arn);
    // The queue belongs to the function and goes with it.
    if (deployed === undefined) return;
    const again = (pause: number) =>
      context.clock.after(pause, () => this.attempt(arn, event, context));
    if (!context.regionIsAlive(deployed.region)) {
      again(deadRegionPauseMs);
      return;
    }
    const { maximumAgeMs, retries } = asyncSettings(deployed);
    if (context.clock.now() - event.acceptedAt > maximumAgeMs) {
      await this.giveUp(deployed, event, "EventAgeExceeded", context);
      return;
    }
    const result = await this.runOnce(deployed, event, context);
    if (result === "throttled") {
      again(Math.min(1000 * 2 ** event.throttles++, longestThrottlePauseMs));
    } else if (!result.succeeded) {
      event.lastFailure = result;
      event.failures += 1;
      if (event.failures > retries) {
        await this.giveUp(deployed, event, "RetriesExhausted", context);
      } else {
        again(context.latencies.sample("lambdaAsyncRetry", event.requestId) * event.failures);
      }
    }
  }

  private async runOnce(
    deployed: DeployedFunction,
    event: AsyncEvent,
    context: BehaviourContext,
  ): Promise<InvocationResult | "throttled"> {
    try {
      return await this.runtime.invoke(deployed, event.payload, context, event.requestId);
    } catch (error) {
      if (error instanceof AwsError && error.code === "TooManyRequestsException")
        return "throttled";
      throw error;
    }
  }

  private async giveUp(
    deployed: DeployedFunction,
    event: AsyncEvent,
    condition: "RetriesExhausted" | "EventAgeExceeded",
    context: BehaviourContext,
  ): Promise<void> {
    const { onFailureArn, deadLetterArn } = asyncSettings(deployed);
    context.events.record({
      at: context.clock.now(),
      service: "lambda",
      region: deployed.region,
      resource: deployed.arn,
      what: `function ${deployed.name} gave up an event (${condition})`,
      detail: { requestId: event.requestId, payload: event.lastFailure?.payload ?? "" },
    });
    if (deadLetterArn !== undefined) {
      await deliver(deployed, deadLetterArn, event.payload, deadLetterAttributes(event), context);
    }
    if (onFailureArn !== undefined) {
      const record = JSON.stringify(failureRecord(deployed, event, condition, context));
      await deliver(deployed, onFailureArn, record, {}, context);
    }
  }
}

/** As in Lambda, an event whose failure destination refuses it is lost; that is put on record. */
async function deliver(
  deployed: DeployedFunction,
  arn: string,
  body: string,
  attributes: Record<string, string>,
  context: BehaviourContext,
): Promise<void> {
  try {
    await sendTo(arn, body, attributes, context);
  } catch (error) {
    context.events.record({
      at: context.clock.now(),
      service: "lambda",
      region: deployed.region,
      resource: deployed.arn,
      what: `function ${deployed.name} lost a failed event: ${arn} refused it: ${String(error)}`,
    });
  }
}

/** Message attributes of a dead letter (Developer Guide, Dead-letter queues). */
function deadLetterAttributes(event: AsyncEvent): Record<string, string> {
  const failure = JSON.parse(event.lastFailure?.payload ?? "{}") as { errorMessage?: string };
  return {
    RequestID: event.requestId,
    ErrorCode: event.lastFailure === undefined ? "429" : "200",
    ErrorMessage: failure.errorMessage ?? "The event was not processed in time.",
  };
}

/** The invocation record of a destination (Developer Guide, Destinations for asynchronous invocation). */
function failureRecord(
  deployed: DeployedFunction,
  event: AsyncEvent,
  condition: string,
  context: BehaviourContext,
): object {
  const failure = event.lastFailure;
  return {
    version: "1.0",
    timestamp: context.clock.date().toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${deployed.arn}:$LATEST`,
      condition,
      approximateInvokeCount: event.failures,
    },
    requestPayload: JSON.parse(event.payload) as unknown,
    ...(failure === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: "$LATEST",
            functionError: "Unhandled",
          },
          responsePayload: JSON.parse(failure.payload) as unknown,
        }),
  };
}

async function sendTo(
  arn: string,
  body: string,
  attributes: Record<string, string>,
  context: BehaviourContext,
): Promise<void> {
  const [, , service, region = "", account = "", name = ""] = arn.split(":");
  const messageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      { DataType: "String", StringValue: value },
    ]),
  );
  if (service === "sqs") {
    await context.gateway(SQSClient, region).send(
      new SendMessageCommand({
        QueueUrl: `${context.endpoint}/${account}/${name}`,
        MessageBody: body,
        MessageAttributes: messageAttributes,
      }),
    );
  } else if (service === "sns") {
    await context
      .gateway(SNSClient, region)
      .send(
        new PublishCommand({ TopicArn: arn, Message: body, MessageAttributes: messageAttributes }),
      );
  } else {
    throw new Error(
      `lambda: a failed event cannot be sent to '${arn}'; only SQS and SNS are modelled`,
    );
  }
}

import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  json,
  replace,
  resourceType,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, tagsIfAny } from "./tagging";

/** SQS's attribute names of the plain inputs. */
const attributes = {
  delaySeconds: "DelaySeconds",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  visibilityTimeoutSeconds: "VisibilityTimeout",
  policy: "Policy",
  redrivePolicy: "RedrivePolicy",
  redriveAllowPolicy: "RedriveAllowPolicy",
  kmsMasterKeyId: "KmsMasterKeyId",
  kmsDataKeyReusePeriodSeconds: "KmsDataKeyReusePeriodSeconds",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
  contentBasedDeduplication: "ContentBasedDeduplication",
} as const;

type QueueOperation = Operation<aws.sqs.Queue, aws.sqs.QueueArgs>;

const queue = resourceType<aws.sqs.Queue, aws.sqs.QueueArgs>({
  token: "aws:sqs/queue:Queue",
  inputs: {
    name: replace,
    fifoQueue: defaulted(replace, false),
    delaySeconds: defaulted(update, 0),
    maxMessageSize: update,
    messageRetentionSeconds: defaulted(update, 345600),
    receiveWaitTimeSeconds: defaulted(update, 0),
    visibilityTimeoutSeconds: defaulted(update, 30),
    policy: json(update),
    redrivePolicy: json(update),
    redriveAllowPolicy: json(update),
    kmsMasterKeyId: update,
    kmsDataKeyReusePeriodSeconds: update,
    sqsManagedSseEnabled: update,
    contentBasedDeduplication: update,
  },
  name: { property: "name", maxLength: 80 },
  async create(operation) {
    const { name, fifoQueue } = operation.inputs;
    const answer = await operation.call("sqs", "createQueue", {
      QueueName: name,
      Attributes: { ...given(operation), ...(fifoQueue === true ? { FifoQueue: "true" } : {}) },
      tags: tagsIfAny(operation),
    });
    return present(answer.QueueUrl, "the queue's URL");
  },
  async update(operation) {
    await operation.call("sqs", "setQueueAttributes", {
      QueueUrl: operation.id,
      Attributes: given(operation),
    });
  },
  async read(operation) {
    const { Attributes: found } = await operation.call("sqs", "getQueueAttributes", {
      QueueUrl: operation.id,
      AttributeNames: ["All"],
    });
    if (found === undefined) return undefined;
    return {
      arn: found.QueueArn,
      url: operation.id,
      name: found.QueueArn?.split(":").pop(),
      maxMessageSize: Number(found.MaximumMessageSize ?? 262144),
      messageRetentionSeconds: Number(found.MessageRetentionPeriod),
      visibilityTimeoutSeconds: Number(found.VisibilityTimeout),
      kmsDataKeyReusePeriodSeconds: Number(found.KmsDataKeyReusePeriodSeconds ?? 300),
      policy: found.Policy,
    };
  },
  retag: retagWith("sqs", {
    tag: "tagQueue",
    untag: "untagQueue",
    resource: ({ id }) => ({ QueueUrl: id }),
  }),
  async delete(operation) {
    await operation.call("sqs", "deleteQueue", { QueueUrl: operation.id });
  },
});

function given({ inputs, oldInputs }: QueueOperation): Record<string, string> {
  const written: Record<string, string> = {};
  for (const [input, name] of Object.entries(attributes)) {
    const key = input as keyof typeof attributes;
    const value = inputs[key];
    if (value !== undefined) written[name] = String(value);
    else if (oldInputs[key] !== undefined) written[name] = "";
  }
  return written;
}

type PolicyOperation = Operation<aws.sqs.QueuePolicy, aws.sqs.QueuePolicyArgs>;

const queuePolicy = resourceType<aws.sqs.QueuePolicy, aws.sqs.QueuePolicyArgs>({
  token: "aws:sqs/queuePolicy:QueuePolicy",
  inputs: { queueUrl: replace, policy: json(update) },
  async create(operation) {
    await put(operation, operation.inputs.policy);
    return operation.inputs.queueUrl;
  },
  async update(operation) {
    await put(operation, operation.inputs.policy);
  },
  async read(operation) {
    const { Attributes } = await operation.call("sqs", "getQueueAttributes", {
      QueueUrl: operation.id,
      AttributeNames: ["Policy"],
    });
    const policy = Attributes?.Policy;
    return policy === undefined ? undefined : { queueUrl: operation.id, policy };
  },
  async delete(operation) {
    await put(operation, "");
  },
});

async function put(operation: PolicyOperation, policy: unknown): Promise<void> {
  await operation.call("sqs", "setQueueAttributes", {
    QueueUrl: operation.inputs.queueUrl,
    Attributes: { Policy: policy },
  });
}

/** Queues and who may use them. */
export const types: readonly AnyResourceType[] = [queue, queuePolicy];

import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  json,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith } from "./tagging";

type TopicOperation = Operation<aws.sns.Topic, aws.sns.TopicArgs>;

/** SNS's attribute names of the plain inputs. */
const topicAttributes = {
  displayName: "DisplayName",
  policy: "Policy",
  deliveryPolicy: "DeliveryPolicy",
  kmsMasterKeyId: "KmsMasterKeyId",
  signatureVersion: "SignatureVersion",
  tracingConfig: "TracingConfig",
} as const;

const topic = resourceType<aws.sns.Topic, aws.sns.TopicArgs>({
  token: "aws:sns/topic:Topic",
  inputs: {
    name: replace,
    displayName: update,
    policy: json(update),
    deliveryPolicy: json(update),
    kmsMasterKeyId: update,
    signatureVersion: update,
    tracingConfig: update,
    fifoTopic: defaulted(replace, false),
    contentBasedDeduplication: defaulted(replace, false),
  },
  name: { property: "name", maxLength: 256 },
  async create(operation) {
    const { name, fifoTopic } = operation.inputs;
    const answer = await operation.call("sns", "createTopic", {
      Name: name,
      Attributes: fifoTopic === true ? { FifoTopic: "true" } : undefined,
      Tags: operation.tags,
    });
    const arn = present(answer.TopicArn, "the topic's ARN");
    await writeAttributes(operation.withId(arn));
    return arn;
  },
  update: writeAttributes,
  async read(operation) {
    const { Attributes } = await operation.call("sns", "getTopicAttributes", {
      TopicArn: operation.id,
    });
    if (Attributes === undefined) return undefined;
    return {
      arn: operation.id,
      name: operation.id.split(":").pop(),
      owner: Attributes.Owner ?? operation.account,
      policy: Attributes.Policy,
      displayName: Attributes.DisplayName,
      kmsMasterKeyId: Attributes.KmsMasterKeyId,
      signatureVersion: Number(Attributes.SignatureVersion ?? 1),
    };
  },
  retag: retagWith("sns", { resource: ({ id }) => ({ ResourceArn: id }) }),
  async delete(operation) {
    await operation.call("sns", "deleteTopic", { TopicArn: operation.id });
  },
});

async function writeAttributes(operation: TopicOperation): Promise<void> {
  for (const [input, AttributeName] of Object.entries(topicAttributes)) {
    const name = input as keyof typeof topicAttributes;
    const value = operation.inputs[name];
    const cleared = value === undefined && operation.oldInputs[name] !== undefined;
    if (operation.changed(name) && (value !== undefined || cleared)) {
      const AttributeValue = value === undefined ? "" : String(value);
      const TopicArn = operation.id;
      await operation.call("sns", "setTopicAttributes", {
        TopicArn,
        AttributeName,
        AttributeValue,
      });
    }
  }
}

type PolicyOperation = Operation<aws.sns.TopicPolicy, aws.sns.TopicPolicyArgs>;

const topicPolicy = resourceType<aws.sns.TopicPolicy, aws.sns.TopicPolicyArgs>({
  token: "aws:sns/topicPolicy:TopicPolicy",
  inputs: { arn: replace, policy: json(update) },
  ...putInPlace(putPolicy, ({ inputs }) => inputs.arn),
  async read(operation) {
    const { Attributes } = await operation.call("sns", "getTopicAttributes", {
      TopicArn: operation.id,
    });
    return {
      arn: operation.id,
      owner: Attributes?.Owner ?? operation.account,
      policy: Attributes?.Policy,
    };
  },
  // AWS's default policy stays behind when a topic's policy is taken away.
  async delete(operation) {
    const Statement = [
      {
        Effect: "Allow",
        Principal: { AWS: operation.account },
        Action: [
          "sns:Publish",
          "sns:Subscribe",
          "sns:SetTopicAttributes",
          "sns:GetTopicAttributes",
        ],
        Resource: operation.id,
      },
    ];
    await operation.call("sns", "setTopicAttributes", {
      TopicArn: operation.id,
      AttributeName: "Policy",
      AttributeValue: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
  },
});

async function putPolicy(operation: PolicyOperation): Promise<void> {
  await operation.call("sns", "setTopicAttributes", {
    TopicArn: operation.inputs.arn,
    AttributeName: "Policy",
    AttributeValue: operation.inputs.policy,
  });
}

/** SNS's attribute names of a subscription's inputs. */
const subscriptionAttributes = {
  rawMessageDelivery: "RawMessageDelivery",
  filterPolicy: "FilterPolicy",
  filterPolicyScope: "FilterPolicyScope",
  redrivePolicy: "RedrivePolicy",
  deliveryPolicy: "DeliveryPolicy",
} as const;

type SubscriptionOperation = Operation<aws.sns.TopicSubscription, aws.sns.TopicSubscriptionArgs>;

const subscription = resourceType<aws.sns.TopicSubscription, aws.sns.TopicSubscriptionArgs>({
  token: "aws:sns/topicSubscription:TopicSubscription",
  inputs: {
    topic: replace,
    protocol: replace,
    endpoint: replace,
    rawMessageDelivery: defaulted(update, false),
    filterPolicy: json(update),
    filterPolicyScope: update,
    redrivePolicy: json(update),
    deliveryPolicy: json(update),
    endpointAutoConfirms: defaulted(unread(update), false),
    confirmationTimeoutInMinutes: defaulted(unread(update), 1),
  },
  async create(operation) {
    const { topic: TopicArn, protocol, endpoint } = operation.inputs;
    const answer = await operation.call("sns", "subscribe", {
      TopicArn,
      Protocol: protocol,
      Endpoint: endpoint,
      Attributes: given(operation),
      ReturnSubscriptionArn: true,
    });
    return present(answer.SubscriptionArn, "the subscription's ARN");
  },
  async update(operation) {
    const attributes = given(operation) ?? {};
    for (const [AttributeName, AttributeValue] of Object.entries(attributes)) {
      await operation.call("sns", "setSubscriptionAttributes", {
        SubscriptionArn: operation.id,
        AttributeName,
        AttributeValue,
      });
    }
  },
  async read(operation) {
    const { Attributes } = await operation.call("sns", "getSubscriptionAttributes", {
      SubscriptionArn: operation.id,
    });
    if (Attributes === undefined) return undefined;
    const pending = Attributes.PendingConfirmation === "true";
    return {
      arn: operation.id,
      confirmationWasAuthenticated: !pending,
      ownerId: Attributes.Owner ?? operation.account,
      pendingConfirmation: pending,
    };
  },
  async delete(operation) {
    await operation.call("sns", "unsubscribe", { SubscriptionArn: operation.id });
  },
});

function given({ inputs }: SubscriptionOperation): Record<string, string> | undefined {
  const attributes: Record<string, string> = {};
  for (const [input, name] of Object.entries(subscriptionAttributes)) {
    const value = inputs[input as keyof typeof subscriptionAttributes];
    // SNS refuses the default of an attribute that the protocol does not have.
    if (value !== undefined && value !== false) attributes[name] = String(value);
  }
  return Object.keys(attributes).length > 0 ? attributes : undefined;
}

/** Topics, who may publish, and who listens. */
export const types: readonly AnyResourceType[] = [topic, topicPolicy, subscription];

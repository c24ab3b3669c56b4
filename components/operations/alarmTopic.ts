import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";

/** People who are told. */
export interface Subscribers {
  /** E-mail addresses; each must confirm the mail that SNS sends on the first deployment. */
  readonly emails: readonly string[];
  /** Phone numbers in E.164, e.g. `+4915112345678`. Empty by default: each message costs. */
  readonly phones: readonly string[];
}

export interface AlarmTopicArgs {
  readonly deployment: Deployment;
  /** Ends the topic's name and the sender of its text messages. */
  readonly purpose: string;
  readonly subscribers: Subscribers;
  /**
   * Customer key of the region. Its policy must let `cloudwatch.amazonaws.com` use it
   * (`kms:Decrypt`, `kms:GenerateDataKey*`): alarms cannot publish to a topic under AWS's own key,
   * and CloudWatch does not say so anywhere but in the alarm's history.
   */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** A topic that alarms of this account publish to, and people read by e-mail and SMS. */
export function createAlarmTopic(
  name: string,
  args: AlarmTopicArgs,
  parent: pulumi.Resource,
): aws.sns.Topic {
  const { prefix, accountId } = args.deployment;
  const { purpose } = args;
  const topic = new aws.sns.Topic(
    `${name}-${purpose}`,
    {
      name: `${prefix}-${purpose}`,
      displayName: `${prefix} ${purpose}`,
      kmsMasterKeyId: args.kmsKeyArn,
    },
    { parent },
  );
  new aws.sns.TopicPolicy(
    `${name}-${purpose}-policy`,
    { arn: topic.arn, policy: topicPolicy(topic.arn, accountId) },
    { parent },
  );
  // Addresses are identity: reordering the list must not move anybody's subscription.
  for (const email of args.subscribers.emails) {
    new aws.sns.TopicSubscription(
      `${name}-${purpose}-${email}`,
      { topic: topic.arn, protocol: "email", endpoint: email },
      { parent },
    );
  }
  for (const phone of args.subscribers.phones) {
    new aws.sns.TopicSubscription(
      `${name}-${purpose}-${phone}`,
      { topic: topic.arn, protocol: "sms", endpoint: phone },
      { parent },
    );
  }
  return topic;
}

/** {@link createAlarmTopic}'s topic by itself. */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError naming every bad subscriber. */
  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:operations:AlarmTopic", name, {}, opts);
    refuseProblems("AlarmTopic", subscriberProblems(args.subscribers));
    this.topicArn = createAlarmTopic(name, args, this).arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

/** What is wrong with the people who are to be told. */
export function subscriberProblems({ emails, phones }: Subscribers): ArgumentProblem[] {
  return [
    ...emails
      .filter((email) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email))
      .map((email) => ({
        path: "subscribers.emails",
        reason: `"${email}" is not an e-mail address`,
      })),
    ...phones
      .filter((phone) => !/^\+[1-9]\d{6,14}$/.test(phone))
      .map((phone) => ({
        path: "subscribers.phones",
        reason: `"${phone}" is not in E.164 form, e.g. +4915112345678`,
      })),
  ];
}

/** CloudWatch alarms of this account publish; everything else needs an identity policy and TLS. */
function topicPolicy(
  topicArn: pulumi.Input<string>,
  accountId: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AlarmsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

/** People who are told. */
export interface Subscribers {
  /** E-mail addresses; each must confirm the mail that SNS sends on the first deployment. */
  readonly emails: readonly string[];
  /** Phone numbers in E.164, e.g. `+4915112345678`. Empty by default: each message costs. */
  readonly phones: readonly string[];
}

export interface AlarmTopicsArgs {
  readonly deployment: Deployment;
  readonly subscribers: Subscribers;
  /**
   * Customer key of the region. Its policy must let `cloudwatch.amazonaws.com` use it
   * (`kms:Decrypt`, `kms:GenerateDataKey*`): alarms cannot publish to a topic under AWS's own key,
   * and CloudWatch does not say so anywhere but in the alarm's history.
   */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** A region's topics, as those who publish to them need them. */
export interface Topics {
  readonly alarmsTopicArn: pulumi.Input<string>;
  readonly announcementsTopicArn: pulumi.Input<string>;
}

/**
 * Two topics, in either role of the region. `alarms` carries the region alarm to the failover and to people; `announcements`
 * carries everything that only people need, so that no alarm about a disk can ever reach the
 * function that moves a region.
 *
 * @throws pulumi.InputPropertiesError naming every bad subscriber.
 */
export class AlarmTopics extends pulumi.ComponentResource {
  readonly alarmsTopicArn: pulumi.Output<string>;
  readonly announcementsTopicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:AlarmTopics", name, {}, opts);
    validate(args.subscribers);
    const topics = {
      alarms: this.createTopic(name, "alarms", args),
      announcements: this.createTopic(name, "announcements", args),
    };
    this.alarmsTopicArn = topics.alarms.arn;
    this.announcementsTopicArn = topics.announcements.arn;
    this.registerOutputs({
      alarmsTopicArn: this.alarmsTopicArn,
      announcementsTopicArn: this.announcementsTopicArn,
    });
  }

  private createTopic(name: string, purpose: string, args: AlarmTopicsArgs): aws.sns.Topic {
    const { prefix, accountId } = args.deployment;
    const topic = new aws.sns.Topic(
      `${name}-${purpose}`,
      {
        name: `${prefix}-${purpose}`,
        displayName: `${prefix} ${purpose}`,
        kmsMasterKeyId: args.kmsKeyArn,
      },
      { parent: this },
    );
    new aws.sns.TopicPolicy(
      `${name}-${purpose}-policy`,
      { arn: topic.arn, policy: topicPolicy(topic.arn, accountId) },
      { parent: this },
    );
    // Addresses are identity: reordering the list must not move anybody's subscription.
    for (const email of args.subscribers.emails) {
      new aws.sns.TopicSubscription(
        `${name}-${purpose}-${email}`,
        { topic: topic.arn, protocol: "email", endpoint: email },
        { parent: this },
      );
    }
    for (const phone of args.subscribers.phones) {
      new aws.sns.TopicSubscription(
        `${name}-${purpose}-${phone}`,
        { topic: topic.arn, protocol: "sms", endpoint: phone },
        { parent: this },
      );
    }
    return topic;
  }
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

function validate(subscribers: Subscribers): void {
  const errors = [
    ...subscribers.emails
      .filter((email) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email))
      .map((email) => ({
        propertyPath: "subscribers.emails",
        reason: `"${email}" is not an e-mail address`,
      })),
    ...subscribers.phones
      .filter((phone) => !/^\+[1-9]\d{6,14}$/.test(phone))
      .map((phone) => ({
        propertyPath: "subscribers.phones",
        reason: `"${phone}" is not in E.164 form, e.g. +4915112345678`,
      })),
  ];
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `AlarmTopics: ${errors.map((error) => error.reason).join("; ")}`,
      errors,
    });
  }
}

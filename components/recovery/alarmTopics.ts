import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { createAlarmTopic, subscriberProblems, type Subscribers } from "../operations/alarmTopic";

export interface AlarmTopicsArgs {
  readonly deployment: Deployment;
  readonly subscribers: Subscribers;
  /** Customer key of the region; see {@link file://../operations/alarmTopic.ts}. */
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
    refuseProblems("AlarmTopics", subscriberProblems(args.subscribers));
    const topic = (purpose: string): aws.sns.Topic =>
      createAlarmTopic(name, { ...args, purpose }, this);
    const topics = { alarms: topic("alarms"), announcements: topic("announcements") };
    this.alarmsTopicArn = topics.alarms.arn;
    this.announcementsTopicArn = topics.announcements.arn;
    this.registerOutputs({
      alarmsTopicArn: this.alarmsTopicArn,
      announcementsTopicArn: this.announcementsTopicArn,
    });
  }
}

import type { Announcement } from "../model";
import type { FailoverPlan } from "../plan";
import { type Clients, limited } from "./clients";

/** SNS takes at most 100 characters of subject. */
const subjectLength = 100;

/**
 * Publishes one message to people; its subject begins with the deployment's name. Throws when it was
 * not accepted.
 */
export async function publishAnnouncement(
  clients: Pick<Clients, "sns">,
  { prefix, announcementsTopicArn }: Pick<FailoverPlan, "prefix" | "announcementsTopicArn">,
  announcement: Announcement,
): Promise<void> {
  const { PublishCommand } = require("@aws-sdk/client-sns") as typeof import("@aws-sdk/client-sns");
  await clients.sns().send(
    new PublishCommand({
      TopicArn: announcementsTopicArn,
      Subject: `${prefix}: ${announcement.subject}`.slice(0, subjectLength),
      Message: announcement.body,
      MessageAttributes: {
        id: { DataType: "String", StringValue: announcement.id },
        severity: { DataType: "String", StringValue: announcement.severity },
      },
    }),
    limited(),
  );
}

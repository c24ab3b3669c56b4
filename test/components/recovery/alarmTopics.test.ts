import { expect } from "chai";
import { AlarmTopics } from "../../../components/recovery/alarmTopics";
import { runComponent } from "../../support/strictMocks";
import { deployment, keyArn } from "./samples";

describe("AlarmTopics", () => {
  it("subscribes people to both topics by e-mail and SMS", async () => {
    const subscribers = { emails: ["platform@example.com"], phones: ["+4915112345678"] };
    const { registrations } = await runComponent(
      () => new AlarmTopics("topics", { deployment, subscribers, kmsKeyArn: keyArn }),
    );
    const subscriptions = registrations
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .map(({ inputs }) => `${String(inputs.protocol)} ${String(inputs.endpoint)}`);
    expect(subscriptions.sort()).to.deep.equal([
      "email platform@example.com",
      "email platform@example.com",
      "sms +4915112345678",
      "sms +4915112345678",
    ]);
  });
});

import { longerThan, type TypeTable } from "../typeRow";

/** Lambda, SNS, SQS, DynamoDB, EventBridge. */
export const functionsTypes: TypeTable = {
  "aws:lambda/function:Function": {
    inputs:
      "name description code handler runtime role architectures timeout memorySize reservedConcurrentExecutions deadLetterConfig loggingConfig environment tags",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({ arn: arn("lambda", `function:${String(name)}`) }),
    refuse: ({ name, timeout }) =>
      longerThan("function name", 64, name) ??
      (Number(timeout) > 900 ? `timeout ${String(timeout)} is above 900 s` : undefined),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    inputs: "functionName maximumEventAgeInSeconds maximumRetryAttempts",
  },
  "aws:lambda/permission:Permission": {
    inputs: "action function principal sourceArn sourceAccount statementId",
  },
  "aws:lambda/invocation:Invocation": {
    inputs: "functionName input lifecycleScope",
    outputs: () => ({ result: "{}" }),
  },
  "aws:sns/topic:Topic": {
    inputs: "name displayName kmsMasterKeyId tags",
    id: ({ name }, { arn }) => arn("sns", String(name)),
    outputs: ({ name }, { arn }) => ({ arn: arn("sns", String(name)) }),
  },
  "aws:sns/topicPolicy:TopicPolicy": { inputs: "arn policy" },
  "aws:sns/topicSubscription:TopicSubscription": { inputs: "topic protocol endpoint" },
  "aws:sqs/queue:Queue": {
    inputs: "name messageRetentionSeconds sqsManagedSseEnabled tags",
    outputs: ({ name }, { arn }) => ({ arn: arn("sqs", String(name)) }),
  },
  "aws:dynamodb/table:Table": {
    inputs:
      "name billingMode hashKey attributes pointInTimeRecovery deletionProtectionEnabled serverSideEncryption ttl tags",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({ arn: arn("dynamodb", `table/${String(name)}`) }),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    inputs: "name description scheduleExpression eventPattern tags",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({ arn: arn("events", `rule/${String(name)}`) }),
  },
  "aws:cloudwatch/eventTarget:EventTarget": { inputs: "rule targetId arn input" },
};

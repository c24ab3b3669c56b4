import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
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
import { retagWith, tagsIfAny } from "./tagging";

type RuleOperation = Operation<aws.cloudwatch.EventRule, aws.cloudwatch.EventRuleArgs>;

const rule = resourceType<aws.cloudwatch.EventRule, aws.cloudwatch.EventRuleArgs>({
  token: "aws:cloudwatch/eventRule:EventRule",
  inputs: {
    name: replace,
    description: update,
    eventBusName: defaulted(replace, "default"),
    eventPattern: json(update),
    scheduleExpression: update,
    roleArn: update,
    state: update,
    forceDestroy: defaulted(unread(update), false),
  },
  name: { property: "name", maxLength: 64 },
  ...putInPlace(putRule, ({ inputs }) => inputs.name ?? ""),
  async read(operation) {
    const found = await operation.call("events", "describeRule", { Name: operation.id });
    return {
      arn: found.Arn,
      name: found.Name,
      description: found.Description,
      eventPattern: found.EventPattern,
      scheduleExpression: found.ScheduleExpression,
      isEnabled: found.State === "ENABLED",
      state: found.State,
    };
  },
  retag: retagWith("events"),
  async delete(operation) {
    await operation.call("events", "deleteRule", { Name: operation.id });
  },
});

async function putRule(operation: RuleOperation): Promise<void> {
  await operation.call("events", "putRule", {
    ...operation.arguments({ forceDestroy: undefined }),
    Tags: tagsIfAny(operation),
  });
}

type TargetOperation = Operation<aws.cloudwatch.EventTarget, aws.cloudwatch.EventTargetArgs>;

const target = resourceType<aws.cloudwatch.EventTarget, aws.cloudwatch.EventTargetArgs>({
  token: "aws:cloudwatch/eventTarget:EventTarget",
  inputs: {
    rule: replace,
    targetId: replace,
    eventBusName: defaulted(replace, "default"),
    arn: update,
    input: json(update),
    inputPath: update,
    inputTransformer: unread(update),
    roleArn: update,
    deadLetterConfig: unread(update),
    retryPolicy: unread(update),
  },
  name: { property: "targetId", maxLength: 64 },
  ...putInPlace(putTarget, ({ inputs }) => `${inputs.rule}-${inputs.targetId ?? ""}`),
  async read(operation) {
    const { rule: Rule, targetId } = known(operation);
    const { Targets } = await operation.call("events", "listTargetsByRule", { Rule });
    const found = Targets?.find(({ Id }) => Id === targetId);
    if (found === undefined) return undefined;
    return { arn: found.Arn, targetId: found.Id, input: found.Input };
  },
  async delete(operation) {
    const { rule: Rule, targetId } = known(operation);
    await operation.call("events", "removeTargets", { Rule, Ids: [targetId] });
  },
});

function known({ inputs, state }: TargetOperation) {
  return { rule: state.rule ?? inputs.rule, targetId: state.targetId ?? inputs.targetId };
}

async function putTarget(operation: TargetOperation): Promise<void> {
  const { inputs } = operation;
  const { arn, input, inputPath, inputTransformer, roleArn, deadLetterConfig, retryPolicy } =
    inputs;
  const answer = await operation.call("events", "putTargets", {
    Rule: inputs.rule,
    EventBusName: inputs.eventBusName,
    Targets: [
      {
        Id: inputs.targetId,
        Arn: arn,
        Input: input,
        InputPath: inputPath,
        InputTransformer:
          inputTransformer === undefined
            ? undefined
            : {
                InputPathsMap: inputTransformer.inputPaths,
                InputTemplate: inputTransformer.inputTemplate,
              },
        RoleArn: roleArn,
        DeadLetterConfig: deadLetterConfig,
        RetryPolicy: retryPolicy,
      },
    ],
  });
  const failure = answer.FailedEntries?.[0];
  if (failure !== undefined)
    throw new Error(`the target was refused: ${failure.ErrorMessage ?? ""}`);
}

/** Rules that call something by schedule or event. */
export const types: readonly AnyResourceType[] = [rule, target];

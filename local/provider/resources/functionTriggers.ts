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
import { retagWith, unlessMissing } from "./tagging";

const permission = resourceType<aws.lambda.Permission, aws.lambda.PermissionArgs>({
  token: "aws:lambda/permission:Permission",
  inputs: {
    statementId: replace,
    action: replace,
    function: replace,
    principal: replace,
    sourceArn: replace,
    sourceAccount: replace,
    qualifier: replace,
    principalOrgId: replace,
  },
  name: { property: "statementId", maxLength: 100 },
  async create(operation) {
    const { function: FunctionName, statementId } = operation.inputs;
    await operation.call("lambda", "addPermission", {
      ...operation.arguments({ function: undefined }),
      FunctionName,
    });
    return statementId ?? "";
  },
  async read(operation) {
    const FunctionName = operation.state.function ?? operation.inputs.function;
    const Qualifier = operation.state.qualifier ?? operation.inputs.qualifier;
    const answer = await operation.call("lambda", "getPolicy", {
      FunctionName,
      Qualifier: Qualifier === "" ? undefined : Qualifier,
    });
    const policy = JSON.parse(answer.Policy ?? "{}") as { Statement?: { Sid?: string }[] };
    const found = policy.Statement?.some(({ Sid }) => Sid === operation.id);
    return found === true ? { statementId: operation.id } : undefined;
  },
  async delete(operation) {
    await operation.call("lambda", "removePermission", {
      FunctionName: operation.state.function,
      StatementId: operation.id,
    });
  },
});

type InvokeConfigOperation = Operation<
  aws.lambda.FunctionEventInvokeConfig,
  aws.lambda.FunctionEventInvokeConfigArgs
>;

const invokeConfig = resourceType<
  aws.lambda.FunctionEventInvokeConfig,
  aws.lambda.FunctionEventInvokeConfigArgs
>({
  token: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  inputs: {
    functionName: replace,
    qualifier: replace,
    maximumEventAgeInSeconds: update,
    maximumRetryAttempts: defaulted(update, 2),
    destinationConfig: unread(update),
  },
  ...putInPlace(putInvokeConfig, ({ inputs }) => {
    const { functionName, qualifier } = inputs;
    return qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
  }),
  async read(operation) {
    const { functionName, qualifier } = operation.inputs;
    const found = await operation.call("lambda", "getFunctionEventInvokeConfig", {
      FunctionName: functionName,
      Qualifier: qualifier,
    });
    return {
      functionName,
      maximumEventAgeInSeconds: found.MaximumEventAgeInSeconds,
      maximumRetryAttempts: found.MaximumRetryAttempts,
    };
  },
  async delete(operation) {
    const { functionName, qualifier } = operation.inputs;
    await operation.call("lambda", "deleteFunctionEventInvokeConfig", {
      FunctionName: functionName,
      Qualifier: qualifier,
    });
  },
});

async function putInvokeConfig(operation: InvokeConfigOperation): Promise<void> {
  await operation.call("lambda", "putFunctionEventInvokeConfig", operation.arguments());
}

type InvocationOperation = Operation<aws.lambda.Invocation, aws.lambda.InvocationArgs>;

const invocation = resourceType<aws.lambda.Invocation, aws.lambda.InvocationArgs>({
  token: "aws:lambda/invocation:Invocation",
  inputs: {
    functionName: replace,
    input: json(replace),
    triggers: replace,
    qualifier: defaulted(replace, "$LATEST"),
    lifecycleScope: defaulted(update, "CREATE_ONLY"),
    terraformKey: defaulted(update, "tf"),
  },
  check: ({ lifecycleScope }) =>
    lifecycleScope === undefined || lifecycleScope === "CREATE_ONLY"
      ? undefined
      : `lifecycleScope ${lifecycleScope} is not modelled, only CREATE_ONLY is`,
  async create(operation) {
    const result = await invoke(operation);
    results.set(operation.urn, result);
    const { functionName, qualifier } = operation.inputs;
    return `${functionName}_${qualifier ?? ""}_${Date.now()}`;
  },
  // Which of the real provider's ways to invoke again is chosen does not matter for CREATE_ONLY.
  update: () => Promise.resolve(),
  read(operation) {
    const result = results.get(operation.urn) ?? operation.state.result ?? "";
    return Promise.resolve({ result });
  },
  delete: () => Promise.resolve(),
});

/** Results of this process's invocations: AWS does not keep them. */
const results = new Map<string, string>();

async function invoke(operation: InvocationOperation): Promise<string> {
  const { functionName, qualifier, input } = operation.inputs;
  const answer = await operation.call("lambda", "invoke", {
    FunctionName: functionName,
    Qualifier: qualifier,
    Payload: input,
    InvocationType: "RequestResponse",
  });
  const result = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError !== undefined) {
    throw new Error(`function ${functionName} failed (${answer.FunctionError}): ${result}`);
  }
  return result;
}

const eventSourceMapping = resourceType<
  aws.lambda.EventSourceMapping,
  aws.lambda.EventSourceMappingArgs
>({
  token: "aws:lambda/eventSourceMapping:EventSourceMapping",
  inputs: {
    eventSourceArn: replace,
    functionName: update,
    batchSize: update,
    enabled: defaulted(update, true),
    maximumBatchingWindowInSeconds: update,
  },
  async create(operation) {
    const answer = await operation.call("lambda", "createEventSourceMapping", {
      ...operation.arguments(),
      tags: operation.tags,
    });
    return present(answer.UUID, "the mapping's id");
  },
  async update(operation) {
    const { batchSize, enabled, functionName } = operation.inputs;
    await operation.call("lambda", "updateEventSourceMapping", {
      UUID: operation.id,
      batchSize,
      enabled,
      functionName,
    });
  },
  async read(operation) {
    const found = await operation.call("lambda", "getEventSourceMapping", { UUID: operation.id });
    return {
      arn: found.EventSourceMappingArn,
      uuid: found.UUID,
      functionArn: found.FunctionArn,
      state: found.State,
      batchSize: found.BatchSize,
    };
  },
  retag: retagWith("lambda", { resource: ({ state }) => ({ Resource: state.arn }) }),
  async delete(operation) {
    await unlessMissing(
      operation.call("lambda", "deleteEventSourceMapping", { UUID: operation.id }),
    );
  },
});

const alias = resourceType<aws.lambda.Alias, aws.lambda.AliasArgs>({
  token: "aws:lambda/alias:Alias",
  inputs: { name: replace, functionName: replace, functionVersion: update, description: update },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("lambda", "createAlias", operation.arguments());
    return present(answer.AliasArn, "the alias's ARN");
  },
  async update(operation) {
    await operation.call("lambda", "updateAlias", operation.arguments());
  },
  async read(operation) {
    const { functionName, name } = operation.inputs;
    const found = await operation.call("lambda", "getAlias", { functionName, name });
    const invoke = `arn:aws:apigateway:${operation.region}:lambda:path/2015-03-31/functions`;
    return {
      arn: found.AliasArn,
      functionVersion: found.FunctionVersion,
      invokeArn: `${invoke}/${found.AliasArn ?? ""}/invocations`,
    };
  },
  async delete(operation) {
    const { functionName, name } = operation.inputs;
    await operation.call("lambda", "deleteAlias", { functionName, name });
  },
});

/** What may call a function, what does, and what becomes of calls that fail. */
export const types: readonly AnyResourceType[] = [
  permission,
  invokeConfig,
  invocation,
  eventSourceMapping,
  alias,
];

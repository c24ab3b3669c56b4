import type * as aws from "@pulumi/aws";
import { zipOf } from "../archive";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";
import { retagWith } from "./tagging";

type FunctionOperation = Operation<aws.lambda.Function, aws.lambda.FunctionArgs>;

const lambdaFunction = resourceType<aws.lambda.Function, aws.lambda.FunctionArgs>({
  token: "aws:lambda/function:Function",
  inputs: {
    name: replace,
    description: update,
    role: update,
    handler: update,
    runtime: update,
    code: unread(update),
    sourceCodeHash: unread(update),
    packageType: defaulted(replace, "Zip"),
    architectures: update,
    memorySize: defaulted(update, 128),
    timeout: defaulted(update, 3),
    publish: defaulted(unread(update), false),
    environment: unread(update),
    reservedConcurrentExecutions: defaulted(update, -1),
    deadLetterConfig: unread(update),
    tracingConfig: unread(update),
    vpcConfig: unread(update),
    ephemeralStorage: unread(update),
    loggingConfig: unread(update),
    layers: update,
    kmsKeyArn: update,
    skipDestroy: defaulted(unread(update), false),
  },
  name: { property: "name", maxLength: 64 },
  volatile: ["lastModified", "version"],
  async create(operation) {
    const { inputs } = operation;
    await operation.call("lambda", "createFunction", {
      ...configuration(operation),
      FunctionName: inputs.name,
      PackageType: inputs.packageType,
      Architectures: inputs.architectures,
      Publish: inputs.publish,
      Code: { ZipFile: zipOf(inputs.code) },
      Tags: operation.tags,
    });
    const name = inputs.name ?? "";
    await untilActive(operation.withId(name));
    await writeConcurrency(operation.withId(name));
    return name;
  },
  ready: untilActive,
  async update(operation) {
    const { inputs, id: FunctionName } = operation;
    if (operation.changed("code", "sourceCodeHash", "architectures")) {
      await operation.call("lambda", "updateFunctionCode", {
        FunctionName,
        ZipFile: zipOf(inputs.code),
        Architectures: inputs.architectures,
        Publish: inputs.publish,
      });
      await untilActive(operation);
    }
    if (operation.changed(...configured)) {
      await operation.call("lambda", "updateFunctionConfiguration", {
        FunctionName,
        ...configuration(operation),
      });
      await untilActive(operation);
    }
    await writeConcurrency(operation);
  },
  async read(operation) {
    const answer = await operation.call("lambda", "getFunction", { FunctionName: operation.id });
    const found = answer.Configuration;
    if (found === undefined) return undefined;
    const arn = present(found.FunctionArn, "the function's ARN").replace(/:\$LATEST$/, "");
    const version = found.Version ?? "$LATEST";
    const invoke = `arn:aws:apigateway:${operation.region}:lambda:path/2015-03-31/functions`;
    return {
      architectures: found.Architectures,
      arn,
      codeSha256: found.CodeSha256,
      description: found.Description,
      handler: found.Handler,
      invokeArn: `${invoke}/${arn}/invocations`,
      lastModified: found.LastModified,
      layers: found.Layers?.map(({ Arn }) => Arn ?? ""),
      memorySize: found.MemorySize,
      name: found.FunctionName,
      packageType: found.PackageType,
      qualifiedArn: `${arn}:${version}`,
      qualifiedInvokeArn: `${invoke}/${arn}:${version}/invocations`,
      reservedConcurrentExecutions: answer.Concurrency?.ReservedConcurrentExecutions ?? -1,
      role: found.Role,
      runtime: found.Runtime,
      sourceCodeSize: found.CodeSize,
      timeout: found.Timeout,
      version,
    };
  },
  retag: retagWith("lambda", { resource: ({ state }) => ({ Resource: state.arn }) }),
  async delete(operation) {
    if (operation.inputs.skipDestroy === true) return;
    await operation.call("lambda", "deleteFunction", { FunctionName: operation.id });
  },
});

/** Inputs that UpdateFunctionConfiguration writes. */
const configured = [
  "description",
  "role",
  "handler",
  "runtime",
  "memorySize",
  "timeout",
  "environment",
  "deadLetterConfig",
  "tracingConfig",
  "vpcConfig",
  "ephemeralStorage",
  "loggingConfig",
  "layers",
  "kmsKeyArn",
] as const;

function configuration({ inputs }: FunctionOperation): Properties {
  const { loggingConfig } = inputs;
  return {
    ...Object.fromEntries(configured.map((name) => [name, inputs[name]])),
    loggingConfig:
      loggingConfig === undefined
        ? undefined
        : {
            LogFormat: loggingConfig.logFormat,
            LogGroup: loggingConfig.logGroup,
            ApplicationLogLevel: loggingConfig.applicationLogLevel,
            SystemLogLevel: loggingConfig.systemLogLevel,
          },
  };
}

async function untilActive(operation: FunctionOperation): Promise<void> {
  await operation.untilTrue("active", async () => {
    const answer = await operation.call("lambda", "getFunctionConfiguration", {
      FunctionName: operation.id,
    });
    const { State = "Active", LastUpdateStatus = "Successful" } = answer;
    return State === "Active" && LastUpdateStatus === "Successful";
  });
}

async function writeConcurrency(operation: FunctionOperation): Promise<void> {
  const limit = operation.inputs.reservedConcurrentExecutions ?? -1;
  const before = operation.oldInputs.reservedConcurrentExecutions ?? -1;
  if (limit === before) return;
  const FunctionName = operation.id;
  if (limit >= 0) {
    await operation.call("lambda", "putFunctionConcurrency", {
      FunctionName,
      ReservedConcurrentExecutions: limit,
    });
  } else {
    await operation.call("lambda", "deleteFunctionConcurrency", { FunctionName });
  }
}

/** Functions. */
export const types: readonly AnyResourceType[] = [lambdaFunction];

import type {
  AddPermissionCommandInput,
  CreateFunctionCommandInput,
  InvokeCommandInput,
  ListTagsCommandInput,
  PutFunctionConcurrencyCommandInput,
  PutFunctionEventInvokeConfigCommandInput,
  RemovePermissionCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError, notModelled } from "../../wire/awsError";
import { AsyncInvocations } from "./asyncInvocations";
import {
  codeFacts,
  configurationOf,
  createFunction,
  lambdaTimestamp,
  nameOf,
  notFound,
  reconfigure,
  type DeployedFunction,
} from "./deployedFunction";
import { eventInvokeConfigOf, setEventInvokeConfig } from "./eventInvokeConfig";
import { addPermission, policyOf, removePermission } from "./functionPolicy";
import { FunctionRuntime, type FunctionRuntimeOptions } from "./functionRuntime";
import { payloadText } from "./invocationPayload";

type Operation = (
  input: never,
  region: string,
  context: BehaviourContext,
) => object | Promise<object>;

/** What an invocation's log tail returns: the last 4 kB. */
const logTailBytes = 4096;

/**
 * AWS Lambda, kept here whole: the emulator can only run functions in Docker. The deployed zip is
 * unpacked and run by a bare Node process (see {@link FunctionRuntime}), so that what is tested is
 * what would be deployed. IAM is not enforced; layers, images, versions and event source mappings
 * are refused.
 *
 * Source: Lambda API reference and Developer Guide (docs.aws.amazon.com/lambda/latest/dg).
 */
export class LambdaBehaviour implements Behaviour {
  readonly name = "Lambda";
  readonly service = "lambda";
  readonly actions = ["*"];
  /** Logs, finished invocations, and the kill switch of running processes. */
  readonly runtime: FunctionRuntime;
  private readonly functions = new Map<string, DeployedFunction>();
  private readonly queue: AsyncInvocations;

  constructor(options: FunctionRuntimeOptions = {}) {
    this.runtime = new FunctionRuntime(options);
    this.queue = new AsyncInvocations(this.runtime, (arn) => this.functions.get(arn));
  }

  start(context: BehaviourContext): void {
    context.world.functions = {
      invokeAsync: async (functionArn, event) => {
        const region = functionArn.split(":")[3] ?? "";
        if (!context.regionIsAlive(region)) {
          throw new Error(`Lambda in ${region} does not answer: the region is dead`);
        }
        const deployed = this.find(functionArn, region);
        return Promise.resolve(this.queue.accept(deployed, JSON.stringify(event), context));
      },
    };
  }

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const operation = this.operations[request.action];
    if (operation === undefined) {
      throw notModelled(request, "only functions, their policies and invocations are");
    }
    return answer(request, await operation(request.input as never, request.region, context));
  }

  regionChanged(region: string, alive: boolean): void {
    if (!alive) this.runtime.killRegion(region);
  }

  async stop(): Promise<void> {
    await this.runtime.stop();
  }

  private readonly operations: Readonly<Record<string, Operation>> = {
    CreateFunction: (input: CreateFunctionCommandInput, region, context) => {
      const now = context.clock.now();
      const settledAt = now + context.latencies.sample("lambdaUpdate", input.FunctionName);
      const deployed = createFunction(input, region, now, settledAt);
      if (this.functions.has(deployed.arn)) {
        throw new AwsError("ResourceConflictException", `Function already exist: ${deployed.name}`);
      }
      this.functions.set(deployed.arn, deployed);
      return { ...configurationOf(deployed, now), State: "Pending" };
    },
    GetFunction: (input: Named, region, context) => {
      const deployed = this.find(input.FunctionName, region);
      return {
        Configuration: configurationOf(deployed, context.clock.now()),
        Code: {
          RepositoryType: "S3",
          Location: `${context.endpoint}/local-lambda/${deployed.name}`,
        },
        Tags: deployed.tags,
        ...(deployed.reservedConcurrency === undefined
          ? {}
          : { Concurrency: { ReservedConcurrentExecutions: deployed.reservedConcurrency } }),
      };
    },
    GetFunctionConfiguration: (input: Named, region, context) =>
      configurationOf(this.find(input.FunctionName, region), context.clock.now()),
    ListFunctions: (_input: object, region, context) => ({
      Functions: [...this.functions.values()]
        .filter((deployed) => deployed.region === region)
        .map((deployed) => configurationOf(deployed, context.clock.now())),
    }),
    ListVersionsByFunction: (input: Named, region, context) => ({
      Versions: [configurationOf(this.find(input.FunctionName, region), context.clock.now())],
    }),
    UpdateFunctionCode: (input: UpdateFunctionCodeCommandInput, region, context) => {
      const deployed = this.findSettled(input.FunctionName, region, context);
      if (input.ZipFile === undefined) {
        throw new AwsError(
          "NotImplementedByLocalAws",
          "The local AWS does not model UpdateFunctionCode without ZipFile: send the package in the call.",
          501,
        );
      }
      deployed.code = Buffer.from(input.ZipFile);
      deployed.configuration = {
        ...deployed.configuration,
        ...codeFacts(deployed.code),
        ...(input.Architectures === undefined ? {} : { Architectures: input.Architectures }),
        LastModified: lambdaTimestamp(context.clock.now()),
        RevisionId: randomUUID(),
      };
      return this.updated(deployed, context);
    },
    UpdateFunctionConfiguration: (
      input: UpdateFunctionConfigurationCommandInput,
      region,
      context,
    ) => {
      const deployed = this.findSettled(input.FunctionName, region, context);
      reconfigure(deployed, input, context.clock.now());
      return this.updated(deployed, context);
    },
    DeleteFunction: (input: Named, region) => {
      const deployed = this.find(input.FunctionName, region);
      this.functions.delete(deployed.arn);
      this.runtime.forget(deployed);
      return {};
    },
    GetFunctionCodeSigningConfig: (input: Named, region) => ({
      FunctionName: this.find(input.FunctionName, region).name,
    }),
    PutFunctionConcurrency: (input: PutFunctionConcurrencyCommandInput, region) => {
      const deployed = this.find(input.FunctionName, region);
      deployed.reservedConcurrency = input.ReservedConcurrentExecutions ?? 0;
      return { ReservedConcurrentExecutions: deployed.reservedConcurrency };
    },
    GetFunctionConcurrency: (input: Named, region) => {
      const { reservedConcurrency } = this.find(input.FunctionName, region);
      return reservedConcurrency === undefined
        ? {}
        : { ReservedConcurrentExecutions: reservedConcurrency };
    },
    DeleteFunctionConcurrency: (input: Named, region) => {
      delete this.find(input.FunctionName, region).reservedConcurrency;
      return {};
    },
    PutFunctionEventInvokeConfig: (
      input: PutFunctionEventInvokeConfigCommandInput,
      region,
      context,
    ) => setEventInvokeConfig(this.find(input.FunctionName, region), input, context.clock.now()),
    UpdateFunctionEventInvokeConfig: (
      input: PutFunctionEventInvokeConfigCommandInput,
      region,
      context,
    ) => {
      const deployed = this.find(input.FunctionName, region);
      const whole = { ...deployed.eventInvokeConfig, ...input };
      return setEventInvokeConfig(deployed, whole, context.clock.now());
    },
    GetFunctionEventInvokeConfig: (input: Named, region) =>
      eventInvokeConfigOf(this.find(input.FunctionName, region)),
    ListFunctionEventInvokeConfigs: (input: Named, region) => {
      const deployed = this.find(input.FunctionName, region);
      const configured = deployed.eventInvokeConfig !== undefined;
      return { FunctionEventInvokeConfigs: configured ? [eventInvokeConfigOf(deployed)] : [] };
    },
    DeleteFunctionEventInvokeConfig: (input: Named, region) => {
      delete this.find(input.FunctionName, region).eventInvokeConfig;
      return {};
    },
    AddPermission: (input: AddPermissionCommandInput, region) =>
      addPermission(this.find(input.FunctionName, region), input),
    RemovePermission: (input: RemovePermissionCommandInput, region) =>
      removePermission(this.find(input.FunctionName, region), input),
    GetPolicy: (input: Named, region) => policyOf(this.find(input.FunctionName, region)),
    TagResource: (input: TagResourceCommandInput, region) => {
      Object.assign(this.find(input.Resource, region).tags, input.Tags);
      return {};
    },
    UntagResource: (input: UntagResourceCommandInput, region) => {
      const deployed = this.find(input.Resource, region);
      const gone = new Set(input.TagKeys);
      deployed.tags = Object.fromEntries(
        Object.entries(deployed.tags).filter(([key]) => !gone.has(key)),
      );
      return {};
    },
    ListTags: (input: ListTagsCommandInput, region) => ({
      Tags: this.find(input.Resource, region).tags,
    }),
    Invoke: (input: InvokeCommandInput, region, context) => this.invoke(input, region, context),
  };

  private async invoke(
    input: InvokeCommandInput,
    region: string,
    context: BehaviourContext,
  ): Promise<object> {
    const deployed = this.find(input.FunctionName, region);
    this.refusePending(deployed, context);
    const payload = payloadText(input);
    if (input.InvocationType === "DryRun") return { StatusCode: 204 };
    if (input.InvocationType === "Event") {
      this.queue.accept(deployed, payload, context);
      return { StatusCode: 202 };
    }
    const result = await this.runtime.invoke(deployed, payload, context);
    const tail = Buffer.from(result.log.join("\n")).subarray(-logTailBytes).toString("base64");
    return {
      StatusCode: 200,
      ExecutedVersion: "$LATEST",
      Payload: Buffer.from(result.payload),
      ...(result.succeeded ? {} : { FunctionError: "Unhandled" }),
      ...(input.LogType === "Tail" ? { LogResult: tail } : {}),
    };
  }

  private updated(deployed: DeployedFunction, context: BehaviourContext): object {
    const now = context.clock.now();
    deployed.settledAt = now + context.latencies.sample("lambdaUpdate", deployed.name);
    this.runtime.forget(deployed);
    return configurationOf(deployed, now);
  }

  private find(nameOrArn: string | undefined, region: string): DeployedFunction {
    const name = nameOf(nameOrArn ?? "");
    for (const deployed of this.functions.values()) {
      if (deployed.region === region && deployed.name === name) return deployed;
    }
    throw notFound(`Function not found: ${nameOrArn ?? ""} in ${region}`);
  }

  /** Lambda refuses an update while the one before is still in progress. */
  private findSettled(
    nameOrArn: string | undefined,
    region: string,
    context: BehaviourContext,
  ): DeployedFunction {
    const deployed = this.find(nameOrArn, region);
    if (context.clock.now() < deployed.settledAt) {
      throw new AwsError(
        "ResourceConflictException",
        `The operation cannot be performed at this time. An update is in progress for resource: ${deployed.arn}`,
      );
    }
    return deployed;
  }

  private refusePending(deployed: DeployedFunction, context: BehaviourContext): void {
    if (context.clock.now() >= deployed.activeAt) return;
    throw new AwsError(
      "ResourceConflictException",
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
  }
}

interface Named {
  readonly FunctionName: string;
}

import { createHash, randomUUID } from "node:crypto";
import type {
  CreateFunctionCommandInput,
  FunctionConfiguration,
  PutFunctionEventInvokeConfigRequest,
  UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../../wire/awsError";
import { accountId } from "../accountId";

/** What Lambda knows of one function in one region. */
export interface DeployedFunction {
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  configuration: FunctionConfiguration;
  /** The deployment package, a zip file. */
  code: Buffer;
  tags: Record<string, string>;
  /** Absent: draws from the account's unreserved pool. */
  reservedConcurrency?: number;
  eventInvokeConfig?: PutFunctionEventInvokeConfigRequest & { readonly lastModified: number };
  /** Statements of the resource policy by id. */
  readonly policy: Map<string, object>;
  /** Modelled time from which a new function can be invoked. */
  readonly activeAt: number;
  /** Modelled time at which the last update is in effect. */
  settledAt: number;
}

/** Asynchronous invocation as configured, or Lambda's defaults. */
export interface AsyncSettings {
  /** Retries after the first attempt. 0–2, default 2. */
  readonly retries: number;
  /** 60 s–6 h, default 6 h; modelled milliseconds. */
  readonly maximumAgeMs: number;
  readonly onFailureArn?: string;
  readonly deadLetterArn?: string;
}

/** Names that Lambda sets itself and therefore refuses. */
const reservedVariables =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_DEFAULT_REGION|AWS_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

const nodeRuntime = /^nodejs\d+\.x$/;

/** What Lambda says of a function, statement or configuration that does not exist. */
export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

function notModelled(property: string, why: string): AwsError {
  const message = `The local AWS does not model ${property} of a Lambda function: ${why}`;
  return new AwsError("NotImplementedByLocalAws", message, 501);
}

/** Settings that would change what runs and that the sandbox could not honour. */
function refuseUnmodelled(input: CreateFunctionCommandInput): void {
  if (input.PackageType === "Image") throw notModelled("PackageType Image", "use a zip package.");
  if (input.Code?.ZipFile === undefined) {
    throw notModelled("Code without ZipFile", "send the package in the call.");
  }
  if (!nodeRuntime.test(input.Runtime ?? "")) {
    throw notModelled(`Runtime ${input.Runtime ?? "(none)"}`, "only nodejs runtimes run here.");
  }
  if ((input.Layers ?? []).length > 0) throw notModelled("Layers", "bundle the modules.");
  if ((input.FileSystemConfigs ?? []).length > 0) {
    throw notModelled("FileSystemConfigs", "a function here has no file system mounted.");
  }
}

function checkLimits(input: UpdateFunctionConfigurationCommandInput): void {
  const timeout = input.Timeout ?? 3;
  if (timeout < 1 || timeout > 900) {
    throw invalid(`Timeout is ${timeout}; it must be 1 to 900 seconds.`);
  }
  const memory = input.MemorySize ?? 128;
  if (memory < 128 || memory > 10240) {
    throw invalid(`MemorySize is ${memory}; it must be 128 to 10240 MB.`);
  }
  for (const key of Object.keys(input.Environment?.Variables ?? {})) {
    if (reservedVariables.test(key)) {
      throw invalid(
        `Lambda was unable to configure your environment variables because the environment variables ` +
          `you have provided contains reserved keys that are currently not supported for modification. ` +
          `Reserved keys used in this request: ${key}`,
      );
    }
  }
}

/** Members of CreateFunction's input that its output does not repeat. */
const notConfiguration = ["Code", "Tags", "Publish", "CodeSigningConfigArn"];

/** A copy without the named members and without those that are undefined. */
function without(input: object, names: readonly string[]): object {
  const entries = Object.entries(input) as [string, unknown][];
  return Object.fromEntries(
    entries.filter(([key, value]) => value !== undefined && !names.includes(key)),
  );
}

/** Lambda's own timestamp format: with an explicit zone and without `Z`. */
export function lambdaTimestamp(now: number): string {
  return new Date(now).toISOString().replace("Z", "+0000");
}

/** Hash and size as Lambda reports them of a package. */
export function codeFacts(code: Buffer): { CodeSha256: string; CodeSize: number } {
  return { CodeSha256: createHash("sha256").update(code).digest("base64"), CodeSize: code.length };
}

/** A checked, new function with Lambda's defaults (API reference, CreateFunction). */
export function createFunction(
  input: CreateFunctionCommandInput,
  region: string,
  now: number,
  settledAt: number,
): DeployedFunction {
  refuseUnmodelled(input);
  checkLimits(input);
  if (input.Role === undefined || !/^arn:aws[a-z-]*:iam::\d{12}:role\//.test(input.Role)) {
    throw invalid(`Role is ${input.Role ?? "missing"}; it must be the ARN of an IAM role.`);
  }
  const name = nameOf(input.FunctionName ?? "");
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const code = Buffer.from(input.Code?.ZipFile ?? []);
  return {
    region,
    name,
    arn,
    code,
    tags: { ...input.Tags },
    policy: new Map(),
    activeAt: settledAt,
    settledAt,
    configuration: {
      Description: "",
      Timeout: 3,
      MemorySize: 128,
      PackageType: "Zip",
      Architectures: ["x86_64"],
      TracingConfig: { Mode: "PassThrough" },
      EphemeralStorage: { Size: 512 },
      ...(without(input, notConfiguration) as FunctionConfiguration),
      FunctionName: name,
      FunctionArn: arn,
      Version: "$LATEST",
      LastModified: lambdaTimestamp(now),
      RevisionId: randomUUID(),
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}`, ...input.LoggingConfig },
      ...codeFacts(code),
    },
  };
}

/** Applies UpdateFunctionConfiguration: what is absent stays as it is. */
export function reconfigure(
  deployed: DeployedFunction,
  input: UpdateFunctionConfigurationCommandInput,
  now: number,
): void {
  checkLimits(input);
  if (input.Runtime !== undefined && !nodeRuntime.test(input.Runtime)) {
    throw notModelled(`Runtime ${input.Runtime}`, "only nodejs runtimes run here.");
  }
  if ((input.Layers ?? []).length > 0) throw notModelled("Layers", "bundle the modules.");
  deployed.configuration = {
    ...deployed.configuration,
    ...(without(input, ["FunctionName", "RevisionId"]) as FunctionConfiguration),
    LastModified: lambdaTimestamp(now),
    RevisionId: randomUUID(),
  };
}

/** A function's bare name from a name, a partial ARN or an ARN, with or without `:$LATEST`. */
export function nameOf(nameOrArn: string): string {
  const match =
    /^(?:arn:[^:]+:lambda:[^:]+:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(.+))?$/.exec(
      nameOrArn,
    );
  if (match?.[1] === undefined) {
    throw new AwsError(
      "ValidationException",
      `'${nameOrArn}' is not the name or ARN of a function.`,
    );
  }
  if (match[2] !== undefined && match[2] !== "$LATEST") {
    throw notModelled(`Qualifier ${match[2]}`, "only $LATEST exists here.");
  }
  return match[1];
}

/** How asynchronous invocations of the function are retried and where failures go. */
export function asyncSettings(deployed: DeployedFunction): AsyncSettings {
  const configured = deployed.eventInvokeConfig;
  const onFailureArn = configured?.DestinationConfig?.OnFailure?.Destination;
  const deadLetterArn = deployed.configuration.DeadLetterConfig?.TargetArn;
  return {
    retries: configured?.MaximumRetryAttempts ?? 2,
    maximumAgeMs: (configured?.MaximumEventAgeInSeconds ?? 6 * 3600) * 1000,
    ...(onFailureArn === undefined ? {} : { onFailureArn }),
    ...(deadLetterArn === undefined || deadLetterArn === "" ? {} : { deadLetterArn }),
  };
}

/** A function's configuration as the API answers it at a modelled time. */
export function configurationOf(deployed: DeployedFunction, now: number): FunctionConfiguration {
  return {
    ...deployed.configuration,
    State: now < deployed.activeAt ? "Pending" : "Active",
    LastUpdateStatus: now < deployed.settledAt ? "InProgress" : "Successful",
  };
}

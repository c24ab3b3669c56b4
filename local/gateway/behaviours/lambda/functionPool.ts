import path from "node:path";
import fs from "node:fs";
import { unzipSync } from "fflate";
import { AwsError } from "../../wire/awsError";
import type { BehaviourContext } from "../../behaviour";
import type { DeployedFunction } from "./deployedFunction";
import { Sandbox } from "./sandbox";
import type { RuntimeFolder } from "./runtimeFolder";
import type { TimeBase } from "./runtime/protocol";

/**
 * Execution environments that a function without reserved concurrency may have at once. Lambda's
 * account default is 1,000; here each is a process on the developer's machine, where a schedule that
 * comes faster than a slow machine can follow would otherwise pile them up.
 */
const unreservedConcurrency = 3;

/** Folder of the project, whose `node_modules` holds the AWS SDK that Lambda's runtime carries. */
const projectRoot = path.resolve(__dirname, "../../../..");

/** What a pool needs from the runtime around it. */
export interface PoolSurroundings {
  readonly context: BehaviourContext;
  readonly folder: RuntimeFolder;
  readonly onLine: (sandbox: Sandbox, line: string) => void;
}

/** The execution environments of one deployed version of one function: warm ones are used again. */
export class FunctionPool {
  private readonly idle: Sandbox[] = [];
  private readonly busy = new Set<Sandbox>();
  private readonly taskRoot: string;
  private started = 0;

  constructor(
    private readonly deployed: DeployedFunction,
    private readonly surroundings: PoolSurroundings,
  ) {
    this.taskRoot = surroundings.folder.newTaskRoot();
    unpack(deployed.code, this.taskRoot);
  }

  /**
   * Takes an environment for one invocation.
   * @throws AwsError TooManyRequestsException when the function's concurrency is used up.
   */
  take(): { readonly sandbox: Sandbox; readonly cold: boolean } {
    const limit = this.deployed.reservedConcurrency ?? unreservedConcurrency;
    if (this.busy.size >= limit) {
      throw new AwsError("TooManyRequestsException", "Rate Exceeded.", undefined, {
        Reason:
          this.deployed.reservedConcurrency === undefined
            ? "ConcurrentInvocationLimitExceeded"
            : "ReservedFunctionConcurrentInvocationLimitExceeded",
      });
    }
    const warm = this.takeWarm();
    const sandbox = warm ?? this.startSandbox();
    this.busy.add(sandbox);
    return { sandbox, cold: warm === undefined };
  }

  /** Gives the environment back: warm if its process lives on, otherwise forgotten. */
  giveBack(sandbox: Sandbox): void {
    this.busy.delete(sandbox);
    if (sandbox.alive) this.idle.push(sandbox);
  }

  /** Tells running invocations that the clock has changed its pace. */
  follow(time: TimeBase): void {
    for (const sandbox of this.busy) sandbox.follow(time);
  }

  /** Kills the processes of running invocations and returns how many there were. */
  async killBusy(): Promise<number> {
    const victims = [...this.busy];
    await Promise.all(victims.map((sandbox) => sandbox.kill()));
    return victims.length;
  }

  /** Ends idle environments; running ones end after their invocation, as on a Lambda update. */
  async retire(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((sandbox) => sandbox.kill()));
  }

  /** Kills every process. */
  async stop(): Promise<void> {
    await Promise.all([this.retire(), this.killBusy()]);
  }

  private takeWarm(): Sandbox | undefined {
    for (;;) {
      const sandbox = this.idle.pop();
      if (sandbox === undefined || sandbox.alive) return sandbox;
    }
  }

  private startSandbox(): Sandbox {
    const number = ++this.started;
    const { context, folder, onLine } = this.surroundings;
    const edge = context.world.loadBalancerEdge;
    const sandbox: Sandbox = new Sandbox({
      bootstrap: folder.bootstrap,
      environment: environmentOf(this.deployed, this.taskRoot, context, number),
      memoryMb: this.deployed.configuration.MemorySize ?? 128,
      settings: {
        taskRoot: this.taskRoot,
        sdkRoot: projectRoot,
        time: timeBase(context),
        ...(edge === undefined ? {} : { loadBalancerEdge: edge }),
      },
      onLine: (line) => {
        onLine(sandbox, line);
      },
    });
    return sandbox;
  }
}

/** The gateway's clock, told so that another process can follow it. */
export function timeBase(context: BehaviourContext): TimeBase {
  const { pace, scale } = context.clock;
  return { modelledMs: context.clock.now(), realMs: Date.now(), pace, scale };
}

function unpack(zip: Buffer, folder: string): void {
  let entries: ReturnType<typeof unzipSync>;
  try {
    entries = unzipSync(zip);
  } catch (error) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Could not unzip uploaded file. Please check your file, then try to upload again. (${String(error)})`,
    );
  }
  for (const [name, content] of Object.entries(entries)) {
    const target = path.resolve(folder, name);
    if (!target.startsWith(folder + path.sep)) {
      throw new AwsError(
        "InvalidParameterValueException",
        `The package's entry '${name}' lies outside of the package.`,
      );
    }
    if (name.endsWith("/")) {
      fs.mkdirSync(target, { recursive: true });
    } else {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, content);
    }
  }
}

/**
 * The environment of docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (defined
 * runtime variables), the gateway as endpoint, and nothing of the gateway's own environment: the
 * user's AWS credentials, profiles and proxies must not reach a function.
 */
function environmentOf(
  deployed: DeployedFunction,
  taskRoot: string,
  context: BehaviourContext,
  number: number,
): Record<string, string> {
  const { configuration, region, name } = deployed;
  return {
    ...configuration.Environment?.Variables,
    _HANDLER: configuration.Handler ?? "",
    TZ: "UTC",
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: taskRoot,
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime ?? ""}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize ?? 128),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${number}`,
    AWS_ACCESS_KEY_ID: "ASIALOCALFUNCTION000",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_ENDPOINT_URL: context.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: path.join(taskRoot, ".aws-config-none"),
    AWS_SHARED_CREDENTIALS_FILE: path.join(taskRoot, ".aws-credentials-none"),
    // Tells the gateway's record of calls which function called.
    AWS_SDK_UA_APP_ID: name.slice(0, 50),
  };
}

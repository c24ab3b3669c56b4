import { NormalizedSchema } from "@smithy/core/schema";
import type { ACM } from "@aws-sdk/client-acm";
import type { ApplicationAutoScaling } from "@aws-sdk/client-application-auto-scaling";
import type { AutoScaling } from "@aws-sdk/client-auto-scaling";
import type { Backup } from "@aws-sdk/client-backup";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECR } from "@aws-sdk/client-ecr";
import type { ECS } from "@aws-sdk/client-ecs";
import type { EFS } from "@aws-sdk/client-efs";
import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { GlobalAccelerator } from "@aws-sdk/client-global-accelerator";
import type { IAM } from "@aws-sdk/client-iam";
import type { Imagebuilder } from "@aws-sdk/client-imagebuilder";
import type { KMS } from "@aws-sdk/client-kms";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { RDS } from "@aws-sdk/client-rds";
import type { Route53 } from "@aws-sdk/client-route-53";
import type { S3 } from "@aws-sdk/client-s3";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import type { WAFV2 } from "@aws-sdk/client-wafv2";
import { shapeInput } from "./requestShape";
import { isProperties, type Properties } from "./wire";

/** The AWS services that the provider calls, by the name that the resource files use. */
export interface Services {
  acm: ACM;
  appAutoScaling: ApplicationAutoScaling;
  autoScaling: AutoScaling;
  backup: Backup;
  cloudWatch: CloudWatch;
  dynamodb: DynamoDB;
  ec2: EC2;
  ecr: ECR;
  ecs: ECS;
  efs: EFS;
  elb: ElasticLoadBalancingV2;
  events: EventBridge;
  globalAccelerator: GlobalAccelerator;
  iam: IAM;
  imageBuilder: Imagebuilder;
  kms: KMS;
  lambda: Lambda;
  logs: CloudWatchLogs;
  rds: RDS;
  route53: Route53;
  s3: S3;
  scheduler: Scheduler;
  secretsManager: SecretsManager;
  sns: SNS;
  sqs: SQS;
  ssm: SSM;
  sts: STS;
  waf: WAFV2;
}

/** Package of each service's client and, for services with one control plane, where that answers. */
const packages: Record<keyof Services, readonly [client: string, onlyRegion?: string]> = {
  acm: ["acm"],
  appAutoScaling: ["application-auto-scaling"],
  autoScaling: ["auto-scaling"],
  backup: ["backup"],
  cloudWatch: ["cloudwatch"],
  dynamodb: ["dynamodb"],
  ec2: ["ec2"],
  ecr: ["ecr"],
  ecs: ["ecs"],
  efs: ["efs"],
  elb: ["elastic-load-balancing-v2"],
  events: ["eventbridge"],
  globalAccelerator: ["global-accelerator", "us-west-2"],
  iam: ["iam", "us-east-1"],
  imageBuilder: ["imagebuilder"],
  kms: ["kms"],
  lambda: ["lambda"],
  logs: ["cloudwatch-logs"],
  rds: ["rds"],
  route53: ["route-53", "us-east-1"],
  s3: ["s3"],
  scheduler: ["scheduler"],
  secretsManager: ["secrets-manager"],
  sns: ["sns"],
  sqs: ["sqs"],
  ssm: ["ssm"],
  sts: ["sts"],
  waf: ["wafv2"],
};

/** What a client's method answers when it is called without a callback. */
type AnswerOf<M> = M extends {
  (args: infer _Input, options?: infer _Options): Promise<infer Answer>;
  (args: infer _Input2, callback: infer _Callback): void;
  (args: infer _Input3, options: infer _Options3, callback: infer _Callback3): void;
}
  ? Answer
  : never;

/** An AWS operation's answer. */
export type Answer<S extends keyof Services, A extends keyof Services[S]> = AnswerOf<
  Services[S][A]
>;

interface Command {
  readonly schema: readonly unknown[];
}
interface Client {
  send(command: Command): Promise<unknown>;
}
type ClientModule = Record<string, new (input: Properties) => Client & Command>;

/** Where the local AWS answers, and how long a call may take. */
export interface Endpoint {
  readonly url: string;
  readonly account: string;
}

/**
 * Calls AWS operations at the local endpoint. The SDK's clients are loaded on first use, because
 * all of them together take over a second; credentials are fixed, so that a user's own can never
 * be used.
 */
export class AwsServices {
  private readonly clients = new Map<string, Client>();

  constructor(private readonly endpoint: Endpoint) {}

  /**
   * Calls one operation.
   * @param input Pulumi's or AWS's names; see {@link shapeInput}
   * @throws AWS's error, with service and operation in the message
   */
  async call<S extends keyof Services, A extends keyof Services[S] & string>(
    service: S,
    action: A,
    region: string,
    input: Properties,
  ): Promise<Answer<S, A>> {
    const where = packages[service][1] ?? region;
    const command = this.command(service, action, input);
    try {
      return (await this.client(service, where).send(command)) as Answer<S, A>;
    } catch (error) {
      throw described(error, `${service}:${action} in ${where}`);
    }
  }

  private command(service: keyof Services, action: string, input: Properties): Command {
    const name = `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`;
    const CommandClass = load(service)[name];
    if (CommandClass === undefined) throw new Error(`AWS ${service} has no operation ${action}`);
    const declared = new CommandClass({}).schema[4];
    const schema = NormalizedSchema.of(declared as Parameters<typeof NormalizedSchema.of>[0]);
    const shaped = shapeInput(schema, input, `${service}:${action}`);
    return new CommandClass(isProperties(shaped) ? shaped : {});
  }

  private client(service: keyof Services, region: string): Client {
    const key = `${service} ${region}`;
    let client = this.clients.get(key);
    if (client === undefined) {
      client = createClient(load(service), this.endpoint.url, region);
      this.clients.set(key, client);
    }
    return client;
  }
}

function load(service: keyof Services): ClientModule {
  return require(`@aws-sdk/client-${packages[service][0]}`) as ClientModule;
}

function createClient(module: ClientModule, endpoint: string, region: string): Client {
  const name = Object.keys(module).find((key) => key.endsWith("Client") && key !== "__Client");
  const ClientClass = name === undefined ? undefined : module[name];
  if (ClientClass === undefined) throw new Error("the SDK package exports no client");
  return new ClientClass({
    endpoint,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    // Buckets are addressed by path: no name resolves to a bucket on a loopback address.
    forcePathStyle: true,
    // A queue's URL names the emulator, which may sit behind this endpoint.
    useQueueUrlAsEndpoint: false,
    // Throttling is retried as the real provider does, other errors are shown at once.
    maxAttempts: 5,
  });
}

function described(error: unknown, call: string): Error {
  if (!(error instanceof Error)) return new Error(`${call}: ${String(error)}`);
  error.message = `${call} failed: ${error.name}: ${error.message || "no message"}`;
  return error;
}

/** AWS's many ways to say that a thing does not exist (any more). */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && /NotFound|NoSuch|NonExistent|DoesNotExist/.test(error.name);
}

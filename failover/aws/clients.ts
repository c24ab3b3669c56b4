/**
 * How the failover talks to AWS. Pulumi serializes these functions into the Lambda package, which
 * holds nothing but them: the SDK is the runtime's own, required inside of functions.
 */
import type { ReadFailure, Reading } from "../model";

/** Limit of one API call with its repeat, milliseconds: a dead region must not eat a round. */
export const callLimit = 8_000;

/** Global Accelerator's control plane answers nowhere else. */
const acceleratorRegion = "us-west-2";

/**
 * How often the SDK tries one call. A region that may be dead is asked once: each try that nobody
 * answers costs the round seconds, and the next round is the repeat.
 */
export type Attempts = 1 | 2;

export interface Clients {
  /** `attempts` is 2 unless the region may be dead: see {@link Attempts}. */
  readonly autoScaling: (
    region: string,
    attempts?: Attempts,
  ) => import("@aws-sdk/client-auto-scaling").AutoScalingClient;
  readonly ec2In: (region: string, attempts?: Attempts) => import("@aws-sdk/client-ec2").EC2Client;
  readonly rds: () => import("@aws-sdk/client-rds").RDSClient;
  readonly efs: () => import("@aws-sdk/client-efs").EFSClient;
  readonly accelerator: () => import("@aws-sdk/client-global-accelerator").GlobalAcceleratorClient;
  readonly route53: () => import("@aws-sdk/client-route-53").Route53Client;
  readonly cloudWatch: () => import("@aws-sdk/client-cloudwatch").CloudWatchClient;
  readonly dynamoDb: () => import("@aws-sdk/client-dynamodb").DynamoDBClient;
  readonly sns: () => import("@aws-sdk/client-sns").SNSClient;
}

/** Clients of the waiting region, made when they are first needed. */
export function createClients(waitingRegion: string): Clients {
  const made: Record<string, unknown> = {};
  const once = <T>(key: string, make: () => T): T => (made[key] ??= make()) as T;
  const settings = (region: string, maxAttempts: Attempts = 2) => ({ region, maxAttempts });
  const here = settings(waitingRegion);
  return {
    autoScaling: (region, attempts = 2) =>
      once(`autoScaling ${region} ${attempts}`, () => {
        const sdk =
          require("@aws-sdk/client-auto-scaling") as typeof import("@aws-sdk/client-auto-scaling");
        return new sdk.AutoScalingClient(settings(region, attempts));
      }),
    ec2In: (region, attempts = 2) =>
      once(`ec2 ${region} ${attempts}`, () => {
        const sdk = require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2");
        return new sdk.EC2Client(settings(region, attempts));
      }),
    rds: () =>
      once("rds", () => {
        const sdk = require("@aws-sdk/client-rds") as typeof import("@aws-sdk/client-rds");
        return new sdk.RDSClient(here);
      }),
    efs: () =>
      once("efs", () => {
        const sdk = require("@aws-sdk/client-efs") as typeof import("@aws-sdk/client-efs");
        return new sdk.EFSClient(here);
      }),
    accelerator: () =>
      once("accelerator", () => {
        const sdk =
          require("@aws-sdk/client-global-accelerator") as typeof import("@aws-sdk/client-global-accelerator");
        return new sdk.GlobalAcceleratorClient(settings(acceleratorRegion));
      }),
    route53: () =>
      once("route53", () => {
        const sdk =
          require("@aws-sdk/client-route-53") as typeof import("@aws-sdk/client-route-53");
        return new sdk.Route53Client(here);
      }),
    cloudWatch: () =>
      once("cloudWatch", () => {
        const sdk =
          require("@aws-sdk/client-cloudwatch") as typeof import("@aws-sdk/client-cloudwatch");
        return new sdk.CloudWatchClient(here);
      }),
    dynamoDb: () =>
      once("dynamoDb", () => {
        const sdk =
          require("@aws-sdk/client-dynamodb") as typeof import("@aws-sdk/client-dynamodb");
        return new sdk.DynamoDBClient(here);
      }),
    sns: () =>
      once("sns", () => {
        const sdk = require("@aws-sdk/client-sns") as typeof import("@aws-sdk/client-sns");
        return new sdk.SNSClient(here);
      }),
  };
}

/**
 * The limit for one call with its repeats, to be handed to `send`. The SDK's own `requestTimeout` only
 * warns: a service that accepts a request and never answers would hold the run to its end.
 */
export function limited(milliseconds = callLimit): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(milliseconds) };
}

/** Turns a call into what it tells, or into why it tells nothing. */
export async function read<T>(call: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { known: true, value: await call() };
  } catch (error) {
    return { known: false, failure: classify(error), error: errorText(error) };
  }
}

const refusals = [
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "UnauthorizedOperation",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "ExpiredToken",
  "CredentialsProviderError",
];

/** What Node and the SDK call a connection that came to nothing. */
const networkFailures = [
  "AbortError",
  "TimeoutError",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
];

/** Called too often, by whatever status: EC2 and S3 say so with 503. The service lives. */
const throttles = [
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "Throttled",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
];

/**
 * Only a connection that came to nothing or a server error means that the service does not answer.
 * What AWS says with a status below 500 proves that it lives, and an error of our own proves nothing
 * at all: it must not look like the death of a region.
 */
export function classify(error: unknown): ReadFailure {
  const { name, code, $metadata } = error as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  if (name !== undefined && refusals.includes(name)) return "refused";
  if (name !== undefined && throttles.includes(name)) return "failed";
  const status = $metadata?.httpStatusCode;
  if (status === undefined) {
    const network = [name, code].some(
      (each) => each !== undefined && networkFailures.includes(each),
    );
    return network ? "unreachable" : "failed";
  }
  if (status >= 500) return "faulty";
  return status === 401 || status === 403 ? "refused" : "failed";
}

/** An error's name and message, for logs and messages. */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** An answer that lacks what was asked for. A plain Error, because subclasses do not serialize. */
export function notFound(what: string): Error {
  const error = new Error(`${what} was not found.`);
  error.name = "NotFound";
  return error;
}

/** Slices for calls that take a limited number of names. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const slices: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    slices.push(items.slice(start, start + size));
  }
  return slices;
}

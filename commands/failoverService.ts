import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FailoverRequest } from "../failover/failoverFunction";
import { recordId, recordTableName } from "../failover/recordAddress";

/** The plain attributes of the failover record. */
export interface RecordSummary {
  readonly generation: number;
  readonly activeRegion: string;
  readonly phase: string;
}

/** What the function said to a request. */
export type Answer =
  /** It ran; `text` is its result, or the error that it failed with. */
  | { readonly kind: "answered" | "failed"; readonly text: string }
  /** A run was under way all the time: Lambda delivers the request after it. */
  | { readonly kind: "queued" };

/** The deployed failover, as a person's command talks to it. */
export interface FailoverService {
  /** Undefined while the function has not written one, in the first minute after deployment. */
  readRecord(): Promise<RecordSummary | undefined>;
  /** @param waiting called once when another run is under way and the request has to wait */
  ask(request: FailoverRequest, waiting: () => void): Promise<Answer>;
}

/**
 * The function runs once at a time, for most of each minute while a failover is under way; a request
 * gets in between. After this the queue takes it, which is sure, but gives no answer.
 */
const patienceMs = 150_000;
const betweenTriesMs = 2_000;

/** Uses the credentials of the environment, and AWS_ENDPOINT_URL where it is set. */
export function failoverService(
  region: string,
  prefix: string,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): FailoverService {
  const name = `${prefix}-failover`;
  const lambda = new LambdaClient({ region });
  const invoke = (request: FailoverRequest, type: "RequestResponse" | "Event") =>
    lambda.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: type,
        Payload: new TextEncoder().encode(JSON.stringify(request)),
      }),
    );
  return {
    readRecord: async () => {
      const { Item } = await new DynamoDBClient({ region }).send(
        new GetItemCommand({
          TableName: recordTableName(prefix),
          Key: { id: { S: recordId } },
          ConsistentRead: true,
        }),
      );
      if (Item === undefined) return undefined;
      return {
        generation: Number(Item.generation?.N),
        activeRegion: Item.activeRegion?.S ?? "unknown",
        phase: Item.phase?.S ?? "unknown",
      };
    },
    ask: async (request, waiting) => {
      for (let waited = 0; waited <= patienceMs; waited += betweenTriesMs) {
        try {
          const { FunctionError, Payload } = await invoke(request, "RequestResponse");
          const text = new TextDecoder().decode(Payload);
          return { kind: FunctionError === undefined ? "answered" : "failed", text };
        } catch (error) {
          // The id makes a repeat harmless, should a run have had it after all.
          if ((error as Error).name !== "TooManyRequestsException") throw error;
          if (waited === 0) waiting();
          await sleep(betweenTriesMs);
        }
      }
      await invoke(request, "Event");
      return { kind: "queued" };
    },
  };
}

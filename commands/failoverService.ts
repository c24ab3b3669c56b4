import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FailoverRequest, LookRequest } from "../failover/failoverFunction";
import type { Look } from "../failover/look";
import type { FailoverRecord } from "../failover/model";
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
  /** The whole record, as the table has it; undefined like {@link readRecord}. */
  readWholeRecord(): Promise<FailoverRecord | undefined>;
  /**
   * What the function sees and would do now. Undefined while a run is under way: it runs once at a
   * time.
   * @throws Error with what the function failed with, such as one of an older version that cannot look
   */
  look(): Promise<Look | undefined>;
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
  const invoke = (request: FailoverRequest | LookRequest, type: "RequestResponse" | "Event") =>
    lambda.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: type,
        Payload: new TextEncoder().encode(JSON.stringify(request)),
      }),
    );
  const readItem = async () => {
    const { Item } = await new DynamoDBClient({ region }).send(
      new GetItemCommand({
        TableName: recordTableName(prefix),
        Key: { id: { S: recordId } },
        ConsistentRead: true,
      }),
    );
    return Item;
  };
  return {
    readRecord: async () => {
      const item = await readItem();
      if (item === undefined) return undefined;
      return {
        generation: Number(item.generation?.N),
        activeRegion: item.activeRegion?.S ?? "unknown",
        phase: item.phase?.S ?? "unknown",
      };
    },
    readWholeRecord: async () => {
      const text = (await readItem())?.record?.S;
      return text === undefined ? undefined : (JSON.parse(text) as FailoverRecord);
    },
    look: async () => {
      try {
        const request = { source: "direct", command: "look" } as const;
        const { FunctionError, Payload } = await invoke(request, "RequestResponse");
        const text = new TextDecoder().decode(Payload);
        if (FunctionError !== undefined) throw new Error(`The function failed: ${text}`);
        return JSON.parse(text) as Look;
      } catch (error) {
        if ((error as Error).name === "TooManyRequestsException") return undefined;
        throw error;
      }
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

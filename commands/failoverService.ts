import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { FailoverRequest } from "../failover/failoverFunction";
import type { Look } from "../failover/look";
import type { FailoverRecord } from "../failover/model";
import { recordId, recordTableName } from "../failover/recordAddress";
import type { RehearsalRecord } from "../failover/rehearsal/model";
import { rehearsalRecordId } from "../failover/rehearsal/rehearsalPlan";
import { type Answer, askFunction, callFunction } from "./functionCall";

/** The plain attributes of the failover record. */
export interface RecordSummary {
  readonly generation: number;
  readonly activeRegion: string;
  readonly phase: string;
}

/** The deployed failover, as a person's command talks to it. */
export interface FailoverService {
  /** Undefined while the function has not written one, in the first minute after deployment. */
  readRecord(): Promise<RecordSummary | undefined>;
  /** The whole record, as the table has it; undefined like {@link readRecord}. */
  readWholeRecord(): Promise<FailoverRecord | undefined>;
  /** The rehearsals' record; undefined where there are none. */
  readRehearsals(): Promise<RehearsalRecord | undefined>;
  /**
   * What the function sees and would do now. Undefined while a run is under way: it runs once at a
   * time.
   * @throws Error with what the function failed with, such as one of an older version that cannot look
   */
  look(): Promise<Look | undefined>;
  /** @param waiting called once when another run is under way and the request has to wait */
  ask(request: FailoverRequest, waiting: () => void): Promise<Answer>;
}

/** Uses the credentials of the environment, and AWS_ENDPOINT_URL where it is set. */
export function failoverService(
  region: string,
  prefix: string,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): FailoverService {
  const name = `${prefix}-failover`;
  const lambda = new LambdaClient({ region });
  const readItem = async (id: string) => {
    const { Item } = await new DynamoDBClient({ region }).send(
      new GetItemCommand({
        TableName: recordTableName(prefix),
        Key: { id: { S: id } },
        ConsistentRead: true,
      }),
    );
    return Item;
  };
  return {
    readRecord: async () => {
      const item = await readItem(recordId);
      if (item === undefined) return undefined;
      return {
        generation: Number(item.generation?.N),
        activeRegion: item.activeRegion?.S ?? "unknown",
        phase: item.phase?.S ?? "unknown",
      };
    },
    readWholeRecord: async () => {
      const text = (await readItem(recordId))?.record?.S;
      return text === undefined ? undefined : (JSON.parse(text) as FailoverRecord);
    },
    readRehearsals: async () => {
      const text = (await readItem(rehearsalRecordId))?.record?.S;
      return text === undefined ? undefined : (JSON.parse(text) as RehearsalRecord);
    },
    look: async () => {
      try {
        const request = { source: "direct", command: "look" } as const;
        const { kind, text } = await callFunction(lambda, name, request);
        if (kind === "failed") throw new Error(`The function failed: ${text}`);
        return JSON.parse(text) as Look;
      } catch (error) {
        if ((error as Error).name === "TooManyRequestsException") return undefined;
        throw error;
      }
    },
    ask: (request, waiting) => askFunction(lambda, name, request, waiting, sleep),
  };
}

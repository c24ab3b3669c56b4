import type { FailoverRecord } from "../../failover/model";
import { recordId } from "../../failover/recordAddress";
import type { LoggedCall } from "../gateway/callLog";
import type { GatewayEvent } from "../gateway/gatewayEvents";
import type { DrawnLatency } from "../gateway/latencies";

/** Everything that was seen from outside during a drill; the checks read nothing else. */
export interface Trace {
  /** Modelled time of the loss, epoch milliseconds. */
  readonly lostAt: number;
  /** Modelled time at which the drill stopped looking. */
  readonly endedAt: number;
  readonly lostRegion: string;
  readonly servingRegion: string;
  readonly tableName: string;
  /** Calls after the deployment, oldest first. */
  readonly calls: readonly LoggedCall[];
  readonly events: readonly GatewayEvent[];
  /** Latencies drawn after the loss. */
  readonly latencies: readonly DrawnLatency[];
}

/** A version of the failover record and when it was written. */
export interface RecordVersion {
  readonly at: number;
  /** Number of the call that wrote it. */
  readonly call: number;
  readonly record: FailoverRecord;
}

/** The record's whole life, read off the table writes that succeeded. */
export function recordVersions(trace: Pick<Trace, "calls" | "tableName">): RecordVersion[] {
  return trace.calls.flatMap((call) => {
    const written = call.service === "dynamodb" && call.action === "PutItem" && succeeded(call);
    const input = call.input as PutRecord | undefined;
    // Rehearsals have an item of their own beside it.
    const isRecord = input?.TableName === trace.tableName && input.Item?.id?.S === recordId;
    const text = isRecord ? input.Item.record?.S : undefined;
    if (!written || text === undefined) return [];
    return [{ at: call.at, call: call.number, record: JSON.parse(text) as FailoverRecord }];
  });
}

interface PutRecord {
  readonly TableName?: string;
  readonly Item?: {
    readonly id?: { readonly S?: string };
    readonly record?: { readonly S?: string };
  };
}

/** The record as it stood when a call was made: what the call's maker may have relied on. */
export function recordAt(
  versions: readonly RecordVersion[],
  call: LoggedCall,
): RecordVersion | undefined {
  return versions.filter((version) => version.call < call.number).at(-1);
}

/** AWS carried it out and said so: 200 mostly, 204 where there is nothing to answer. */
export function succeeded({ status }: LoggedCall): boolean {
  return status >= 200 && status < 300;
}

/** Calls of one operation that were carried out. */
export function carriedOut(trace: Trace, service: string, action: string): LoggedCall[] {
  return trace.calls.filter(
    (call) => call.service === service && call.action === action && succeeded(call),
  );
}

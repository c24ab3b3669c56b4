import type { FailoverRecord } from "../../failover/model";
import { itemOf } from "../../failover/aws/recordTable";
import { type LoggedCall, onlyReads } from "../gateway/callLog";

/** One failover, measured. */
export interface Measurement {
  readonly teams: number;
  /** Calls that only look. */
  readonly describes: number;
  /** All other calls, those that were not answered included. */
  readonly changes: number;
  /** Modelled milliseconds from the loss to users being in the new region. */
  readonly rtoMs: number;
  /** Teams that answered by then. */
  readonly healthyTeams: number;
}

/** What is measured of our own failover besides. */
export interface FailoverMeasurement extends Measurement {
  /** The longest chain of waits that nobody could shorten, modelled milliseconds. */
  readonly criticalPathMs: number;
  /** What ended runs of the function before their time; the schedule went on after each. */
  readonly failedRuns: readonly string[];
  /** Highest resident size of the function's process, Node and SDK included, MB. */
  readonly memoryMb: number;
  /** The largest that the record's item became, bytes as DynamoDB counts them. */
  readonly recordBytes: number;
}

/** How long each step of the sequential peer took, modelled milliseconds, in their order. */
export interface PeerMeasurement extends Measurement {
  readonly steps: Readonly<Record<string, number>>;
}

export function countCalls(
  calls: readonly LoggedCall[],
): Pick<Measurement, "describes" | "changes"> {
  const describes = calls.filter(({ action }) => onlyReads(action)).length;
  return { describes, changes: calls.length - describes };
}

/**
 * Size of the record's item: the UTF-8 bytes of names and strings, and of a number about a byte for
 * two digits and one more (DynamoDB Developer Guide, "Item sizes and formats"); counted here as a
 * byte for each digit, which is never less than AWS counts from three digits on.
 */
export function itemBytes(record: FailoverRecord): number {
  return Object.entries(itemOf(record)).reduce((total, [name, value]) => {
    const text = value.S ?? value.N ?? JSON.stringify(value);
    return total + Buffer.byteLength(name) + Buffer.byteLength(text) + 2;
  }, 0);
}

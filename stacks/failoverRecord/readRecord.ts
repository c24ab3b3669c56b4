/** Reads the failover record, whatever asks AWS for it, and never waits for longer than it is told. */
import { recordId } from "../../failover/recordAddress";
import type { FailoverRecord } from "../../failover/model";
import { acceptanceHolds, isUnfenced } from "../../failover/reconcile/unfenced";
import { isPhase, type RecordReading, type RecordView } from "./reading";

/** Key of the record's item, as `aws.dynamodb.getTableItem` takes it: JSON of DynamoDB's types. */
export const recordKey = JSON.stringify({ id: { S: recordId } });

/** Answers the item as JSON of DynamoDB's types; rejects as the AWS provider does. */
export type AskForItem = () => Promise<{ readonly item: string }>;

/** What the data source behind the invoke says of a missing table and of a missing item. */
const absence: readonly [RegExp, "table" | "item"][] = [
  // It turns ResourceNotFoundException into its own NotFoundError and an answer without an item into
  // EmptyResultError, whose texts these are, and leaves no trace of AWS's error: see findTableItem in
  // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/dynamodb/table_item.go
  // with internal/retry/error.go and internal/tfresource/not_found_error.go, read in November 2026.
  [/reading DynamoDB Table Item \(.*\): couldn't find resource/s, "table"],
  [/reading DynamoDB Table Item \(.*\): empty result/s, "item"],
  // Should it ever pass AWS's error on.
  [/\bResourceNotFoundException\b/, "table"],
];

/**
 * The record as it could be read.
 *
 * @param limitMs When to give up, milliseconds: a silent region never answers, and the provider
 *   repeats its request for many minutes.
 */
export async function readRecord(ask: AskForItem, limitMs: number): Promise<RecordReading> {
  try {
    const { item } = await within(ask(), limitMs);
    return viewOf(item);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const known = absence.find(([pattern]) => pattern.test(text));
    if (known !== undefined) return { kind: "absent", missing: known[1] };
    return { kind: "unreadable", error: oneLine(text) };
  }
}

function viewOf(item: unknown): RecordReading {
  const found = parse(item);
  const activeRegion = found.activeRegion?.S;
  const generation = Number(found.generation?.N);
  const phase = found.phase?.S;
  if (activeRegion === undefined || !Number.isInteger(generation) || !isPhase(phase)) {
    const shown = JSON.stringify({ activeRegion, generation: found.generation?.N, phase });
    return { kind: "unreadable", error: `the item is no record that this version knows: ${shown}` };
  }
  const record: RecordView = { activeRegion, generation, phase, ...fenceOf(found.record?.S) };
  return { kind: "found", record };
}

/** The fence is not among the item's attributes but in the record that the function wrote. */
function fenceOf(text: string | undefined): Pick<RecordView, "unfenced" | "accepted"> {
  const whole = JSON.parse(text ?? "{}") as Partial<FailoverRecord>;
  const { phase, steps } = whole;
  if (phase === undefined || steps === undefined) return {};
  const judged = { ...whole, phase, steps };
  return {
    ...(isUnfenced(judged) ? { unfenced: true } : {}),
    ...(acceptanceHolds(judged) ? { accepted: true } : {}),
  };
}

type Attributes = Readonly<
  Record<string, { readonly S?: string; readonly N?: string } | undefined>
>;

function parse(item: unknown): Attributes {
  try {
    return (JSON.parse(String(item)) ?? {}) as Attributes;
  } catch {
    // Without attributes it is reported as no record.
    return {};
  }
}

async function within<Value>(answer: Promise<Value>, limitMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Providers wrap their errors in several lines; requests' ids and hints follow what matters. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 400 ? `${line.slice(0, 397)}...` : line;
}

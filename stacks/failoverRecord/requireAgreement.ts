import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordTableName } from "../../failover/recordAddress";
import type { Settings } from "../config/settings";
import { agreement } from "./agreement";
import { readRecord, recordKey } from "./readRecord";
import { type RecordReading, settles, waitingRegion } from "./reading";

/**
 * A read across the world takes about a second, ten times that on a bad network. Longer only makes
 * people wait for a region that is gone.
 */
const patienceMs = 20_000;

/** The stack does not run. A RunError, which Pulumi prints without a stack trace. */
export class StackRefused extends pulumi.RunError {
  constructor(
    message: string,
    /** A call is still under way, which may keep the program's process for minutes. */
    readonly callPending: boolean,
  ) {
    super(message);
  }
}

/**
 * Lets the stack go on if it agrees with the failover record (S9), in a preview as in an update.
 * Call it before anything but the provider is registered. A call that was given up stays under way,
 * since Pulumi has no way to take one back: a stack that runs in spite of it
 * (`runWithoutRecord`) ends only after the provider has given up too, minutes later.
 *
 * @param provider The stack's own; the record's region is an argument of the call.
 * @param limitMs How long the record may take, milliseconds, once the provider is ready. Default 20 s.
 * @returns `formerLost` where a person gave the former region up, see agreement.ts.
 * @throws StackRefused with what differs and the commands that mend it.
 */
export async function requireAgreement(
  settings: Settings,
  provider: aws.Provider,
  limitMs = patienceMs,
): Promise<{ readonly formerLost: boolean }> {
  // Starting a provider takes its time, which is not the region's silence.
  await new Promise<void>((resolve) => {
    provider.urn.apply(() => {
      resolve();
    });
  });
  let pending = 0;
  const read = (region: string): Promise<RecordReading> =>
    readRecord(async () => {
      pending += 1;
      const table = { tableName: recordTableName(settings.prefix), key: recordKey, region };
      try {
        return await aws.dynamodb.getTableItem(table, { provider });
      } finally {
        pending -= 1;
      }
    }, limitMs);
  const waiting = await read(waitingRegion(settings));
  const readings = settles(settings, waiting)
    ? { waiting }
    : { waiting, active: await read(settings.activeRegion) };
  const verdict = agreement(settings, readings);
  if (!verdict.agrees) throw new StackRefused(verdict.refusal, pending > 0);
  if (verdict.warning !== undefined) void pulumi.log.warn(verdict.warning);
  return { formerLost: verdict.formerLost === true };
}

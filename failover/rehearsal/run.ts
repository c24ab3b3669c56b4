import { errorText } from "../aws/clients";
import { measure, publish, saveIfChanged } from "../keptRecord";
import { inLanes } from "../lanes";
import type { Clock, Log } from "../ports";
import { admitRehearsal } from "./admission";
import {
  firstRehearsalRecord,
  type Refusal,
  type RehearsalRecord,
  type RehearsalRequest,
  type RehearsalTrigger,
} from "./model";
import type { RehearsalCloud } from "./ports";
import type { RehearsalPlan } from "./rehearsalPlan";
import { rehearse } from "./rehearse";

/** Requests under way at the same time: EC2 takes five launches at once before it throttles. */
const lanes = 4;

/** What a run leaves behind for its caller. */
export interface RehearsalRunResult {
  /** Whether the request was taken; a minute's tick never is. */
  readonly accepted: boolean;
  /** Why it was taken or not. */
  readonly because: string;
  /** Id of the rehearsal that is under way or being cleaned up after. */
  readonly running?: string;
  readonly rounds: number;
}

export interface RehearsalRunSettings {
  readonly plan: RehearsalPlan;
  /** No round is begun after this; the schedule goes on. Epoch milliseconds. */
  readonly deadline: number;
}

/**
 * Runs rounds until there is nothing to wait for or the time is up. Like the failover's run, it saves
 * each decision before it acts on it: what was asked for is on record, or the tags tell whose it is.
 *
 * @throws when the record can be neither read nor written.
 */
export async function runRehearsal(
  cloud: RehearsalCloud,
  clock: Clock,
  trigger: RehearsalTrigger,
  { plan, deadline }: RehearsalRunSettings,
  log: Log,
): Promise<RehearsalRunResult> {
  let verdict: { readonly accepted: boolean; readonly because: string } | undefined;
  let failures: readonly Refusal[] = [];
  let rounds = 0;
  for (;;) {
    const stored = await cloud.load();
    const loaded = stored ?? firstRehearsalRecord(clock.now());
    const observation = await cloud.observe({ start: needsStart(loaded, trigger) });
    const now = clock.now();
    // Judged once; a request that was saved by a faster run is known to it by its id.
    const admission =
      verdict === undefined
        ? admitRehearsal(loaded, trigger, observation.failover, plan, now)
        : { ...verdict, record: loaded };
    const decision = rehearse(admission.record, { ...observation, failures }, plan, now);
    rounds += 1;
    const saved = await saveIfChanged(cloud, stored, decision.record);
    if (saved === undefined) {
      log("conflict", { version: loaded.version });
      continue;
    }
    if (verdict === undefined && trigger.kind !== "tick") {
      log("trigger", { trigger, verdict: admission.because });
    }
    verdict ??= admission;
    failures = await actAll(cloud, decision.requests, log);
    const settled = await publish(cloud, saved, log);
    const { wakeAt } = decision;
    if (wakeAt === undefined || Math.max(wakeAt, clock.now()) >= deadline) {
      await measure(cloud, settled, log);
      const { accepted, because } = verdict;
      const id = settled.running?.id;
      return { accepted, because, ...(id === undefined ? {} : { running: id }), rounds };
    }
    await clock.sleep(Math.max(0, wakeAt - clock.now()));
  }
}

function needsStart({ running }: RehearsalRecord, trigger: RehearsalTrigger): boolean {
  if (running === undefined) return trigger.kind === "start";
  return running.end === undefined && running.snapshot === undefined;
}

/** What fails is decided on again. */
async function actAll(
  cloud: RehearsalCloud,
  requests: readonly RehearsalRequest[],
  log: Log,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  await inLanes(requests, lanes, async (request) => {
    try {
      await cloud.act(request);
      log("acted", { request });
    } catch (error) {
      log("refused", { request, error: errorText(error) });
      refusals.push({
        request,
        code: (error as { name?: string }).name ?? "",
        error: errorText(error),
      });
    }
  });
  return refusals;
}

import { errorText } from "./aws/clients";
import { continued } from "./continued";
import { measure, publish, saveIfChanged } from "./keptRecord";
import type { FailoverRecord, Observation, Trigger } from "./model";
import { type FailoverPlan, policyOf } from "./plan";
import type { Clock, Cloud, Log } from "./ports";
import { admit, partsNeeded, reconcile } from "./reconcile";

/** What a run leaves behind for its caller. */
export interface RunResult {
  readonly phase: FailoverRecord["phase"];
  readonly generation: number;
  readonly activeRegion: string;
  /** Whether the trigger was taken; a schedule's never is. */
  readonly accepted: boolean;
  /** Why the trigger was taken or not. */
  readonly trigger: string;
  /** Rounds in which the world was looked at. */
  readonly rounds: number;
}

export interface RunSettings {
  readonly plan: FailoverPlan;
  /** No round is begun after this; the schedule goes on. Epoch milliseconds. */
  readonly deadline: number;
}

type Failures = NonNullable<Observation["failures"]>;

/**
 * Runs rounds until there is nothing to wait for or the time is up. Each round saves its decision
 * before it acts on it, so that whoever comes next, after a crash or at the same time, starts from
 * what was decided; a lost compare-and-set means to look again.
 *
 * @throws when the record can be neither read nor written: without it nothing is safe to do.
 */
export async function run(
  cloud: Cloud,
  clock: Clock,
  trigger: Trigger,
  settings: RunSettings,
  log: Log,
): Promise<RunResult> {
  const policy = policyOf(settings.plan);
  let verdict: { readonly accepted: boolean; readonly because: string } | undefined;
  let failures: Failures = [];
  let rounds = 0;
  for (;;) {
    const stored = await cloud.load();
    const loaded = continued(stored, settings.plan, clock.now());
    // Judged once: a lost compare-and-set below brings the trigger back to the newer record.
    const admission = admit(loaded, trigger, policy, clock.now());
    const record = verdict === undefined ? admission.record : loaded;
    const observation = await cloud.observe(partsNeeded(record, policy));
    const now = clock.now();
    const decision = reconcile(record, { ...observation, failures }, policy, now);
    rounds += 1;
    const saved = await saveIfChanged(cloud, stored, decision.record);
    if (saved === undefined) {
      log("conflict", { version: loaded.version });
      continue;
    }
    if (verdict === undefined) {
      verdict = admission;
      if (trigger.kind !== "schedule") log("trigger", { trigger, verdict: verdict.because });
    }
    logChange(log, loaded, saved);
    failures = await actAll(cloud, decision.actions, log);
    const settled = await publish(cloud, saved, log);
    const wakeAt = decision.wakeAt;
    if (wakeAt === undefined || Math.max(wakeAt, clock.now()) >= settings.deadline) {
      await measure(cloud, settled, log);
      const { phase, generation, activeRegion } = settled;
      const { accepted, because } = verdict;
      return { phase, generation, activeRegion, accepted, trigger: because, rounds };
    }
    await clock.sleep(Math.max(0, wakeAt - clock.now()));
  }
}

/** Requests of one round do not wait for each other; what fails is decided on again. */
async function actAll(
  cloud: Cloud,
  actions: readonly Parameters<Cloud["act"]>[0][],
  log: Log,
): Promise<Failures> {
  const outcomes = await Promise.all(
    actions.map(async (action) => {
      try {
        await cloud.act(action);
        log("acted", { action });
        return [];
      } catch (error) {
        log("refused", { action, error: errorText(error) });
        return [{ action: action.kind, error: errorText(error) }];
      }
    }),
  );
  return outcomes.flat();
}

function logChange(log: Log, before: FailoverRecord, after: FailoverRecord): void {
  if (before.phase !== after.phase) log("phase", { from: before.phase, to: after.phase });
  for (const [name, step] of Object.entries(after.steps)) {
    if (before.steps[name as keyof typeof before.steps]?.state !== step.state) {
      log("step", { name, state: step.state, waitsFor: step.waitsFor });
    }
  }
}

import type { Action, FailoverRecord, Lag, Observation, Policy, StepName } from "../model";
import { isSilent } from "../silence";
import { isDown } from "../teamHealth";
import { abort } from "./admission";
import {
  block,
  decide,
  type Decision,
  enter,
  roundInterval,
  say,
  setStep,
  shortInterval,
  unblock,
  withHistory,
  without,
} from "./decision";
import { fenceActions, type FenceVerdict, judgeFence, noteSilence } from "./fence";
import { type Gate, gate } from "./gate";
import { servingMessage, unfencedMessage } from "./messages";
import { obstacleOf } from "./obstacle";
import {
  type StepView,
  viewCapacity,
  viewControllers,
  viewDatabase,
  viewHome,
  viewTraffic,
} from "./steps";

/**
 * From the first touch to serving. Capacity rises while the fence goes up, because booting takes
 * minutes and can be undone; what cannot be undone starts with {@link commit}.
 */
export function recover(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  now: number,
): Decision {
  if (isBack(record, observation, policy)) {
    return decide(record, abort(record, "recovered", now), [], now);
  }
  const heard = noteSilence(dateLoss(record, observation), observation.activeGroups, now);
  const verdict = verdictFor(heard, judgeFence(heard, observation, now, policy.fenceTimeout));
  const fenced = stepFence(heard, observation, verdict, now);
  const loss = verdict === "open" ? undefined : gate(fenced, observation, policy);
  const noted = noteUnread(fenced, loss, now);
  const committed = commit(noted, loss, policy, verdict, now);
  const views = viewsOf(committed, observation, policy, loss);
  const stepped = views.reduce(
    (next, view) => setStep(next, view.name, view.state, now, view.waitsFor),
    committed,
  );
  const actions: Action[] = [
    ...fenceActions(observation, Object.keys(policy.activeServingSizes)),
    ...views.flatMap((view) => view.actions),
  ];
  if (isComplete(views, stepped, observation, policy, now)) {
    // Closing the old endpoint is part of moving the traffic; both in one round would collide.
    return decide(record, complete(stepped, policy, now), withoutTwins(actions));
  }
  const obstacle = obstacleOf(stepped, observation, policy, views, now);
  const next =
    obstacle === undefined ? unblock(stepped, "recovering", now) : block(stepped, obstacle, now);
  return decide(record, next, withoutTwins(actions), nextLook(record, next, policy, now));
}

/** A planned role change has no region to lose: it never goes on unfenced, however long that takes. */
function verdictFor({ trigger }: FailoverRecord, verdict: FenceVerdict): FenceVerdict {
  return trigger?.planned === true && verdict === "expired" ? "open" : verdict;
}

/**
 * Soon after a step moved on, because the next one hangs on it; not later than the moment at which the
 * old region has been silent for long enough; else after the usual interval.
 */
function nextLook(
  before: FailoverRecord,
  after: FailoverRecord,
  policy: Policy,
  now: number,
): number {
  const moved = Object.entries(after.steps).some(
    ([name, { state }]) => before.steps[name as StepName]?.state !== state,
  );
  const next = now + (moved ? shortInterval : roundInterval);
  const { committedAt, silentSince } = after;
  const expires = silentSince === undefined ? now : silentSince + policy.fenceTimeout;
  return committedAt === undefined && expires > now ? Math.min(next, expires) : next;
}

/** Until the commit a region that serves its users again keeps them, unless a person moves it. */
function isBack(record: FailoverRecord, { answers }: Observation, policy: Policy): boolean {
  if (record.committedAt !== undefined || record.trigger?.human === true) return false;
  return answers?.known === true && answers.value.teams > 0 && !isDown(answers.value, policy);
}

/** A person's request may come before the probe has said anything; the date of the loss does not. */
function dateLoss(record: FailoverRecord, { lastAlive }: Observation): FailoverRecord {
  return record.lostAt === undefined && lastAlive?.known
    ? { ...record, lostAt: lastAlive.value }
    : record;
}

function stepFence(
  record: FailoverRecord,
  { activeGroups }: Observation,
  verdict: FenceVerdict,
  now: number,
): FailoverRecord {
  if (verdict === "confirmed") return setStep(record, "fence", "done", now);
  if (record.committedAt !== undefined) {
    // A fence that was confirmed and opens again is closed again, by the actions of each round.
    return record;
  }
  const running = activeGroups?.known
    ? activeGroups.value.reduce((sum, group) => sum + group.instances, 0)
    : undefined;
  const waitsFor =
    running === undefined
      ? `the old region's control plane (${activeGroups?.known === false ? activeGroups.error : "not observed"})`
      : `${running} instances of the old region to end`;
  return setStep(record, "fence", "running", now, waitsFor);
}

/**
 * The point of no return: fence and RPO gate allow what cannot be undone. The new generation and
 * region are written in the same compare-and-set, so that controllers, leases and a second run of
 * the function all learn of it at once (S1, S3).
 */
function commit(
  record: FailoverRecord,
  loss: Gate | undefined,
  policy: Policy,
  verdict: FenceVerdict,
  now: number,
): FailoverRecord {
  if (record.committedAt !== undefined || loss?.open !== true) return record;
  const committed: FailoverRecord = {
    ...record,
    committedAt: now,
    generation: record.generation + 1,
    activeRegion: policy.waitingRegion,
    ...(policy.homeFileSystemId === undefined ? {} : { homeFileSystemId: policy.homeFileSystemId }),
    lag: loss.lag,
  };
  if (verdict === "confirmed") return committed;
  const unfenced = setStep(committed, "fence", "unconfirmed", now);
  return say(unfenced, unfencedMessage(unfenced, policy));
}

/**
 * A lag that cannot be read holds the commit back, with the old region shut down already. One failed
 * call is nothing; see obstacle.ts for when it becomes something.
 */
function noteUnread(record: FailoverRecord, loss: Gate | undefined, now: number): FailoverRecord {
  const unread = record.committedAt === undefined && loss?.open === "unread";
  return unread
    ? { ...record, unreadSince: record.unreadSince ?? now }
    : without(record, "unreadSince");
}

function viewsOf(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  loss: Gate | undefined,
): readonly StepView[] {
  const capacity = viewCapacity(record, observation, policy);
  const later: readonly StepName[] = ["database", "home", "controllers", "traffic"];
  if (record.committedAt === undefined) {
    const waiting = later.map((name): StepView => {
      const held = loss?.open === "unread" && loss.step === name;
      return { name, state: "waiting", actions: [], ...(held ? { waitsFor: loss.reason } : {}) };
    });
    return [capacity, ...waiting];
  }
  const database = viewDatabase(observation, policy);
  const home = viewHome(record, observation, policy);
  const controllers = viewControllers(observation, policy);
  const ready = [database, home, controllers].every(({ state }) => state === "done");
  return [capacity, database, home, controllers, viewTraffic(observation, ready)];
}

/**
 * Capacity is not asked for: once enough teams answer, a group that still lacks an instance is the
 * scaling policies' business. An edge whose control plane stays silent is left to its health checks.
 */
function isComplete(
  views: readonly StepView[],
  record: FailoverRecord,
  { traffic }: Observation,
  policy: Policy,
  now: number,
): boolean {
  const view = views.find(({ name }) => name === "traffic");
  if (view?.state === "done") return true;
  const startedAt = record.steps.traffic?.startedAt;
  return (
    view?.state === "running" &&
    isSilent(traffic) &&
    startedAt !== undefined &&
    now - startedAt >= policy.fenceTimeout
  );
}

function complete(record: FailoverRecord, policy: Policy, now: number): FailoverRecord {
  const startedAt = outageBegan(record) ?? now;
  const fenced = record.steps.fence?.state === "done";
  const serving = enter(without(record, "blockage"), "serving", now);
  const lag: Lag = record.lag ?? {};
  const rtoMs = now - startedAt;
  const remembered =
    record.trigger === undefined
      ? serving
      : withHistory(serving, {
          outcome: "serving",
          generation: record.generation,
          trigger: record.trigger,
          startedAt,
          endedAt: now,
          rtoMs,
          lag,
          fenced,
        });
  return say(remembered, servingMessage(remembered, rtoMs, policy));
}

/** A region that is well serves until its fence goes up; a lost one until it was last seen alive. */
function outageBegan({ trigger, steps, lostAt }: FailoverRecord): number | undefined {
  const planned = trigger?.planned === true ? steps.fence?.startedAt : undefined;
  return planned ?? lostAt ?? trigger?.at;
}

function withoutTwins(actions: readonly Action[]): Action[] {
  const moves = actions.some(({ kind }) => kind === "moveTraffic");
  return actions.filter(({ kind }) => !(moves && kind === "closeTraffic"));
}

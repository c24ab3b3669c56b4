import type { Blockage, FailoverRecord, Observation, Policy } from "../model";
import { isSilent } from "../silence";
import { isDown } from "../teamHealth";
import { abort } from "./admission";
import {
  block,
  decide,
  type Decision,
  enter,
  roundInterval,
  setStep,
  unblock,
  without,
} from "./decision";
import { noteSilence } from "./fence";
import { gate } from "./gate";

/**
 * Nothing is touched yet. An alarm needs two signals that agree without a break for `confirmFor`
 * (S10); a person's request needs neither. Both pass the RPO gate before the fence goes up, so that
 * a region that still half works is not shut down for a failover that may not be completed.
 */
export function confirm(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  now: number,
): Decision {
  const seen = noteSignals(record, observation, policy, now);
  const later = now + roundInterval;
  if (record.trigger?.human !== true) {
    const { answers } = observation;
    if (answers?.known && answers.value.teams > 0 && !isDown(answers.value, policy)) {
      return decide(record, abort(seen, "recovered", now), [], later);
    }
    const doubt = doubtOf(seen, observation, policy, now);
    if (doubt !== undefined) return decide(record, wait(seen, doubt, policy, now), [], later);
  }
  const verdict = gate(seen, observation, policy);
  if (verdict.open === "unread") {
    return decide(record, wait(seen, verdict.reason, policy, now, verdict), [], later);
  }
  if (!verdict.open) return decide(record, block(seen, verdict, now), [], later);
  const confirmed = setStep(seen, "confirm", "done", now);
  const recovering = enter(without(confirmed, "blockage"), "recovering", now);
  // The round that follows at once sees the world that the fence is for.
  return decide(record, recovering, [], now);
}

function noteSignals(
  record: FailoverRecord,
  { answers, targets, lastAlive }: Observation,
  policy: Policy,
  now: number,
): FailoverRecord {
  const answersDown = answers?.known === true && isDown(answers.value, policy);
  // A control plane that refuses us is alive; only one that does not answer speaks for a loss.
  const targetsDown = targets?.known === true ? isDown(targets.value, policy) : isSilent(targets);
  const heard = noteSilence(record, targets, now);
  const lost = lastAlive?.known ? { ...heard, lostAt: lastAlive.value } : heard;
  if (!answersDown || !targetsDown) return without(lost, "downSince");
  return { ...lost, downSince: lost.downSince ?? now };
}

/** Why an alarm is not believed yet; undefined when it is. */
function doubtOf(
  record: FailoverRecord,
  { answers, targets }: Observation,
  policy: Policy,
  now: number,
): string | undefined {
  if (record.downSince === undefined) {
    const first = answers?.known
      ? `${answers.value.healthy} of ${answers.value.teams} teams answer`
      : "the teams' answers cannot be read";
    const second = targets?.known
      ? `the control plane reports ${targets.value.healthy} of ${targets.value.teams} healthy`
      : `the control plane cannot be asked (${targets?.failure ?? "not observed"})`;
    return `The signals do not agree: ${first}, ${second}.`;
  }
  const dwelt = now - record.downSince;
  if (dwelt < policy.confirmFor) {
    const left = Math.ceil((policy.confirmFor - dwelt) / 1000);
    return `Both signals say down; confirmed in ${left} s if they stay so.`;
  }
  return policy.mode === "manual" ? "Confirmed; the mode is manual: a person decides." : undefined;
}

function wait(
  record: FailoverRecord,
  doubt: string,
  policy: Policy,
  now: number,
  obstacle: Obstacle = unconfirmed(record, doubt, policy),
): FailoverRecord {
  const waiting = setStep(record, "confirm", "running", now, doubt);
  const startedAt = waiting.steps.confirm?.startedAt ?? now;
  if (now - startedAt < policy.confirmLimit) return unblock(waiting, "confirming", now);
  return block(waiting, obstacle, now);
}

type Obstacle = Pick<Blockage, "step" | "reason" | "remedy">;

function unconfirmed(record: FailoverRecord, doubt: string, policy: Policy): Obstacle {
  const reason =
    policy.mode === "manual" && record.downSince !== undefined
      ? "The region is down and the mode is manual."
      : `The region's loss could not be confirmed. ${doubt}`;
  const remedy =
    `Look at the region yourself. To fail over: npm run failover -- --stack ${policy.stack}. ` +
    `To drop the request: npm run failover -- --stack ${policy.stack} --abort.`;
  return { step: "confirm", reason, remedy };
}

import type { Action, Blockage, FailoverRecord, Observation, Policy, StepName } from "../model";
import { gate } from "./gate";
import type { StepView } from "./steps";

type Obstacle = Pick<Blockage, "step" | "reason" | "remedy">;

/** What a person can do about each step; the reason says what is wrong with it. */
const remedies = ({ stack }: Policy): Readonly<Record<StepName, string>> => ({
  confirm: `Decide: npm run failover -- --stack ${stack}, or … --abort.`,
  fence:
    "Stop the old region's controllers by hand (terminate the instances of the Auto Scaling " +
    `groups), or give up: npm run failover -- --stack ${stack} --abort.`,
  capacity:
    "Look at the scaling activities of the groups: quota, image, instance type or capacity of the " +
    "zones. Another instance type is the usual way out: docs/runbook.md, Another instance type.",
  database: "Look at the replica's events in RDS and mend its state; then it is promoted.",
  home: "Look at the file system's replication in EFS of the waiting region.",
  controllers:
    "Look at the logs of the teams that do not answer and at what their start waits for (a Jenkins: " +
    "its lease unit); the dashboard names them.",
  traffic:
    "Global Accelerator's control plane is in us-west-2: set the waiting endpoint's weight and dial " +
    "there by hand, or wait for it.",
});

const stepOfAction: Readonly<Record<Action["kind"], StepName>> = {
  fenceGroups: "fence",
  closeTraffic: "traffic",
  raiseCapacity: "capacity",
  promoteReplica: "database",
  freeHome: "home",
  moveTraffic: "traffic",
  releaseGroups: "fence",
  reopenTraffic: "traffic",
  lowerCapacity: "capacity",
};

/** The first thing that keeps the failover from progressing, if anything does (S8). */
export function obstacleOf(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  views: readonly StepView[],
  now: number,
): Obstacle | undefined {
  if (record.committedAt === undefined) {
    const loss = gate(record, observation, policy);
    if (loss.open === false) return loss;
    const { unreadSince } = record;
    if (loss.open === "unread" && unreadSince !== undefined) {
      // The old region is shut down by then, so waiting costs as much as deciding.
      if (now - unreadSince >= policy.stepLimit) return loss;
    }
  }
  const hopeless = views.find(({ obstacle }) => obstacle !== undefined);
  if (hopeless?.obstacle !== undefined) {
    const { name, obstacle, remedy = remedies(policy)[name] } = hopeless;
    return { step: name, reason: obstacle, remedy };
  }
  return fenceRefused(record, observation, policy) ?? overdue(record, observation, policy, now);
}

function fenceRefused(
  record: FailoverRecord,
  { activeGroups }: Observation,
  { stack }: Policy,
): Obstacle | undefined {
  const refused = activeGroups?.known === false && activeGroups.failure === "refused";
  if (!refused || record.committedAt !== undefined) return undefined;
  const reason = `The old region refuses our requests: ${activeGroups.error}`;
  // Stopped by hand or not: what cannot be read cannot be confirmed.
  const remedy =
    "Give the function's role back its permissions on the old region's Auto Scaling groups, or give " +
    `up: npm run failover -- --stack ${stack} --abort.`;
  return { step: "fence", reason, remedy };
}

function overdue(
  record: FailoverRecord,
  { failures }: Observation,
  policy: Policy,
  now: number,
): Obstacle | undefined {
  for (const name of ["fence", "database", "home", "capacity", "controllers", "traffic"] as const) {
    const step = record.steps[name];
    if (step?.state !== "running" || step.startedAt === undefined) continue;
    if (now - step.startedAt < policy.stepLimit) continue;
    const refused = (failures ?? []).find(({ action }) => stepOfAction[action] === name);
    const minutes = Math.floor((now - step.startedAt) / 60_000);
    const reason =
      `It has waited ${minutes} min for ${step.waitsFor ?? "its end"}.` +
      (refused === undefined ? "" : ` The last request failed: ${refused.error}`);
    return { step: name, reason, remedy: remedies(policy)[name] };
  }
  return undefined;
}

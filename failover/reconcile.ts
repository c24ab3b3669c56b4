/**
 * The decision: what a failover does next, from what is remembered and what is seen. No clock, no
 * I/O, no Pulumi; everything about safety is decided here. Level-triggered: each round looks at the
 * world, never at what an earlier round believes to have done (S7).
 */
import type { FailoverRecord, Observation, ObservationPart, Policy } from "./model";
import { confirm } from "./reconcile/confirming";
import type { Decision } from "./reconcile/decision";
import { recover } from "./reconcile/recovering";
import { rest, serve } from "./reconcile/resting";

export { admit, type Admission } from "./reconcile/admission";
export type { Decision } from "./reconcile/decision";

/** Where the work stands; a blocked failover is still in one of the two. */
type Stage = "resting" | "confirming" | "recovering" | "serving";

export function stageOf(record: FailoverRecord): Stage {
  switch (record.phase) {
    case "standby":
    case "aborted":
      return "resting";
    case "confirming":
    case "recovering":
    case "serving":
      return record.phase;
    case "blocked":
      return record.steps.confirm?.state === "done" ? "recovering" : "confirming";
    default:
      return record.phase satisfies never;
  }
}

/** What has to be read for the next decision; in `standby` a single cheap call. */
export function partsNeeded(record: FailoverRecord, policy: Policy): readonly ObservationPart[] {
  const loss: ObservationPart[] = [
    ...(policy.hasDatabase ? (["replica"] as const) : []),
    ...(policy.homeFileSystemId === undefined ? [] : (["home"] as const)),
  ];
  switch (stageOf(record)) {
    case "resting": {
      const settling = record.phase === "aborted" && record.settledAt === undefined;
      if (settling) return ["alarm", "activeGroups", "waitingGroups", "traffic"];
      return record.edgeShut === true ? ["alarm", "traffic"] : ["alarm"];
    }
    case "confirming":
      return ["answers", "targets", "lastAlive", ...loss];
    case "recovering": {
      const parts = ["lastAlive", "activeGroups", "waitingTeams", "traffic"] as const;
      const stillOpen = record.committedAt === undefined;
      const { capacity, home, controllers } = record.steps;
      // What was raised may have been lowered by a run that was left behind: asked again once no more
      // than that could keep the teams from answering, because many groups take many calls.
      const lacking = home?.state === "done" && controllers?.state !== "done";
      const rising = capacity?.state !== "done" || lacking;
      return [
        ...parts,
        ...(rising ? (["waitingGroups"] as const) : []),
        ...(stillOpen ? (["answers"] as const) : []),
        ...loss,
      ];
    }
    case "serving": {
      const settling = record.settledAt === undefined;
      return ["activeGroups", "traffic", ...(settling ? (["waitingGroups"] as const) : [])];
    }
  }
}

/** Decides one round. The caller saves `record` by compare-and-set before it carries out `actions`. */
export function reconcile(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  now: number,
): Decision {
  switch (stageOf(record)) {
    case "resting":
      return rest(record, observation, policy, now);
    case "confirming":
      return confirm(record, observation, policy, now);
    case "recovering":
      return recover(record, observation, policy, now);
    case "serving":
      return serve(record, observation, policy, now);
  }
}

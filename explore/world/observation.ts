import type { Observation, ObservationPart, ReadFailure, Reading } from "../../failover/model";
import { groupName, now, tick } from "../time";
import { hasNewInstance, oldAnswers, type World } from "./world";

/** One describe call of a round that fails although the world would have answered. */
export interface Fault {
  readonly part: ObservationPart;
  readonly failure: ReadFailure;
}

/** Failures that a decision can tell apart; the others would only double the work. */
const faultsOf: Readonly<Record<ObservationPart, readonly ReadFailure[]>> = {
  alarm: ["failed"],
  lastAlive: ["failed"],
  answers: ["failed"],
  targets: ["failed", "unreachable"],
  activeGroups: ["failed", "unreachable", "refused"],
  waitingGroups: ["failed", "refused"],
  waitingTeams: ["failed", "refused"],
  replica: ["failed", "refused"],
  home: ["failed", "refused"],
  traffic: ["failed", "unreachable"],
};

/** The readings that can go wrong in a round that asks for `parts`. */
export function faultsIn(parts: readonly ObservationPart[]): Fault[] {
  return parts.flatMap((part) => faultsOf[part].map((failure) => ({ part, failure })));
}

/** What the calls return. `alarm` rings or not whatever the region does: it is late both ways. */
export function observe(
  world: World,
  parts: readonly ObservationPart[],
  alarm: "ALARM" | "OK",
  fault: Fault | undefined,
): Observation {
  const entries = parts.map((part) => {
    const failure = fault?.part === part ? fault.failure : lasting(world, part);
    return [part, failure === undefined ? known(valueOf(world, part, alarm)) : unknown(failure)];
  });
  return Object.fromEntries(entries) as Observation;
}

/** How a part cannot be read for as long as the world stays as it is. */
function lasting({ cut, obstacle }: World, part: ObservationPart): ReadFailure | undefined {
  if (part === "targets" || part === "activeGroups") {
    if (cut) return "unreachable";
    if (obstacle === "permission") return "refused";
  }
  return part === "traffic" && obstacle === "edge" ? "unreachable" : undefined;
}

function valueOf(world: World, part: ObservationPart, alarm: "ALARM" | "OK"): unknown {
  const syncedUntil = world.caughtUp ? now : now - tick;
  const lag = world.obstacle === "lag" ? {} : { lagSeconds: 1, syncedUntil };
  switch (part) {
    case "alarm":
      return alarm;
    case "lastAlive":
      return now;
    case "answers":
      return { teams: 1, healthy: oldAnswers(world) ? 1 : 0 };
    case "targets":
      return { teams: 1, healthy: world.oldWrites && !world.sick ? 1 : 0 };
    case "activeGroups":
      return [groupState(world.oldSized, world.oldInstance !== "none", world.oldSuspended)];
    case "waitingGroups":
      return [groupState(world.newSized, hasNewInstance(world), false)];
    case "waitingTeams":
      return { teams: 1, healthy: world.newWrites ? 1 : 0 };
    case "replica":
      return { status: replicaStatus(world), replicates: world.replica !== "promoted", ...lag };
    case "home":
      return { state: world.home === "begun" ? "freeing" : world.home, ...lag };
    case "traffic":
      return { waitingOpen: world.newOpen, activeClosed: !world.oldOpen };
    default:
      return part satisfies never;
  }
}

function groupState(sized: boolean, instance: boolean, launchSuspended: boolean): object {
  const size = sized ? 1 : 0;
  const instances = instance ? 1 : 0;
  const sizes = { min: size, max: size, desired: size };
  return { name: groupName, ...sizes, instances, inService: instances, launchSuspended };
}

function replicaStatus({ replica, obstacle }: World): string {
  if (obstacle === "replica" && replica !== "promoted") return "storage-full";
  return replica === "promoting" ? "modifying" : "available";
}

function known(value: unknown): Reading<unknown> {
  return { known: true, value };
}

function unknown(failure: ReadFailure): Reading<unknown> {
  return { known: false, failure, error: failure };
}

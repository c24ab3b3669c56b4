import type { Action } from "../../failover/model";
import type { World } from "./world";

/** API requests, in the parts in which a crash can interrupt an action. */
export const requestNames = [
  "suspend",
  "empty",
  "resume",
  "refill",
  "raise",
  "lower",
  "promote",
  "free",
  "freeLocally",
  "closeOld",
  "openNew",
  "openOld",
  "closeNew",
] as const;
export type RequestName = (typeof requestNames)[number];

/** Requests that are still to be sent, one bit each. */
export type Requests = number;

const bitOf = Object.fromEntries(requestNames.map((name, index) => [name, 1 << index])) as Readonly<
  Record<RequestName, number>
>;

/** The second is sent when the first was answered, group by group. */
const followers: Partial<Record<RequestName, RequestName>> = { suspend: "empty", resume: "refill" };

const partsOf: Readonly<Record<Exclude<Action["kind"], "freeHome">, readonly RequestName[]>> = {
  fenceGroups: ["suspend", "empty"],
  releaseGroups: ["resume", "refill"],
  raiseCapacity: ["raise"],
  lowerCapacity: ["lower"],
  promoteReplica: ["promote"],
  closeTraffic: ["closeOld"],
  moveTraffic: ["closeOld", "openNew"],
  reopenTraffic: ["openOld", "closeNew"],
};

export function requestsOf(actions: readonly Action[]): Requests {
  return actions.flatMap(requestsOfOne).reduce((all, name) => all | bitOf[name], 0);
}

function requestsOfOne(action: Action): readonly RequestName[] {
  if (action.kind !== "freeHome") return partsOf[action.kind];
  return [action.localOnly ? "freeLocally" : "free"];
}

export function includes(requests: Requests, name: RequestName): boolean {
  return (requests & bitOf[name]) !== 0;
}

export function withoutRequest(requests: Requests, name: RequestName): Requests {
  return requests & ~bitOf[name];
}

/** Requests of one round meet different services, so that one order of them stands for all. */
export function nextRequest(requests: Requests): RequestName | undefined {
  return requestNames.find((name) => includes(requests, name));
}

/** Without a request that was lost, and without the one that would have followed its answer. */
export function withoutChain(requests: Requests, lost: RequestName): Requests {
  const rest = withoutRequest(requests, lost);
  const follower = followers[lost];
  return follower === undefined ? rest : withoutRequest(rest, follower);
}

/** The world after one request; the same object when it had no effect. */
export function carryOut(world: World, name: RequestName): World {
  const { cut, obstacle, replica, home } = world;
  const refused = cut || obstacle === "permission";
  const edgeless = obstacle === "edge";
  switch (name) {
    case "suspend":
      return refused || world.oldSuspended ? world : { ...world, oldSuspended: true };
    case "empty":
      return refused || !world.oldSized ? world : { ...world, oldSized: false };
    case "resume":
      return refused || !world.oldSuspended ? world : launched({ ...world, oldSuspended: false });
    case "refill":
      return refused || world.oldSized ? world : launched({ ...world, oldSized: true });
    case "raise":
      return world.newSized ? world : { ...world, newSized: true };
    case "lower":
      return world.newSized ? { ...world, newSized: false, newWrites: false } : world;
    case "promote":
      return replica !== "replicating" ? world : { ...world, replica: "promoting" };
    case "free":
      // EFS wants to tidy up in the source's region as well.
      return home !== "replicating" || cut ? world : { ...world, home: "begun" };
    case "freeLocally":
      return home !== "replicating" ? world : { ...world, home: "begun" };
    case "closeOld":
      return edgeless || !world.oldOpen ? world : { ...world, oldOpen: false };
    case "openOld":
      return edgeless || world.oldOpen ? world : { ...world, oldOpen: true };
    case "openNew":
      return edgeless || world.newOpen ? world : { ...world, newOpen: true };
    case "closeNew":
      return edgeless || !world.newOpen ? world : { ...world, newOpen: false };
    default:
      return name satisfies never;
  }
}

/** An Auto Scaling group that may launch does so at once. */
export function launched(world: World): World {
  const launches = world.oldSized && !world.oldSuspended && world.oldInstance === "none";
  return launches ? { ...world, oldInstance: "booting" } : world;
}

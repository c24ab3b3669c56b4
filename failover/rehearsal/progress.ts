import { rehearsalDatabaseName, type RehearsalPlan } from "./rehearsalPlan";
import type {
  Refusal,
  Rehearsal,
  RehearsalObservation,
  RehearsalRequest,
  SeenMachine,
} from "./model";

/**
 * Launches of one round. EC2 lets an account's RunInstances calls be two a second in the long run, and
 * a round comes each ten seconds. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export const launchesPerRound = 20;

/** EC2's codes for a zone that has no such machine now. */
const zoneIsFull = ["InsufficientInstanceCapacity", "Unsupported"];

/** RDS's words for an instance that never becomes available by itself. */
const hopeless = /^(failed|incompatible-|restore-error|storage-full|inaccessible)/;

type Facts = Pick<RehearsalPlan, "prefix" | "teams" | "database" | "timeout">;

/** Enters what was seen into the rehearsal; what was seen once stays. */
export function learn(
  before: Rehearsal,
  observation: RehearsalObservation,
  facts: Facts,
  now: number,
): Rehearsal {
  const refused = (observation.failures ?? []).reduce(noteRefusal, before);
  const dated = noteStart(refused, observation, facts);
  return noteDatabase(noteHealth(noteMachines(dated, observation, facts, now), observation, now));

  function noteDatabase(rehearsal: Rehearsal): Rehearsal {
    const copy = ownDatabase(rehearsal, observation, facts);
    if (copy === undefined || rehearsal.databaseAt !== undefined) return rehearsal;
    if (copy.status === "available") return { ...rehearsal, databaseAt: now };
    if (!hopeless.test(copy.status)) return rehearsal;
    return { ...rehearsal, databaseFailure: `The copy of the database is ${copy.status}.` };
  }
}

function noteRefusal(rehearsal: Rehearsal, { request, code, error }: Refusal): Rehearsal {
  const refusals = (key: string) => ({ ...rehearsal.refusals, [key]: error });
  switch (request.kind) {
    case "launch": {
      if (request.rehearsal !== rehearsal.id) return rehearsal;
      const { team, zone } = request;
      const zonesTried = zoneIsFull.includes(code)
        ? { ...rehearsal.zonesTried, [team]: zone + 1 }
        : rehearsal.zonesTried;
      return { ...rehearsal, zonesTried, refusals: refusals(team) };
    }
    case "restore":
    case "deleteDatabase":
      return { ...rehearsal, refusals: refusals("database") };
    case "register":
    case "deregister":
    case "terminate":
      return { ...rehearsal, refusals: refusals("targets") };
    default:
      return request satisfies never;
  }
}

/** The snapshot is chosen once: a newer one in the middle would make a second copy. */
function noteStart(
  rehearsal: Rehearsal,
  { snapshot, homeLagSeconds }: RehearsalObservation,
  { database }: Facts,
): Rehearsal {
  const chosen =
    database !== undefined && rehearsal.snapshot === undefined && snapshot?.known === true
      ? { snapshot: snapshot.value }
      : {};
  const lag =
    rehearsal.homeLagSeconds === undefined &&
    homeLagSeconds?.known === true &&
    homeLagSeconds.value !== null
      ? { homeLagSeconds: homeLagSeconds.value }
      : {};
  return { ...rehearsal, ...chosen, ...lag };
}

function noteMachines(
  rehearsal: Rehearsal,
  observation: RehearsalObservation,
  { teams }: Facts,
  now: number,
): Rehearsal {
  const seen = ownMachines(rehearsal, observation);
  if (seen.length === 0) return rehearsal;
  const machines = { ...rehearsal.machines };
  for (const { team, instanceId } of seen) machines[team] ??= instanceId;
  const running = new Set(seen.filter(({ state }) => state === "running").map(({ team }) => team));
  const all = teams.every((team) => running.has(team));
  const complete = all && rehearsal.machinesAt === undefined ? { machinesAt: now } : {};
  return { ...rehearsal, machines, ...complete };
}

function noteHealth(
  rehearsal: Rehearsal,
  { targets }: RehearsalObservation,
  now: number,
): Rehearsal {
  if (!targets.known) return rehearsal;
  const healthy = new Set(
    targets.value.filter(({ state }) => state === "healthy").map(({ instanceId }) => instanceId),
  );
  const healthyAt = { ...rehearsal.healthyAt };
  for (const [team, instanceId] of Object.entries(rehearsal.machines)) {
    if (healthy.has(instanceId)) healthyAt[team] ??= now;
  }
  return { ...rehearsal, healthyAt };
}

/** What brings the rehearsal forward; asked again until it was seen. */
export function forward(
  rehearsal: Rehearsal,
  observation: RehearsalObservation,
  facts: Facts,
): RehearsalRequest[] {
  return [
    ...launches(rehearsal, observation, facts),
    ...registrations(rehearsal, observation),
    ...restoration(rehearsal, observation, facts),
  ];
}

/** Not without having looked: a machine that cannot be seen cannot be taken down either. */
function launches(
  { id, machines, zonesTried }: Rehearsal,
  { machines: seen }: RehearsalObservation,
  { teams }: Facts,
): RehearsalRequest[] {
  if (!seen.known) return [];
  return teams
    .filter((team) => machines[team] === undefined)
    .slice(0, launchesPerRound)
    .map((team) => ({ kind: "launch", rehearsal: id, team, zone: zonesTried[team] ?? 0 }));
}

function registrations(
  rehearsal: Rehearsal,
  observation: RehearsalObservation,
): RehearsalRequest[] {
  const { targets } = observation;
  if (!targets.known) return [];
  const registered = new Set(targets.value.map(({ instanceId }) => instanceId));
  // Elastic Load Balancing takes running machines alone.
  const instanceIds = ownMachines(rehearsal, observation)
    .filter(({ state, instanceId }) => state === "running" && !registered.has(instanceId))
    .map(({ instanceId }) => instanceId);
  return instanceIds.length === 0 ? [] : [{ kind: "register", instanceIds }];
}

function restoration(
  rehearsal: Rehearsal,
  observation: RehearsalObservation,
  facts: Facts,
): RehearsalRequest[] {
  const { id, snapshot, databaseAt, databaseFailure } = rehearsal;
  if (snapshot === undefined || snapshot === null) return [];
  if (databaseAt !== undefined || databaseFailure !== undefined) return [];
  if (!observation.databases.known || ownDatabase(rehearsal, observation, facts) !== undefined) {
    return [];
  }
  const identifier = rehearsalDatabaseName(facts.prefix, id);
  return [{ kind: "restore", rehearsal: id, identifier, snapshot: snapshot.identifier }];
}

/** True once waiting longer would tell nothing new. */
export function isSettled(
  rehearsal: Rehearsal,
  observation: RehearsalObservation,
  facts: Facts,
): boolean {
  const teams = facts.teams.every(
    (team) =>
      rehearsal.healthyAt[team] !== undefined || hasEnded(team, rehearsal, observation.machines),
  );
  return teams && (facts.database === undefined || databaseIsSettled(rehearsal));
}

function databaseIsSettled({ snapshot, databaseAt, databaseFailure }: Rehearsal): boolean {
  return snapshot === null || databaseAt !== undefined || databaseFailure !== undefined;
}

/** Its machine was there and is no more: it ends itself when it cannot do its work. */
export function hasEnded(
  team: string,
  { machines }: Rehearsal,
  seen: RehearsalObservation["machines"],
): boolean {
  const instanceId = machines[team];
  if (instanceId === undefined || !seen.known) return false;
  return !seen.value.some(
    (machine) => machine.instanceId === instanceId && machine.state !== "shutting-down",
  );
}

function ownMachines(
  { id }: Rehearsal,
  { machines }: RehearsalObservation,
): readonly SeenMachine[] {
  return machines.known ? machines.value.filter(({ rehearsal }) => rehearsal === id) : [];
}

function ownDatabase(
  { id }: Rehearsal,
  { databases }: RehearsalObservation,
  { prefix }: Pick<RehearsalPlan, "prefix">,
): { readonly status: string } | undefined {
  if (!databases.known) return undefined;
  return databases.value.find(
    ({ rehearsal, identifier }) =>
      rehearsal === id && identifier === rehearsalDatabaseName(prefix, id),
  );
}

import { alarm, clearFaults, fault, later, lose, revive, when, whenCommitted } from "../acts";
import type { Act, MatrixCase } from "../matrixCase";
import { acceleratorRegion, regions } from "../matrixPlan";
import type { Outcome } from "../outcome";
import { message, person, replicaStatus, restoreOldSizes } from "../people";

const serving: Outcome = { kind: "serving", within: 15 };
const unfenced: Outcome = { ...serving, unfenced: true };
const days = 86_400;

/** A person who was told that data may be lost, and decides. */
const forced: Act = person("a-person", { force: true, reason: "the loss is accepted" });

/** The old region's control plane does not answer the function; all else of the region is well. */
const partitioned: Act = fault(
  { kind: "deadEndpoint" },
  { service: "autoscaling", region: regions.active },
);

/** EC2 of the new region has no machine to give, so many times; without end if undefined. */
function noCapacity(count?: number): Act {
  return (world) => {
    world.inject({
      effect: {
        kind: "refuse",
        code: "InsufficientInstanceCapacity",
        message:
          "We currently do not have sufficient capacity in the Availability Zone you requested.",
      },
      service: "ec2",
      action: "RunInstances",
      region: regions.waiting,
      ...(count === undefined ? {} : { count }),
    });
  };
}

/** The alarm goes to and fro every 25 modelled seconds. */
const flapping: readonly Act[] = [1, 2, 3, 4, 5, 6].map((turn) =>
  later(turn * 25, alarm(turn % 2 === 1 ? "OK" : "ALARM")),
);

const recordThrottled: Act = (world) => {
  const until = world.gateway.clock.now() + 240_000;
  return fault({ kind: "throttle" }, { service: "dynamodb", until })(world);
};

const hurtReplica = (status: string): Partial<MatrixCase> => ({
  acts: [replicaStatus(status)],
  promise: {
    kind: "blocked",
    step: "database",
    reason: `The replica is ${status}`,
    remedy: "Look at the replica's events in RDS",
  },
  mend: [replicaStatus(undefined)],
});

const gated = (reason: string, step: "database" | "home" = "database"): Partial<MatrixCase> => ({
  promise: { kind: "blocked", step, reason, remedy: "--force" },
  mend: [forced],
});

const quiet = { quiet: true, world: { healthy: true } } as const;

const untouched: Outcome = { kind: "unchanged", phase: "standby" };

/** What happens to the regions, the replication, the capacity and the messages, by name. */
const rows: Readonly<Record<string, Partial<MatrixCase>>> = {
  "primary dead before detection": {
    acts: [lose("active")],
    promise: unfenced,
    afterwards: [revive("active")],
  },
  "primary dies when the fence goes up": {
    acts: [when("recovering", lose("active"))],
    promise: unfenced,
    afterwards: [revive("active")],
  },
  "primary dies when the point of no return is passed": {
    acts: [whenCommitted(lose("active"))],
    promise: serving,
    afterwards: [revive("active")],
  },
  "partitioned: users are served, its control plane is silent": {
    world: { healthy: true },
    acts: [partitioned],
    promise: { kind: "unchanged", phase: "aborted" },
  },
  "partitioned, and a person moves it nevertheless": {
    ...quiet,
    acts: [partitioned, person("a-person")],
    promise: unfenced,
    afterwards: [clearFaults],
  },
  "old sizes restored by hand after serving": { afterwards: [restoreOldSizes] },
  "replica 15 min behind": {
    world: { replicaLag: 900 },
    ...gated("The replica was 900 s behind"),
  },
  "replica's lag unknown (-1)": {
    world: { replicaLag: -1 },
    ...gated("The replica's lag is unknown"),
  },
  "home never replicated completely": {
    world: { latencies: { efsInitialSync: "24 hours" } },
    ...gated("The home's lag is unknown", "home"),
  },
  "home's replication ended by somebody before": {
    world: { homeFreed: true },
    ...gated("The home's lag is unknown", "home"),
  },
  "replica storage-full": hurtReplica("storage-full"),
  "replica incompatible-restore": hurtReplica("incompatible-restore"),
  "replica incompatible-parameters": hurtReplica("incompatible-parameters"),
  "replica backing-up for 3 min": {
    acts: [replicaStatus("backing-up"), later(180, replicaStatus(undefined))],
  },
  "accelerator's control plane unreachable until after serving": {
    acts: [
      fault({ kind: "deadEndpoint" }, { service: "globalaccelerator", region: acceleratorRegion }),
    ],
    afterwards: [clearFaults],
  },
  "capacity refused to each team's first launch": { acts: [noCapacity(2)] },
  "capacity refused in all zones": {
    acts: [noCapacity()],
    promise: {
      kind: "blocked",
      step: "capacity",
      reason: "instances in service",
      remedy: "Another instance type",
    },
  },
  "record table throttled for 4 min": { acts: [recordThrottled] },
  "function's time is up after each round": { world: { functionTimeout: 61 } },
  "alarm flapping over a dead region": { acts: flapping },
  "alarm flapping over a healthy region": {
    world: { healthy: true },
    acts: flapping,
    promise: { kind: "unchanged", phase: "aborted" },
  },
  "each message delivered four times": {
    acts: [
      ({ behaviours }) => {
        behaviours.sns.disturb({ duplicates: 3 });
      },
    ],
  },
  "message delayed by 10 min": { ...quiet, acts: [message({ age: 601 })], promise: untouched },
  "message delayed by 23 days": {
    ...quiet,
    acts: [message({ age: 23 * days })],
    promise: untouched,
  },
  "message forged: another topic": {
    ...quiet,
    acts: [message({ topic: "forged" })],
    promise: untouched,
  },
  "message forged: another alarm": {
    ...quiet,
    acts: [message({ alarmName: "site-region-up" })],
    promise: untouched,
  },
  "stale, repeated and forged messages after serving": {
    afterwards: [message({ age: 601 }), message({}), message({ topic: "forged" })],
  },
  "two persons and an alarm at once": { acts: [person("one"), person("another"), message({})] },
};

/** The world matrix. */
export function worldCases(): MatrixCase[] {
  return Object.entries(rows).map(([name, row]) => ({
    matrix: "world",
    name: `world: ${name}`,
    promise: serving,
    ...row,
  }));
}

import type { Phase } from "../../../failover/model";
import type {
  FailoverView,
  RehearsalObservation,
  RehearsalRecord,
  RehearsalRequest,
  RehearsalTrigger,
  Snapshot,
} from "../../../failover/rehearsal/model";
import type { RehearsalCloud, RehearsalNeeds } from "../../../failover/rehearsal/ports";
import type { RehearsalPlan } from "../../../failover/rehearsal/rehearsalPlan";
import { runRehearsal, type RehearsalRunResult } from "../../../failover/rehearsal/run";
import { minutes, SimulatedClock } from "../../support/simulatedCloud";

export const samplePlan: RehearsalPlan = {
  prefix: "jenkins",
  stack: "dr",
  activeRegion: "us-east-1",
  waitingRegion: "eu-west-1",
  generation: 1,
  tableName: "jenkins-failover",
  announcementsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
  teams: ["devops", "ma", "ba"],
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  targetGroupArn: "arn:target-group",
  homeFileSystemId: "fs-2",
  database: {
    snapshotsOf: ["jenkins-g1-replica", "jenkins-g1"],
    instanceClass: "db.t4g.medium",
    subnetGroup: "jenkins-database",
    securityGroupId: "sg-1",
  },
  timeout: minutes(60),
};

interface Machine {
  readonly instanceId: string;
  readonly rehearsal: string | undefined;
  readonly team: string;
  readonly token: string;
  readonly at: number;
  endedAt?: number;
}

interface Database {
  readonly identifier: string;
  readonly rehearsal: string | undefined;
  readonly at: number;
  deletedAt?: number;
}

/** The run was killed: nothing of it goes on. */
export class Killed extends Error {}

/** When the process dies: at the nth call of all, before the call had its effect or after it. */
export interface Kill {
  readonly at: number;
  readonly when: "before" | "after";
}

/** How long things take here, milliseconds. */
const bootMs = 40_000;
const healthyMs = 180_000;
const shutdownMs = 60_000;
const restoreMs = 600_000;
const deletionMs = 120_000;

/** A waiting region with machines and databases that are not the rehearsals', and a clock. */
export class SimulatedRegion {
  readonly clock = new SimulatedClock();
  failover: FailoverView | null = {
    phase: "standby",
    generation: 1,
    activeRegion: "us-east-1",
    settled: false,
  };
  snapshot: Snapshot | null = { identifier: "daily", takenAt: this.clock.now() - minutes(300) };
  record: RehearsalRecord | undefined;
  readonly machines: Machine[] = [];
  readonly databases: Database[] = [
    { identifier: "jenkins-g1-replica", rehearsal: undefined, at: 0 },
    // A person's own, with a name like ours: without the tag it is nobody's business.
    { identifier: "jenkins-rehearsal-of-a-person", rehearsal: undefined, at: 0 },
  ];
  readonly targets = new Set<string>();
  readonly requests: RehearsalRequest[] = [];
  readonly announced: string[] = [];
  /** Zones, counted from 0, that have no machines now. */
  readonly fullZones = new Set<number>();
  /** Teams whose machine ends itself instead of becoming healthy. */
  readonly failing = new Set<string>();
  calls = 0;
  kill: Kill | undefined;

  /** One run of the function, of at most 50 s. @returns undefined when it was killed */
  async run(
    trigger: RehearsalTrigger = { kind: "tick" },
    plan: RehearsalPlan = samplePlan,
  ): Promise<RehearsalRunResult | undefined> {
    const settings = { plan, deadline: this.clock.now() + 50_000 };
    try {
      return await runRehearsal(this.cloud(), this.clock, trigger, settings, () => undefined);
    } catch (error) {
      if (error instanceof Killed) return undefined;
      throw error;
    }
  }

  start(id = "one", by: "person" | "schedule" = "person"): RehearsalTrigger {
    return { kind: "start", at: this.clock.now(), asked: { id, by } };
  }

  /** The minute's schedule, until nothing is under way and nothing is left. */
  async untilQuiet(limit = 200): Promise<void> {
    for (let minute = 0; minute < limit; minute++) {
      await this.run();
      if (this.record?.running === undefined && this.leftovers().length === 0) return;
      this.clock.advance(10_000);
    }
    throw new Error(`After ${limit} minutes there still is: ${this.leftovers().join(", ")}`);
  }

  enter(phase: Phase, settled = false): void {
    this.failover = { phase, generation: 1, activeRegion: "us-east-1", settled };
  }

  /** What rehearsals have left here, whoever made it. */
  leftovers(): string[] {
    const now = this.clock.now();
    return [
      ...this.machines
        .filter((each) => each.rehearsal !== undefined && stateOf(each, now) !== "terminated")
        .map(({ instanceId }) => instanceId),
      ...this.databases
        .filter((each) => each.rehearsal !== undefined && statusOf(each, now) !== "gone")
        .map(({ identifier }) => identifier),
      ...this.targets,
    ];
  }

  private cloud(): RehearsalCloud {
    return {
      load: () => this.call(() => this.record),
      save: (record, expected) =>
        this.call(() => {
          if (this.record?.version !== expected) return false;
          this.record = structuredClone(record);
          return true;
        }),
      observe: (needs) => this.call(() => this.observe(needs)),
      act: (request) =>
        this.call(() => {
          this.act(request);
        }),
      announce: ({ id }) =>
        this.call(() => {
          this.announced.push(id);
        }),
      measure: () => this.call(() => undefined),
    };
  }

  private async call<Result>(effect: () => Result): Promise<Result> {
    await Promise.resolve();
    const nth = this.calls++;
    // Dead is dead: other lanes of the same run do not go on either.
    if (this.kill !== undefined && (nth > this.kill.at || this.dies(nth, "before"))) {
      throw new Killed();
    }
    const result = effect();
    if (this.dies(nth, "after")) throw new Killed();
    return result;
  }

  private dies(nth: number, when: Kill["when"]): boolean {
    return this.kill?.at === nth && this.kill.when === when;
  }

  private observe({ start }: RehearsalNeeds): RehearsalObservation {
    const now = this.clock.now();
    for (const machine of this.machines) {
      if (this.failing.has(machine.team) && now - machine.at > bootMs * 2) machine.endedAt ??= now;
    }
    const machines = this.machines.flatMap((machine) => {
      const state = stateOf(machine, now);
      if (machine.rehearsal === undefined || state === "terminated") return [];
      const { instanceId, rehearsal, team } = machine;
      return [{ instanceId, rehearsal, team, state }];
    });
    const databases = this.databases.flatMap((database) => {
      const status = statusOf(database, now);
      if (database.rehearsal === undefined || status === "gone") return [];
      return [{ identifier: database.identifier, rehearsal: database.rehearsal, status }];
    });
    const targets = [...this.targets].map((instanceId) => {
      const machine = this.machines.find((each) => each.instanceId === instanceId);
      const up = machine && now - machine.at > healthyMs && stateOf(machine, now) === "running";
      return { instanceId, state: up ? "healthy" : "unhealthy" };
    });
    return {
      failover: known(this.failover),
      machines: known(machines),
      databases: known(databases),
      targets: known(targets),
      ...(start ? { snapshot: known(this.snapshot), homeLagSeconds: known(300) } : {}),
    };
  }

  private act(request: RehearsalRequest): void {
    this.requests.push(request);
    const now = this.clock.now();
    switch (request.kind) {
      case "launch":
        this.launch(request.rehearsal, request.team, request.zone);
        break;
      case "register":
        for (const id of request.instanceIds) this.targets.add(id);
        break;
      case "deregister":
        for (const id of request.instanceIds) this.targets.delete(id);
        break;
      case "terminate":
        for (const id of request.instanceIds) this.own(this.machines, id).endedAt ??= now;
        break;
      case "restore": {
        const { identifier, rehearsal } = request;
        if (this.databases.some((each) => each.identifier === identifier)) {
          throw coded("DBInstanceAlreadyExists");
        }
        this.databases.push({ identifier, rehearsal, at: now });
        break;
      }
      case "deleteDatabase": {
        const database = this.own(this.databases, request.identifier);
        if (statusOf(database, now) === "creating") throw coded("InvalidDBInstanceState");
        database.deletedAt ??= now;
      }
    }
  }

  private launch(rehearsal: string, team: string, zone: number): void {
    const token = `${rehearsal}-${team}-${zone}`;
    if (this.machines.some((each) => each.token === token)) return;
    if (this.fullZones.has(zone)) throw coded("InsufficientInstanceCapacity");
    const instanceId = `i-${this.machines.length}`;
    this.machines.push({ instanceId, rehearsal, team, token, at: this.clock.now() });
  }

  /** What a request names must be a rehearsal's: the role would refuse it otherwise. */
  private own<Thing extends Machine | Database>(things: readonly Thing[], id: string): Thing {
    const thing = things.find(
      (each) => ("instanceId" in each ? each.instanceId : each.identifier) === id,
    );
    if (thing?.rehearsal === undefined) throw new Error(`${id} is not a rehearsal's`);
    return thing;
  }
}

function stateOf({ at, endedAt }: Machine, now: number): string {
  if (endedAt !== undefined) return now - endedAt > shutdownMs ? "terminated" : "shutting-down";
  return now - at > bootMs ? "running" : "pending";
}

function statusOf({ at, deletedAt }: Database, now: number): string {
  if (deletedAt !== undefined) return now - deletedAt > deletionMs ? "gone" : "deleting";
  return now - at > restoreMs ? "available" : "creating";
}

function known<T>(value: T): { readonly known: true; readonly value: T } {
  return { known: true, value };
}

function coded(name: string): Error {
  const error = new Error(`refused: ${name}`);
  error.name = name;
  return error;
}

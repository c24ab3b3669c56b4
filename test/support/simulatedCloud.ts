import type {
  Action,
  Announcement,
  FailoverRecord,
  GroupSizes,
  Observation,
  ObservationPart,
  ReadFailure,
} from "../../failover/model";
import { type FailoverPlan, policyOf } from "../../failover/plan";
import type { Clock, Cloud } from "../../failover/ports";

/** A clock that is moved by hand, or by whoever sleeps on it. */
export class SimulatedClock implements Clock {
  constructor(private time = Date.UTC(2026, 0, 1)) {}
  now(): number {
    return this.time;
  }
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
  sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    return Promise.resolve();
  }
}

export const minutes = (count: number): number => count * 60_000;

export const samplePlan: FailoverPlan = {
  prefix: "jenkins",
  stack: "dr",
  activeRegion: "us-east-1",
  waitingRegion: "eu-west-1",
  generation: 1,
  tableName: "jenkins-failover",
  alarmName: "jenkins-region-down",
  alarmsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-alarms",
  announcementsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
  teams: ["devops", "ma", "ba", "tw"].map((team) => ({
    team,
    host: `${team}.ci.example.com`,
    shard: 0,
    serving: { min: 1, max: 1, desired: 1 },
  })),
  activeLoadBalancers: ["active.elb.amazonaws.com"],
  waitingLoadBalancers: ["waiting.elb.amazonaws.com"],
  replica: "jenkins-g1-replica",
  homeFileSystemId: "fs-2",
  healthPaths: ["/login"],
  edge: {
    kind: "globalAccelerator",
    shards: [{ activeGroupArn: "arn:active", waitingGroupArn: "arn:waiting" }],
  },
  limits: {
    mode: "automatic",
    threshold: 0.5,
    quorum: 2,
    confirmFor: minutes(2),
    confirmLimit: minutes(15),
    fenceTimeout: minutes(5),
    maxReplicaLag: 300,
    maxHomeLag: 1200,
    requiredHealthyShare: 0.5,
    stepLimit: minutes(30),
  },
};

/** The same deployment with machines that keep nothing. */
export const { homeFileSystemId: sampleHome, ...homelessPlan } = samplePlan;

/** More than any story takes, so that a loop fails at once instead of by the test's time limit. */
const roundsOfADay = 4_000;

interface SimulatedGroup extends GroupSizes {
  readonly name: string;
  instances: number;
  suspended: boolean;
}

interface SimulatedRegion {
  /** False: neither users nor control-plane calls get an answer. */
  controlPlaneAnswers: boolean;
  teamsHealthy: number;
  groups: SimulatedGroup[];
}

/**
 * Two regions as far as the failover sees them, on simulated time. Requests take effect after the
 * delays below, as they do in AWS; reads and requests can be made to fail.
 */
export class SimulatedCloud implements Cloud {
  record: FailoverRecord | undefined;
  readonly announced: Announcement[] = [];
  readonly acted: { readonly at: number; readonly action: Action }[] = [];
  readonly measured: FailoverRecord["phase"][] = [];
  readonly active: SimulatedRegion;
  readonly waiting: SimulatedRegion;
  alarm: "ALARM" | "OK" = "OK";
  lastAlive: number;
  replicaLag: number | undefined = 5;
  homeLag: number | undefined = 60;
  /** Everything written until then is in the replica, and in the home. */
  replicaSyncedUntil: number | undefined;
  homeSyncedUntil: number | undefined;
  replicaStatus = "available";
  replicates = true;
  homeState: "replicating" | "freeing" | "writable" = "replicating";
  activeClosed = false;
  waitingOpen = false;
  waitingShut = false;
  /** Parts whose reading fails, and how. */
  readonly unreadable = new Map<ObservationPart, ReadFailure>();
  /** Called before each port call; throws to model a crash or a refusal. */
  onCall: (call: string) => void = () => undefined;
  private loads = 0;
  private readonly due: { at: number; happen: () => void }[] = [];

  constructor(
    readonly clock: SimulatedClock,
    readonly plan: FailoverPlan = samplePlan,
  ) {
    const sizes = policyOf(plan).servingSizes;
    const groups = (factor: 0 | 1): SimulatedGroup[] =>
      Object.entries(sizes).map(([name, { min, max, desired }]) => ({
        name,
        min: min * factor,
        max: max * factor,
        desired: desired * factor,
        instances: desired * factor,
        suspended: false,
      }));
    const teamsHealthy = plan.teams.length;
    this.active = { controlPlaneAnswers: true, teamsHealthy, groups: groups(1) };
    this.waiting = { controlPlaneAnswers: true, teamsHealthy: 0, groups: groups(0) };
    this.lastAlive = clock.now();
  }

  /** The old region stops to answer anybody, as when it is lost. */
  loseActiveRegion(): void {
    this.lastAlive = this.clock.now();
    this.active.controlPlaneAnswers = false;
    this.active.teamsHealthy = 0;
  }

  load(): Promise<FailoverRecord | undefined> {
    this.loads += 1;
    if (this.loads > roundsOfADay) throw new Error("The failover looks again without end.");
    return this.called("load", () => structuredClone(this.record));
  }

  save(record: FailoverRecord, expected: number | undefined): Promise<boolean> {
    return this.called("save", () => {
      if (this.record?.version !== expected) return false;
      this.record = structuredClone(record);
      return true;
    });
  }

  observe(parts: readonly ObservationPart[]): Promise<Observation> {
    return this.called("observe", () => {
      this.settle();
      const entries = parts.map((part) => {
        const failure = this.unreadable.get(part) ?? this.unreachable(part);
        if (failure !== undefined) {
          return [part, { known: false, failure, error: `${part} ${failure}` }];
        }
        return [part, { known: true, value: this.values()[part] }];
      });
      return Object.fromEntries(entries) as Observation;
    });
  }

  act(action: Action): Promise<void> {
    return this.called(`act ${action.kind}`, () => {
      this.acted.push({ at: this.clock.now(), action });
      this.carryOut(action);
    });
  }

  announce(announcement: Announcement): Promise<void> {
    return this.called("announce", () => {
      this.announced.push(announcement);
    });
  }

  measure(record: FailoverRecord): Promise<void> {
    return this.called("measure", () => {
      this.measured.push(record.phase);
    });
  }

  requested(kind: Action["kind"]): number {
    return this.acted.filter(({ action }) => action.kind === kind).length;
  }

  /** Lets everything happen whose time has come. */
  settle(): void {
    const now = this.clock.now();
    for (const event of this.due.filter(({ at }) => at <= now)) event.happen();
    this.due.splice(0, this.due.length, ...this.due.filter(({ at }) => at > now));
    const controllers = this.waiting.groups.filter(({ instances }) => instances > 0).length;
    const mayWrite = this.plan.homeFileSystemId === undefined || this.homeState === "writable";
    const mayStart = mayWrite && this.record?.activeRegion === this.plan.waitingRegion;
    this.waiting.teamsHealthy = mayStart ? controllers : 0;
  }

  private unreachable(part: ObservationPart): ReadFailure | undefined {
    const ofActive = part === "targets" || part === "activeGroups";
    return ofActive && !this.active.controlPlaneAnswers ? "unreachable" : undefined;
  }

  private values(): Record<ObservationPart, unknown> {
    const teams = this.plan.teams.length;
    const states = ({ groups }: SimulatedRegion) =>
      groups.map(({ suspended, ...group }) => ({
        ...group,
        inService: group.instances,
        launchSuspended: suspended,
      }));
    const lag = (lagSeconds: number | undefined, syncedUntil: number | undefined) => ({
      ...(lagSeconds === undefined ? {} : { lagSeconds }),
      ...(syncedUntil === undefined ? {} : { syncedUntil }),
    });
    return {
      alarm: this.alarm,
      lastAlive: this.lastAlive,
      answers: { teams, healthy: this.active.teamsHealthy },
      targets: { teams, healthy: this.active.teamsHealthy },
      activeGroups: states(this.active),
      waitingGroups: states(this.waiting),
      waitingTeams: { teams, healthy: this.waiting.teamsHealthy },
      replica: {
        status: this.replicaStatus,
        replicates: this.replicates,
        ...lag(this.replicaLag, this.replicaSyncedUntil),
      },
      home: { state: this.homeState, ...lag(this.homeLag, this.homeSyncedUntil) },
      traffic: {
        waitingOpen: this.waitingOpen,
        activeClosed: this.activeClosed,
        waitingShut: this.waitingShut,
      },
    };
  }

  private carryOut(action: Action): void {
    const sizes = policyOf(this.plan).servingSizes;
    switch (action.kind) {
      case "fenceGroups":
        this.demand(this.active.controlPlaneAnswers);
        this.resize(this.active, action.groups, () => ({ min: 0, max: 0, desired: 0 }), true);
        return;
      case "releaseGroups":
        this.demand(this.active.controlPlaneAnswers);
        this.resize(this.active, action.groups, (name) => sizes[name], false);
        return;
      case "raiseCapacity":
        this.resize(this.waiting, action.groups, (name) => sizes[name], false);
        return;
      case "lowerCapacity":
        this.resize(this.waiting, action.groups, () => ({ min: 0, max: 0, desired: 0 }), false);
        return;
      case "promoteReplica":
        this.after(minutes(1), () => (this.replicaStatus = "rebooting"));
        this.after(minutes(5), () => {
          this.replicaStatus = "available";
          this.replicates = false;
        });
        return;
      case "freeHome":
        this.homeState = "freeing";
        this.after(minutes(4), () => (this.homeState = "writable"));
        return;
      case "closeTraffic":
        this.activeClosed = true;
        return;
      case "moveTraffic":
        this.activeClosed = true;
        this.waitingOpen = true;
        return;
      case "reopenTraffic":
        this.activeClosed = false;
        this.waitingOpen = false;
        this.waitingShut = false;
        return;
      default:
        action satisfies never;
    }
  }

  private resize(
    region: SimulatedRegion,
    names: readonly string[],
    sizesOf: (name: string) => GroupSizes | undefined,
    suspended: boolean,
  ): void {
    for (const group of region.groups.filter(({ name }) => names.includes(name))) {
      const sizes = sizesOf(group.name);
      if (sizes === undefined) throw new Error(`No sizes for ${group.name}`);
      Object.assign(group, sizes, { suspended });
      this.after(minutes(1), () => (group.instances = group.desired));
    }
  }

  private after(delay: number, happen: () => void): void {
    this.due.push({ at: this.clock.now() + delay, happen });
  }

  private demand(answers: boolean): void {
    if (!answers) throw Object.assign(new Error("connect ETIMEDOUT"), { code: "ETIMEDOUT" });
  }

  private async called<T>(call: string, body: () => T): Promise<T> {
    await Promise.resolve();
    this.onCall(call);
    return body();
  }
}

/** Invokes as the schedule does: at once, then each minute until the time is up. */
export async function eachMinute<Result>(
  clock: SimulatedClock,
  forMinutes: number,
  invoke: () => Promise<Result>,
): Promise<Result> {
  const end = clock.now() + minutes(forMinutes);
  let result = await invoke();
  while (clock.now() < end) {
    clock.advance(minutes(1));
    result = await invoke();
  }
  return result;
}

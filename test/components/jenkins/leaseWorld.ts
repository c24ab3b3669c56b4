import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderLeaseScript } from "../../../components/jenkins/leaseScriptRenderer";
import type { LeaseSettings } from "../../../components/jenkins/leaseSettingsRenderer";
import { defaultLeaseTiming } from "../../../components/jenkins/leaseTiming";
import { itemColumns, readAwsCommand } from "../../../local/dataPlane/controllers/awsCommand";
import type { ProgramResult } from "../../../local/dataPlane/controllers/machineCalls";
import { onModelledTime } from "../../../local/dataPlane/controllers/machineEnvironment";
import { MachineServer } from "../../../local/dataPlane/controllers/machineServer";
import { type ConditionalUpdate, type Item, updated } from "../../support/conditionalTable";
import { LeaseMachine } from "./leaseMachines";
import { VirtualTime } from "./virtualTime";

export const settings: LeaseSettings = {
  region: "eu-central-1",
  peerRegion: "eu-west-1",
  role: "active",
  generation: 1,
  leaseTable: "jenkins-leases",
  recordTable: "jenkins-failover",
  homes: [{ home: "ma", accessPointId: "fsap-ma" }],
  autoScalingGroup: "jenkins-ma",
  terminateHook: "jenkins-ma-terminate",
  // Fewer attempts than in earnest: each costs real milliseconds, and none is made too early.
  timing: { ...defaultLeaseTiming, retry: 30 },
};

/** What was written to a home, by whom and when on the boot clock. */
export interface Written {
  readonly home: string;
  readonly instance: string;
  readonly at: number;
}

/** A lease in plain words. */
export interface StoredLease {
  readonly owner: string;
  readonly generation: number;
  readonly renewals: number;
  readonly expiresAt: number;
}

const unreachable: ProgramResult = { status: 255, text: "Could not connect to the endpoint URL" };

/**
 * One region's lease table, both regions' failover records, the homes, and the machines that use
 * them: real processes that run the deployed script, on virtual time. afterEach asks {@link check}.
 */
export class LeaseWorld {
  readonly time = new VirtualTime();
  readonly directory = mkdtempSync(join(tmpdir(), "lease-"));
  readonly server = new MachineServer(() => this.time.seconds);
  readonly written: Written[] = [];
  /** Lifecycle actions that were completed, by instance and hook. */
  readonly completed: string[] = [];
  /** `refuses` every connection, `hangs`, or answers. For all machines. */
  table: "answers" | "refuses" | "hangs" = "answers";
  private readonly machines: LeaseMachine[] = [];
  private readonly leases = new Map<string, Item>();
  private readonly records = new Map<string, Item>();
  private readonly late: { readonly input: ConditionalUpdate }[] = [];
  private readonly twice: string[] = [];

  static async start(): Promise<LeaseWorld> {
    const world = new LeaseWorld();
    await world.server.start();
    writeFileSync(join(world.directory, "jenkins-lease"), onModelledTime(renderLeaseScript()));
    mkdirSync(join(world.directory, "homes"));
    return world;
  }

  machine(instance: string, overrides: Partial<LeaseSettings> = {}): LeaseMachine {
    const made = new LeaseMachine(this, instance, { ...settings, ...overrides });
    this.machines.push(made);
    return made;
  }

  lease(home: string): StoredLease | undefined {
    const item = this.leases.get(home);
    if (item === undefined) return undefined;
    const number = (name: string): number => Number(item[name]?.N);
    return {
      owner: item.owner?.S ?? "",
      generation: number("generation"),
      renewals: number("renewals"),
      expiresAt: number("expiresAt"),
    };
  }

  /** A lease of a machine that is not here. */
  setLease(home: string, { owner, generation, expiresAt = 9e9, renewals = 7 }: GivenLease): void {
    this.leases.set(home, {
      home: { S: home },
      owner: { S: owner },
      session: { S: `session of ${owner}` },
      generation: { N: String(generation) },
      seconds: { N: "90" },
      expiresAt: { N: String(expiresAt) },
      renewals: { N: String(renewals) },
    });
  }

  /** The failover record of a region, by its plain attributes; undefined: there is none. */
  record(region: string, item: Item | undefined): void {
    if (item === undefined) this.records.delete(region);
    else this.records.set(region, item);
  }

  serves(region: string, generation: number, recordedIn: string): void {
    this.record(recordedIn, {
      generation: { N: String(generation) },
      activeRegion: { S: region },
    });
  }

  /** A machine's AWS call, as the table answers it. @param limit the script's, in seconds */
  async aws(machine: LeaseMachine, args: readonly string[], limit: number): Promise<ProgramResult> {
    const { operation, region, input, columns } = readAwsCommand(args);
    const mood = machine.network ?? this.table;
    if (mood === "hangs") {
      await this.time.sleep(limit);
      return { status: 124, text: "" };
    }
    if (mood === "refuses") return unreachable;
    if (operation === "complete-lifecycle-action") {
      const { InstanceId, LifecycleHookName, LifecycleActionResult } =
        input as unknown as Completion;
      this.completed.push(`${InstanceId} ${LifecycleHookName} ${LifecycleActionResult}`);
      return { status: 0, text: "" };
    }
    if (operation === "get-item") return this.read(region, input, columns);
    if (mood === "late") {
      this.late.push({ input: input as never });
      await this.time.sleep(limit);
      return { status: 124, text: "" };
    }
    return this.update(input as never);
  }

  /** What was on its way to the table for so long arrives now. */
  deliverLate(): readonly number[] {
    return this.late.splice(0).map(({ input }) => this.update(input).status);
  }

  /** @throws Error when two Jenkinses lived in one home at once */
  check(): void {
    if (this.twice.length > 0) throw new Error(`two writers: ${this.twice.join("; ")}`);
  }

  /** A Jenkins is about to open a home. */
  opens(home: string, opener: LeaseMachine): void {
    const others = this.machines.filter((each) => each !== opener && each.openHome === home);
    for (const { instance } of others) {
      this.twice.push(`${opener.instance} opened ${home}, which ${instance} had open`);
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.powerOff()));
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private read(region: string, input: object, columns: readonly string[]): ProgramResult {
    const { Key, TableName } = input as { readonly Key: Item; readonly TableName: string };
    if (TableName === settings.leaseTable) {
      return { status: 0, text: itemColumns(this.leases.get(Key.home?.S ?? ""), columns) };
    }
    const record = this.records.get(region);
    if (record === undefined) return { status: 254, text: "ResourceNotFoundException" };
    return { status: 0, text: itemColumns(record, columns) };
  }

  private update(input: ConditionalUpdate): ProgramResult {
    const home = input.Key.home?.S ?? "";
    const next = updated(this.leases.get(home), input);
    if (next === undefined) return { status: 254, text: "(ConditionalCheckFailedException)" };
    this.leases.set(home, next);
    return { status: 0, text: "" };
  }
}

interface Completion {
  readonly InstanceId: string;
  readonly LifecycleHookName: string;
  readonly LifecycleActionResult: string;
}

interface GivenLease {
  readonly owner: string;
  readonly generation: number;
  readonly expiresAt?: number;
  readonly renewals?: number;
}

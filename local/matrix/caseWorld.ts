import { type FailoverRecord, initialRecord } from "../../failover/model";
import { type RecordVersion, recordVersions } from "../drill/trace";
import type { LoggedCall } from "../gateway/callLog";
import { ModelledControllers } from "../gateway/controllers/modelledControllers";
import type { FaultSpecification, InjectedFault } from "../gateway/faults";
import { Gateway } from "../gateway/gateway";
import { type Duration, type LatencyName, LatencyTable } from "../gateway/latencies";
import { ScaledClock } from "../gateway/scaledClock";
import { LocalBehaviours } from "../localBehaviours";
import { setTimeout as sleep } from "node:timers/promises";
import { matrixLatencies, namesOf, regions } from "./matrixPlan";
import type { PackedFunction } from "./packedFunction";
import { clearTraces, type EmulatorSide, seedRecord } from "./leftovers";
import { buildCase, freeHomeByHand } from "./caseParts";
import { type ClientOf, clientsOf, type Site } from "./site";

/** What cases of one site share. */
export interface Bench extends EmulatorSide {
  readonly endpoint: string;
  readonly site: Site;
  readonly packed: PackedFunction;
  /** Modelled seconds per real second. */
  readonly scale: number;
}

/** How a case's AWS differs from the usual one. */
export interface WorldOptions {
  readonly latencies?: Readonly<Partial<Record<LatencyName, Duration>>>;
  /** False leaves the region alarm without a topic: only the schedule brings the function to it. */
  readonly alarmPublishes?: boolean;
  /** Seconds that the replica was behind when the region was last alive; -1 is RDS's "cannot tell". */
  readonly replicaLag?: number;
  /** Modelled seconds per real second, where the usual ones would not do. */
  readonly scale?: number;
  /** Both teams' controllers run in the old region, which is well. Default: one has lost its machine. */
  readonly healthy?: boolean;
  /** The home's replication was ended by somebody before the case begins. */
  readonly homeFreed?: boolean;
  /** Timeout of the deployed function, seconds; default as deployed. */
  readonly functionTimeout?: number;
}

/** Real milliseconds between two looks at what a case waits for. */
const lookEvery = 25;

/** One case's own AWS: a fresh gateway before the site's emulator, both regions as on a good day. */
export class CaseWorld {
  /** Modelled time at which the case's trouble began, and the calls made before it. */
  begun = { at: 0, calls: 0 };
  /** Faults of this case, with what they met. */
  readonly injected: InjectedFault[] = [];
  readonly names: ReturnType<typeof namesOf>;
  private readonly listeners: (() => void)[] = [];

  private constructor(
    readonly site: Site,
    readonly gateway: Gateway,
    readonly behaviours: LocalBehaviours,
    readonly client: ClientOf & { destroy(): void },
    readonly defects: readonly unknown[],
    /** The record as it stood before the case began. */
    private readonly seeded: FailoverRecord,
  ) {
    this.names = namesOf(site.prefix);
  }

  /** Clears what the case before left with the emulator and brings both regions to a good day. */
  static async prepare(
    bench: Bench,
    options: WorldOptions,
    signal: AbortSignal,
  ): Promise<CaseWorld> {
    await clearTraces(bench);
    const defects: unknown[] = [];
    const onDefect = (error: unknown): void => {
      defects.push(error);
    };
    const behaviours = new LocalBehaviours();
    const gateway = new Gateway({
      emulator: { endpoint: bench.endpoint },
      behaviours: behaviours.all,
      controllers: new ModelledControllers(),
      clock: new ScaledClock({ scale: options.scale ?? bench.scale, onError: onDefect }),
      holdsClockForWork: true,
      latencies: new LatencyTable({ overrides: { ...matrixLatencies, ...options.latencies } }),
      onDefect,
    });
    const endpoint = await gateway.start();
    const world = new CaseWorld(
      bench.site,
      gateway,
      behaviours,
      clientsOf(endpoint, "matrix"),
      defects,
      { ...initialRecord(regions.active, 1, gateway.clock.now()), version: 1 },
    );
    try {
      await seedRecord(bench, world.seeded);
      await buildCase(world, bench.packed, options);
      const wanted = options.healthy === true ? bench.site.active.targetGroupArns.length : 1;
      await world.until("the old region's controllers to answer", signal, () => {
        const { targetHealth } = gateway.world;
        const answering = bench.site.active.targetGroupArns.filter(
          (arn) => targetHealth.healthyTargets(arn).length > 0,
        );
        return answering.length === wanted;
      });
      if (options.homeFreed === true) await freeHomeByHand(world, signal);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Marks the moment that outages are counted from. */
  markBegin(): void {
    this.begun = { at: this.gateway.clock.now(), calls: this.gateway.calls.since(0).length };
  }

  /**
   * Calls since the beginning. What took effect counts as carried out, whether or not its answer
   * arrived: the rules judge what happened, not what the caller heard of it.
   */
  calls(): LoggedCall[] {
    return this.gateway.calls
      .since(this.begun.calls)
      .map((call) =>
        call.fault === "dropAfterEffect" && call.error === undefined
          ? { ...call, status: 200 }
          : call,
      );
  }

  /** Calls of the failover function alone. */
  functionCalls(): LoggedCall[] {
    return this.calls().filter(({ caller }) => caller === this.names.functionName);
  }

  /** The record as written since the beginning, oldest first. */
  versions(): RecordVersion[] {
    return recordVersions({ tableName: this.names.tableName, calls: this.calls() });
  }

  /** The record as it is now. */
  record(): FailoverRecord {
    return this.versions().at(-1)?.record ?? this.seeded;
  }

  /** Puts a fault to work that has to meet a call, or the case proves nothing. */
  inject(specification: FaultSpecification): void {
    this.injected.push(this.gateway.faults.inject(specification));
  }

  /** Hears each call as it ends, until the world stops. */
  onCall(listener: (call: LoggedCall) => void): void {
    this.listeners.push(this.gateway.calls.listen(listener));
  }

  /** Runs `then` once, right after the record was saved in this phase. */
  whenPhase(phase: string, then: () => void): void {
    let done = false;
    this.onCall((call) => {
      const input = call.input as { Item?: { phase?: { S?: string } } } | undefined;
      if (done || call.action !== "PutItem" || input?.Item?.phase?.S !== phase) return;
      if (call.status < 200 || call.status > 299) return;
      done = true;
      then();
    });
  }

  /** True while a run of the failover function is under way. */
  isRunning(): boolean {
    const { logs, invocations } = this.behaviours.lambda.runtime;
    const of = (name: string): boolean => name === this.names.functionName;
    const started = logs.filter(
      ({ functionName, line }) => of(functionName) && line.startsWith("START "),
    );
    return started.length > invocations.filter(({ functionName }) => of(functionName)).length;
  }

  /**
   * Waits until the condition holds.
   * @returns false when it did not within `limit` modelled milliseconds
   */
  async reached(
    condition: () => boolean | Promise<boolean>,
    limit: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const end = this.gateway.clock.now() + limit;
    while (!(await condition())) {
      if (this.gateway.clock.now() > end) return false;
      await sleep(lookEvery, undefined, { signal });
    }
    return true;
  }

  /** Lets modelled time pass. */
  async pass(milliseconds: number, signal: AbortSignal): Promise<void> {
    await sleep(this.gateway.clock.toReal(milliseconds), undefined, { signal });
  }

  /** Ends everything of this world; the site stays. */
  async stop(): Promise<void> {
    for (const end of this.listeners) end();
    this.client.destroy();
    await this.gateway.stop();
  }

  private async until(
    what: string,
    signal: AbortSignal,
    condition: () => boolean | Promise<boolean>,
  ): Promise<void> {
    if (await this.reached(condition, 20 * 60_000, signal)) return;
    throw new Error(`Waited 20 modelled minutes in vain for ${what}.`);
  }
}

import { setTimeout as sleepReally } from "node:timers/promises";
import { ContainerMachines } from "./dataPlane/containers/containerMachines";
import { DataPlane } from "./dataPlane/dataPlane";
import { DataPlaneProcesses } from "./dataPlane/dataPlaneProcesses";
import { type Emulator, type EmulatorChoice, startEmulator } from "./emulator/emulator";
import { isolatedEnvironment } from "./emulator/isolatedEnvironment";
import type { ProviderSource, StackSpec } from "./engine/engine";
import { localProvider } from "./engine/localProviders";
import { ModelledControllers } from "./gateway/controllers/modelledControllers";
import { PairedControllers } from "./gateway/controllers/pairedControllers";
import { RehearsedControllers } from "./gateway/controllers/rehearsedControllers";
import { UserEdge } from "./dataPlane/edge/userEdge";
import { Gateway } from "./gateway/gateway";
import { LatencyTable } from "./gateway/latencies";
import type { ControllerModel } from "./gateway/world";
import { LocalBehaviours, type RealStorage } from "./localBehaviours";

/** How long a failure waits for the news that the emulator died, real milliseconds. */
const afterwards = 1_000;

/** How long interrupted work may take to end by itself, real milliseconds. */
const patience = 10_000;

/**
 * Whether databases, homes, controllers and the edge behind the API calls are real ones; see
 * dataPlane/.
 */
export type DataPlaneChoice = "real" | "modelled";

export interface LocalAwsOptions {
  readonly emulator: EmulatorChoice;
  /**
   * Default modelled: states and times are right, but there is nothing in databases and homes, and
   * controllers are no processes.
   */
  readonly dataPlane?: DataPlaneChoice;
  /** A jenkins.war for the controllers of a real data plane. Default: stand-ins. */
  readonly war?: string;
  /** Same seed, same modelled latencies. */
  readonly seed: number;
  /** Port of the gateway; 0 takes any free one. */
  readonly port?: number;
  /** Told what takes a while, such as the emulator's installation. */
  readonly progress?: (message: string) => void;
}

/** Databases, files and machines of another workload than Jenkins. */
export interface RealParts extends RealStorage {
  readonly machines: ControllerModel;
  /** Ends their processes and has their files removed. */
  stop(): Promise<void>;
}

/** The emulator and the gateway in front of it: an AWS with two regions on loopback. */
export class LocalAws {
  private constructor(
    private readonly emulator: Emulator,
    readonly gateway: Gateway,
    readonly behaviours: LocalBehaviours,
    /** Undefined where it is modelled. */
    readonly dataPlane: DataPlane | undefined,
    /** Undefined where it is modelled. */
    readonly processes: DataPlaneProcesses | undefined,
    private readonly parts?: RealParts,
    /** What users connect to; undefined where nothing real serves them, or in `processes`. */
    readonly edge?: UserEdge,
  ) {}

  /**
   * @throws EmulatorUnavailable or PostgresUnavailable with the cure, an error for a war that cannot
   * be run, or the system's error for a port that is taken.
   */
  static async start(options: LocalAwsOptions): Promise<LocalAws> {
    // First: what it makes at its start takes as long as the emulator's own start.
    const dataPlane = options.dataPlane === "real" ? await DataPlane.start(options.war) : undefined;
    try {
      const emulator = await startEmulator({
        choice: options.emulator,
        ...(options.progress === undefined ? {} : { progress: options.progress }),
      });
      return await LocalAws.startWith(emulator, dataPlane, options);
    } catch (error) {
      await dataPlane?.stop();
      throw error;
    }
  }

  /**
   * The same around what else may be real behind the calls.
   * @param parts ended by {@link stop}, and when this fails
   */
  static async startAround(parts: RealParts, options: LocalAwsOptions): Promise<LocalAws> {
    try {
      const emulator = await startEmulator({
        choice: options.emulator,
        ...(options.progress === undefined ? {} : { progress: options.progress }),
      });
      const behaviours = new LocalBehaviours(parts);
      const edge = new UserEdge(behaviours);
      const gateway = new Gateway({
        emulator,
        behaviours: [...behaviours.all, edge],
        controllers: parts.machines,
        latencies: new LatencyTable({ seed: options.seed }),
      });
      await gateway.start();
      return new LocalAws(emulator, gateway, behaviours, undefined, undefined, parts, edge);
    } catch (error) {
      await parts.stop();
      throw error;
    }
  }

  private static async startWith(
    emulator: Emulator,
    dataPlane: DataPlane | undefined,
    options: LocalAwsOptions,
  ): Promise<LocalAws> {
    const behaviours = new LocalBehaviours(dataPlane);
    const processes = dataPlane && new DataPlaneProcesses(dataPlane, behaviours);
    const gateway = new Gateway({
      emulator,
      behaviours: processes ? [...behaviours.all, processes.edge] : behaviours.all,
      controllers: new ContainerMachines(
        new PairedControllers(
          new RehearsedControllers(processes?.controllers ?? new ModelledControllers()),
        ),
        dataPlane,
      ),
      latencies: new LatencyTable({ seed: options.seed }),
      ...(options.port === undefined ? {} : { port: options.port }),
    });
    try {
      await gateway.start();
      return new LocalAws(emulator, gateway, behaviours, dataPlane, processes);
    } catch (error) {
      await Promise.allSettled([gateway.stop(), emulator.stop()]);
      throw portError(error, options.port);
    }
  }

  /** Resolves with what happened if the emulator ends by itself. */
  get died(): Emulator["died"] {
    return this.emulator.died;
  }

  /**
   * Runs work that ends when its signal aborts: on an interruption, or when the emulator dies. What
   * fails because the emulator died is reported as that death, with its last log lines.
   */
  async whileAlive<Result>(
    interruption: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const death = new AbortController();
    void this.died.then((error) => {
      death.abort(error);
    });
    const signal = AbortSignal.any([interruption, death.signal]);
    const stopped = once(signal);
    const running = work(signal);
    try {
      return await Promise.race([running, stopped.then(() => Promise.reject(reasonOf(signal)))]);
    } catch (error) {
      // A call that fails on a dying emulator is heard of before the emulator's end is.
      if (!signal.aborted) await Promise.race([stopped, sleep(afterwards)]);
      if (!signal.aborted) throw error;
      await Promise.race([Promise.allSettled([running]), sleep(patience)]);
      throw reasonOf(signal);
    }
  }

  /** What an engine needs to put one of this project's stacks into this AWS. */
  stack(
    name: string,
    where: { readonly workDir: string; readonly stateDir: string },
    config: StackSpec["config"] = {},
  ): StackSpec {
    const provider: ProviderSource = localProvider({
      ...isolatedEnvironment(this.gateway.endpoint, { caller: `pulumi-${name}` }),
      LOCAL_AWS_ENDPOINT: this.gateway.endpoint,
    });
    return {
      ...where,
      name,
      // The state is thrown away with the local AWS; it protects secrets from a look into the folder.
      passphrase: "local",
      providers: { aws: provider, awsx: provider },
      config,
      env: isolatedEnvironment(this.gateway.endpoint, { caller: `program-${name}` }),
    };
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    // The emulator last: what is still under way finds it, and fails silently with this process.
    await this.dataPlane?.stop();
    await this.parts?.stop();
    await this.emulator.stop();
  }
}

/** Does not keep the process alive. */
function sleep(milliseconds: number): Promise<void> {
  return sleepReally(milliseconds, undefined, { ref: false });
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      "abort",
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function portError(error: unknown, port: number | undefined): unknown {
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return error;
  return new Error(
    `Port ${port ?? 0} of 127.0.0.1 is taken by another process. Choose another one with --port, ` +
      "or leave --port out to take any free one.",
    { cause: error },
  );
}

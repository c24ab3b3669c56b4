import { type Emulator, type EmulatorChoice, startEmulator } from "./emulator/emulator";
import { isolatedEnvironment } from "./emulator/isolatedEnvironment";
import type { ProviderSource, StackSpec } from "./engine/engine";
import { localProvider } from "./engine/localProviders";
import { Gateway } from "./gateway/gateway";
import { LatencyTable } from "./gateway/latencies";
import { LocalBehaviours } from "./localBehaviours";

export interface LocalAwsOptions {
  readonly emulator: EmulatorChoice;
  /** Same seed, same modelled latencies. */
  readonly seed: number;
  /** Port of the gateway; 0 takes any free one. */
  readonly port?: number;
  /** Told what takes a while, such as the emulator's installation. */
  readonly progress?: (message: string) => void;
}

/** The emulator and the gateway in front of it: an AWS with two regions on loopback. */
export class LocalAws {
  private constructor(
    private readonly emulator: Emulator,
    readonly gateway: Gateway,
    readonly behaviours: LocalBehaviours,
  ) {}

  /** @throws EmulatorUnavailable with the cure, or the system's error for a port that is taken. */
  static async start(options: LocalAwsOptions): Promise<LocalAws> {
    const emulator = await startEmulator({
      choice: options.emulator,
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    });
    const behaviours = new LocalBehaviours();
    const gateway = new Gateway({
      emulator,
      behaviours: behaviours.all,
      latencies: new LatencyTable({ seed: options.seed }),
      ...(options.port === undefined ? {} : { port: options.port }),
    });
    try {
      await gateway.start();
      return new LocalAws(emulator, gateway, behaviours);
    } catch (error) {
      await Promise.allSettled([gateway.stop(), emulator.stop()]);
      throw error;
    }
  }

  /** Resolves with what happened if the emulator ends by itself. */
  get died(): Emulator["died"] {
    return this.emulator.died;
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
    await this.emulator.stop();
  }
}

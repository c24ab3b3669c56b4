import type { Behaviour, ClientConstructor } from "../../../../local/gateway/behaviour";
import { Gateway } from "../../../../local/gateway/gateway";
import { LatencyTable, type LatencyTableOptions } from "../../../../local/gateway/latencies";
import { ScaledClock, type RealTime } from "../../../../local/gateway/scaledClock";
import type { ControllerModel } from "../../../../local/gateway/world";
import { sharedEmulator } from "../../../support/sharedEmulator";

export interface EmulatedAws {
  readonly gateway: Gateway;
  /** The emulator itself, past the gateway. */
  readonly emulatorEndpoint: string;
  client<Client>(constructor: ClientConstructor<Client>, region?: string): Client;
  stop(): Promise<void>;
}

/** A gateway with the given behaviours in front of the real emulator. */
export async function startEmulatedAws(options: {
  readonly behaviours: readonly Behaviour[];
  readonly controllers?: ControllerModel;
  readonly latencies?: LatencyTableOptions;
  /** A time that passes only when the test says so. Default: the machine's. */
  readonly time?: RealTime;
  /** Modelled seconds per second. Default 60. */
  readonly scale?: number;
}): Promise<EmulatedAws> {
  const emulator = await sharedEmulator();
  const defects: unknown[] = [];
  const gateway = new Gateway({
    emulator,
    behaviours: options.behaviours,
    clock: new ScaledClock({
      ...(options.time === undefined ? {} : { realTime: options.time }),
      ...(options.scale === undefined ? {} : { scale: options.scale }),
      onError: (error) => defects.push(error),
    }),
    latencies: new LatencyTable(options.latencies ?? {}),
    onDefect: (error) => defects.push(error),
    ...(options.controllers === undefined ? {} : { controllers: options.controllers }),
  });
  const endpoint = await gateway.start();
  const clients: { destroy(): void }[] = [];
  return {
    gateway,
    emulatorEndpoint: emulator.endpoint,
    client(constructor, region = "eu-west-1") {
      const client = new constructor({
        endpoint,
        region,
        credentials: { accessKeyId: "TEST", secretAccessKey: "test" },
        maxAttempts: 1,
      });
      clients.push(client as { destroy(): void });
      return client;
    },
    async stop() {
      for (const client of clients) client.destroy();
      await gateway.stop();
      if (defects.length > 0) throw new AggregateError(defects, `defects: ${defects.join("; ")}`);
    },
  };
}

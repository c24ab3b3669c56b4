import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { LocalProvider } from "./provider";
import { serviceOf } from "./service";

/** How often it is looked whether the engine that started this process still lives. */
const parentCheckMs = 1000;

/**
 * Serves the local AWS to an engine: prints its port as the first line, as every Pulumi plugin
 * does, and ends on SIGTERM or SIGINT, and when the process that started it is gone.
 *
 * A real engine that starts a plugin gives its own address as argument; the process then also ends
 * when that engine cancels. Without the argument it serves any number of operations, attached by
 * `PULUMI_DEBUG_PROVIDERS`. The address itself is not needed: components are registered with the
 * monitor that each Construct names.
 */
async function main(): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const end = (): void => {
    server.forceShutdown();
    process.exit(0);
  };
  const provider = new LocalProvider(process.env);
  server.addService(
    ResourceProviderService,
    serviceOf(provider, () => {
      // An engine cancels after each operation, also where it did not start the process. Then the
      // process serves the next operation. The answer goes out before the process ends.
      if (process.argv.length > 2) setTimeout(end, 50);
    }) as grpc.UntypedServiceImplementation,
  );
  const port = await listen(server);
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, parentCheckMs).unref();
  process.stdout.write(`${port}\n`);
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

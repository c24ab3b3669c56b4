/**
 * One emulator for the whole run, whichever worker process a test file runs in: its start and the
 * data that it loads for EC2 cost two seconds of processor time. Names must differ between the files.
 *
 * It is started when a test first asks for it. It belongs to mocha's main process, the only one that
 * knows when all files have ended; workers ask that process by HTTP where it answers.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Emulator } from "../../local/emulator/emulator";

/** Of the environment, which workers inherit: the address of mocha's main process. */
const variable = "TEST_EMULATOR_STARTER";

let starter: Server | undefined;
let started: Promise<Emulator> | undefined;

/** Loaded by `.mocharc.yaml`; mocha calls it in its main process, also where there are no workers. */
export async function mochaGlobalSetup(): Promise<void> {
  const server = createServer((_request, response) => {
    started ??= start();
    started.then(
      ({ endpoint }) => response.end(endpoint),
      (error: unknown) => response.writeHead(503).end((error as Error).message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A run that is interrupted does not come to its teardown.
  server.unref();
  starter = server;
  process.env[variable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function mochaGlobalTeardown(): Promise<void> {
  starter?.closeAllConnections();
  starter?.close();
  await (await started)?.stop();
}

/**
 * The emulator that all test files share. To stop it does nothing.
 * @throws Error with the cure, if it cannot be had.
 */
export async function sharedEmulator(): Promise<Emulator> {
  const address = process.env[variable];
  if (address === undefined) {
    throw new Error(`${variable} is not set: run mocha with this project's .mocharc.yaml.`);
  }
  const response = await fetch(address);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const { startEmulator } = await import("../../local/emulator/emulator");
  return startEmulator({ choice: text as `http://${string}` });
}

async function start(): Promise<Emulator> {
  const { startEmulator } = await import("../../local/emulator/emulator");
  return startEmulator();
}

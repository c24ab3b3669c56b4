/** `npm run local`: a local AWS with both stacks in it, to look at and to break. Exit 2: could not run. */
import "../quietSdk";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitWith, interruption } from "../commandLine";
import { type DeployedPair, deployPair, planDeployment } from "../drill/deployment";
import { fastScale, steady } from "../drill/steadyState";
import { createView } from "../drill/view";
import { DrillWorld } from "../drill/world";
import { chooseEngine } from "../engine/chooseEngine";
import { LocalAws } from "../localAws";
import { NoCommand, parseCommand } from "./commands";
import { openInput } from "./input";
import { consoleCaller, LocalConsole } from "./localConsole";
import { type LocalOptions, readOptions } from "./options";
import { pointers } from "./pointers";

async function main(): Promise<void> {
  const options = readOptions(process.argv);
  const stop = new AbortController();
  const interrupted = interruption();
  const signal = AbortSignal.any([interrupted, stop.signal]);
  const stateDir = mkdtempSync(join(tmpdir(), "local-aws-"));
  let local: LocalAws | undefined;
  try {
    const planned = planDeployment();
    const engine = chooseEngine(options.engine);
    const view = createView(false);
    local = await startLocal(options, view);
    const running = local;
    running.gateway.clock.setScale(fastScale);
    await running.whileAlive(signal, async (alive) => {
      const pair = await view.stage("Deploy both regions", (tell) =>
        deployPair(running, engine, planned, stateDir, tell, alive),
      );
      const world = DrillWorld.of(running, pair, planned.settings, consoleCaller);
      await view.stage("Wait for the steady state", (tell) => steady(running, world, tell, alive));
      running.gateway.clock.setScale(options.scale);
      await serve(running, world, planned.settings, pair, alive, stop);
    });
  } catch (error) {
    // Ctrl-C is how most people quit.
    if (!signal.aborted) throw error;
  } finally {
    await local?.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function startLocal(options: LocalOptions, view: ReturnType<typeof createView>): Promise<LocalAws> {
  const { emulator, seed, port } = options;
  return view.stage("Start the local AWS", (tell) =>
    LocalAws.start({ emulator, seed, port, progress: tell }),
  );
}

/** Takes commands until `quit`; when the input ends it goes on, until Ctrl-C. */
async function serve(
  local: LocalAws,
  world: DrillWorld,
  settings: ReturnType<typeof planDeployment>["settings"],
  pair: DeployedPair,
  signal: AbortSignal,
  stop: AbortController,
): Promise<void> {
  const quit = (): void => {
    stop.abort(new Error("Quit."));
  };
  const input = openInput(() => person.known(), quit);
  const person = new LocalConsole(local, world, settings, (line) => {
    input.print(line);
  });
  signal.addEventListener("abort", () => {
    input.close();
  });
  input.print(pointers(local.gateway.endpoint, person.known(), pair));
  input.prompt();
  for await (const line of input.lines) {
    try {
      const command = parseCommand(line, person.known());
      if (command?.kind === "quit") return;
      if (command !== undefined) await person.run(command, signal);
    } catch (error) {
      if (signal.aborted) return;
      // A slip of the finger, or a fault that hit the console's own calls: neither ends the rest.
      input.print(error instanceof NoCommand ? error.message : `That failed: ${String(error)}`);
    }
    input.prompt();
  }
  if (!signal.aborted) input.print("No more commands; Ctrl-C ends the local AWS.");
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}

main().then(
  () => {
    process.exit(0);
  },
  (error: unknown) => {
    exitWith(error, "The local AWS could not run.");
  },
);

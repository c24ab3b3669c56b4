import { join } from "node:path";
import { containerEmulator, pythonEmulator, type EmulatorProcess } from "./emulatorProcess";
import { refuseRealAws } from "./isolatedEnvironment";
import { EmulatorUnavailable } from "./unavailable";

/** Which emulator: its own Python environment, a container, or the address of one that runs. */
export type EmulatorChoice = "python" | "docker" | `http://${string}` | `https://${string}`;

/** How the emulator is started. */
export interface EmulatorOptions {
  /** Default `python`. */
  readonly choice?: EmulatorChoice;
  /** Default: JENKINS_PILOT_LIGHT_CACHE, otherwise `.cache` of the project. */
  readonly cacheFolder?: string;
  readonly pythons?: readonly string[];
  /** Told what is going on when it takes a while. */
  readonly progress?: (message: string) => void;
}

/** A running emulator. */
export interface Emulator {
  readonly endpoint: string;
  /** Resolves if it ends without having been asked to: with what happened and its last log lines. */
  readonly died: Promise<EmulatorUnavailable>;
  /** The last error in its log; empty if there is none or the log is not ours. */
  lastError(): string;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Reads `--emulator`. @throws EmulatorUnavailable for anything but python, docker or a URL. */
export function parseEmulatorChoice(text: string): EmulatorChoice {
  if (text === "python" || text === "docker") return text;
  if (/^https?:\/\/[^\s/]/.test(text)) {
    refuseRealAws(text);
    return text as EmulatorChoice;
  }
  throw new EmulatorUnavailable(
    `--emulator ${text} is none; it must be "python" (default), "docker", or the URL of a running emulator, for example http://127.0.0.1:5000.`,
  );
}

/**
 * Starts the emulator (or takes the given one) and resolves when it answers.
 * @throws EmulatorUnavailable with the cure, if it cannot be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const choice = options.choice ?? "python";
  if (choice === "python") return asEmulator(await pythonEmulator(pythonOptions(options)));
  if (choice === "docker") return asEmulator(await containerEmulator(options.progress));
  return givenEmulator(choice);
}

function pythonOptions(options: EmulatorOptions): Parameters<typeof pythonEmulator>[0] {
  const cache =
    options.cacheFolder ??
    process.env.JENKINS_PILOT_LIGHT_CACHE ??
    join(__dirname, "..", "..", ".cache");
  return {
    cacheFolder: join(cache, "emulator"),
    ...(options.pythons ? { pythons: options.pythons } : {}),
    ...(options.progress ? { progress: options.progress } : {}),
  };
}

function asEmulator(started: EmulatorProcess): Emulator {
  return {
    endpoint: started.endpoint,
    died: started.died,
    lastError: () => started.lastError(),
    stop: () => started.stop(),
  };
}

async function givenEmulator(url: string): Promise<Emulator> {
  refuseRealAws(url);
  try {
    await fetch(url, { signal: AbortSignal.timeout(5_000) });
  } catch (error) {
    throw new EmulatorUnavailable(
      `No emulator answers at ${url} (${String((error as Error).cause ?? error)}). Start it first, or leave --emulator out.`,
      error,
    );
  }
  return {
    endpoint: url,
    died: new Promise(() => undefined),
    lastError: () => "",
    stop: () => Promise.resolve(),
  };
}

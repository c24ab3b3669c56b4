import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { childEnvironment } from "../childEnvironment";
import type { ProviderSource, StackSpec } from "../engine";

/** How long a provider may take until it has printed its port. Node with ts-node needs 1 to 3 s. */
const startLimitMs = 60_000;

/** A provider's server: one that we started, or one that was running already. */
export interface ProviderServer {
  readonly address: string;
  /** Ends the process, if it is ours. */
  stop(): void;
}

/**
 * Starts a provider, or takes the running one.
 * @param report receives what the process writes on its standard error
 * @throws Error with the process's last words when it does not come up
 */
export async function startProvider(
  packageName: string,
  source: ProviderSource,
  stack: StackSpec,
  engineAddress: string,
  report: (line: string) => void,
): Promise<ProviderServer> {
  if (source.kind === "address") {
    return { address: source.address, stop: () => undefined };
  }
  // Pulumi gives a plugin the engine's address as its last argument and the project as its folder.
  const child = spawn(source.command, [...source.args, engineAddress], {
    cwd: stack.workDir,
    env: childEnvironment(stack, source.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lastLines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
    report(line);
  });
  const stop = () => child.kill("SIGKILL");
  // Whatever ends this process must not leave the provider behind.
  process.once("exit", stop);
  child.once("exit", () => process.removeListener("exit", stop));
  try {
    const port = await firstLine(child);
    return { address: `127.0.0.1:${port}`, stop };
  } catch (error) {
    stop();
    const command = [source.command, ...source.args].join(" ");
    throw new Error(
      [
        `The provider of package ${packageName} did not start: ${(error as Error).message}.`,
        `Its command: ${command}`,
        ...lastLines,
      ].join("\n  "),
      { cause: error },
    );
  }
}

/** Resolves with the port that the process prints as its first line. */
function firstLine(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      reject(new Error(`no port within ${startLimitMs / 1000} s`));
    }, startLimitMs);
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => {
      clearTimeout(limit);
      const port = Number(line.trim());
      if (Number.isInteger(port) && port > 0) resolve(port);
      else reject(new Error(`its first line is ${JSON.stringify(line)} and not a port number`));
    });
    child.once("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.once("exit", (code, signal) => {
      clearTimeout(limit);
      reject(new Error(`it ended with ${signal ?? `code ${code ?? "unknown"}`}`));
    });
  });
}

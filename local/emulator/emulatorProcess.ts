import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { basicEnvironment } from "./isolatedEnvironment";
import { pythonWithEmulator, type PythonEnvironmentOptions } from "./pythonEnvironment";
import { EmulatorUnavailable } from "./unavailable";

const serverScript = join(__dirname, "server.py");

/** Image with the same version as requirements.txt. */
const containerImage = "motoserver/moto:5.2.5";

/** How long a start may take, real milliseconds: 0.6 s when warm, several times that on a busy disk. */
const startPatience = 60_000;

/** The same for a container, whose image of some 200 MB may have to be fetched first. */
const containerPatience = 10 * 60_000;

/** How many lines of log are kept for error messages. */
const keptLogLines = 200;

/** Starts the emulator in its own Python environment, which is installed if need be. */
export async function pythonEmulator(options: PythonEnvironmentOptions): Promise<EmulatorProcess> {
  const python = await pythonWithEmulator(options);
  return EmulatorProcess.start(python, [serverScript, "127.0.0.1", "0"], emulatorEnvironment());
}

/** Starts the emulator in a container whose port is published on loopback only. */
export async function containerEmulator(
  progress?: (message: string) => void,
): Promise<EmulatorProcess> {
  progress?.(`Starting the AWS emulator in a container (${containerImage}) …`);
  // The port inside is fixed; docker chooses a free one outside, which `docker port` tells.
  const name = `jenkins-pilot-light-${process.pid}-${Date.now()}`;
  const started = await EmulatorProcess.start(
    "docker",
    [
      ...["run", "--rm", "--interactive", "--name", name, "--publish", "127.0.0.1::5000"],
      ...["--volume", `${serverScript}:/server.py:ro`, "--entrypoint", "python"],
      ...[containerImage, "/server.py", "0.0.0.0", "5000"],
    ],
    basicEnvironment(),
    containerPatience,
  );
  try {
    started.endpoint = `http://${await publishedAddress(name)}`;
  } catch (error) {
    await started.stop();
    throw error;
  }
  return started;
}

/** The emulator gets nothing of the user's AWS settings, though it never calls AWS. */
function emulatorEnvironment(): Record<string, string> {
  return {
    ...basicEnvironment(),
    PYTHONUNBUFFERED: "1",
    // Roles attach AWS's own managed policies, which must exist for that.
    MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
    // Certificates are issued when they are asked for: a deployment's waits are not modelled.
    MOTO_ACM_VALIDATION_WAIT: "-1",
  };
}

/** A child process that serves the emulator, from its start to its end. */
export class EmulatorProcess {
  /** Resolves when it ends unasked. */
  readonly died: Promise<EmulatorUnavailable>;
  endpoint = "";
  private readonly log: string[] = [];
  private stopping = false;
  private readonly exited: Promise<string>;
  private readonly killAtExit = (): void => {
    this.child.kill("SIGKILL");
  };

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    process.once("exit", this.killAtExit);
    for (const stream of [child.stdout, child.stderr]) this.readLog(stream);
    // Writing to a process that is gone must not end this one; its exit is reported anyway.
    child.stdin.on("error", () => undefined);
    this.exited = new Promise((resolve) => {
      child.once("error", (error) => {
        resolve(error.message);
      });
      child.once("exit", (code, signal) => {
        resolve(signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`);
      });
    });
    this.died = new Promise((resolve) => {
      void this.exited.then((how) => {
        process.removeListener("exit", this.killAtExit);
        if (!this.stopping) resolve(this.describeDeath(how));
      });
    });
  }

  /** Spawns the program and resolves when its log says on which address it listens. */
  static async start(
    program: string,
    args: readonly string[],
    env: Record<string, string>,
    patience = startPatience,
  ): Promise<EmulatorProcess> {
    // In a group of its own: a terminal's Ctrl-C is for the command, which ends it in good order.
    const started = new EmulatorProcess(
      spawn(program, args, { env, stdio: "pipe", detached: true }),
    );
    const late = new Promise<EmulatorUnavailable>((resolve) => {
      const timer = setTimeout(() => {
        resolve(started.unavailable(`did not answer within ${patience / 1000} s`));
      }, patience);
      void started.exited.then(() => {
        clearTimeout(timer);
      });
      started.ready = () => {
        clearTimeout(timer);
      };
    });
    const outcome = await Promise.race([started.listening, started.died, late]);
    if (outcome instanceof EmulatorUnavailable) {
      await started.stop();
      throw outcome;
    }
    started.ready();
    started.endpoint = outcome;
    return started;
  }

  /** The last line of the log that looks like a Python exception; empty if there is none. */
  lastError(): string {
    return [...this.log].reverse().find((line) => /^[\w.]*(Error|Exception)\b/.test(line)) ?? "";
  }

  /** Ends the process: its input closes, then it is asked, then it is killed. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.child.stdin.end();
    this.child.kill("SIGTERM");
    const kill = setTimeout(() => this.child.kill("SIGKILL"), 2_000);
    await this.exited;
    clearTimeout(kill);
  }

  private ready: () => void = () => undefined;
  private announce: (endpoint: string) => void = () => undefined;
  private readonly listening = new Promise<string>((resolve) => {
    this.announce = resolve;
  });

  private readLog(stream: NodeJS.ReadableStream): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.readLine(line);
    });
  }

  private readLine(line: string): void {
    const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address !== undefined) this.announce(address);
    this.log.push(line);
    if (this.log.length > keptLogLines) this.log.shift();
  }

  private describeDeath(how: string): EmulatorUnavailable {
    return this.unavailable(`ended by itself (${how})`);
  }

  private unavailable(what: string): EmulatorUnavailable {
    const lines = this.log.filter((line) => !/" \d{3} -$/.test(line)).slice(-8);
    const log = lines.length > 0 ? ` Its last log lines:\n  ${lines.join("\n  ")}` : "";
    return new EmulatorUnavailable(`The AWS emulator ${what}.${log}`);
  }
}

function publishedAddress(container: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = spawn("docker", ["port", container, "5000/tcp"], { env: basicEnvironment() });
    let output = "";
    asked.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    asked.once("error", reject);
    asked.once("close", () => {
      const address = /127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (address === undefined) {
        reject(new EmulatorUnavailable(`docker did not publish the emulator's port: ${output}`));
      } else {
        resolve(address);
      }
    });
  });
}

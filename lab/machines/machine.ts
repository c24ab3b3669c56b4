import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { MachineFile } from "../../components/pair/pairFiles";
import { sharedFolder } from "../room";
import { run } from "../shell";
import type { Cable, Segment } from "./segment";

/** A machine of the lab: processes, files, hostname and network of its own, on the kernel of all. */
export interface MachineSettings {
  readonly name: string;
  readonly segment: Segment;
  /** IPv4 addresses on the segment, the first one its own. */
  readonly addresses: readonly string[];
  /** Told of each line of `ip -o monitor address`. */
  readonly onAddressChange: (line: string) => void;
}

export class Machine {
  private constructor(
    readonly name: string,
    private readonly init: ChildProcess,
    /** Process id of its first process, as the room sees it. */
    private readonly pid: number,
    private readonly cable: Cable,
  ) {}

  static async powerOn(settings: MachineSettings): Promise<Machine> {
    const { name, segment, addresses, onAddressChange } = settings;
    const folder = join(sharedFolder, "machines", `${name}-${segment.number}`);
    mkdirSync(folder, { recursive: true });
    const init = spawn(
      "unshare",
      [
        ...["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"],
        ...["--mount-proc", "bash", join(__dirname, "machineInit.bash"), name, folder],
        sharedFolder,
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    await readiness(name, init, onAddressChange);
    const pid = childOf(init.pid);
    const cable = await segment.plug(name, pid);
    const machine = new Machine(name, init, pid, cable);
    const assign = addresses.map((address) => `ip address add ${address}/24 dev eth0`);
    await machine.run([...assign, "ip link set eth0 up"].join(" && "));
    return machine;
  }

  /** Runs bash commands in the machine to their end and returns what they printed. */
  run(script: string): Promise<string> {
    return run("nsenter", "--target", String(this.pid), "--all", "bash", "-c", script);
  }

  /** Starts bash commands in the machine that go on by themselves. */
  start(command: string): void {
    if (command.includes("\n")) throw new Error(`One line at a time: ${command}`);
    this.init.stdin?.write(`${command}\n`);
  }

  /** Starts a service under {@link unitScript}; its output goes to `/var/log/<name>.log`. */
  startUnit(name: string, command: string): void {
    this.start(`exec bash ${join(__dirname, "unit.bash")} ${name} ${command}`);
  }

  /** The path at which the room sees one of the machine's files. */
  path(file: string): string {
    return `/proc/${this.pid}/root${file}`;
  }

  write({ path, content, permissions }: MachineFile): void {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, Number.parseInt(permissions, 8));
  }

  cutLink(): Promise<void> {
    return this.cable.cut();
  }

  mendLink(): Promise<void> {
    return this.cable.mend();
  }

  /**
   * Pulls the plug. The cable first: the kernel ends the connections of killed processes, which a
   * machine without power cannot do.
   */
  async powerOff(): Promise<void> {
    if (this.init.exitCode !== null || this.init.signalCode !== null) return;
    const ended = new Promise((resolve) => this.init.once("exit", resolve));
    await this.cable.cut();
    process.kill(this.pid, "SIGKILL");
    await ended;
    await this.cable.remove();
  }
}

/** Resolves when the machine's first process has made it; its later lines go to `onLine`. */
function readiness(
  name: string,
  init: ChildProcess,
  onLine: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (init.stdout === null || init.stderr === null) throw new Error("The pipes are missing.");
    let said = "";
    init.stderr.on("data", (text: Buffer) => (said += text.toString()));
    createInterface({ input: init.stdout }).on("line", (line) => {
      if (line === "ready") resolve();
      else onLine(line);
    });
    init.once("error", reject);
    init.once("exit", (code, signal) => {
      reject(new Error(`Machine ${name} ended with ${signal ?? code} while it started: ${said}`));
    });
    // Who pulls the plug writes to nobody.
    init.stdin?.on("error", () => undefined);
  });
}

/** The process that an unshare of ours has forked. */
function childOf(pid: number | undefined): number {
  if (pid === undefined) throw new Error("unshare did not start.");
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  if (child === undefined || child === "") throw new Error(`Process ${pid} has no child.`);
  return Number(child);
}

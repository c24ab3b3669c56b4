/**
 * Machines for the lease script to run on: the real script in a real bash, with stand-ins for the
 * programs that reach out of the machine (aws, curl, systemctl, findmnt) first on PATH. All machines
 * of one {@link LeaseWorld} share its DynamoDB, whose condition expressions are evaluated for real.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderLeaseScript } from "../../../components/jenkins/leaseScriptRenderer";
import {
  type LeaseSettings,
  renderLeaseSettings,
} from "../../../components/jenkins/leaseSettingsRenderer";

/** Seconds instead of minutes, in the same proportions. */
export const quickTiming = {
  lease: 4,
  renew: 0.3,
  retry: 0.2,
  stopBefore: 3,
  killBefore: 2,
  call: 0.5,
  clockSkew: 0,
  mountPatience: 60,
};

export const settings: LeaseSettings = {
  region: "eu-central-1",
  peerRegion: "eu-west-1",
  role: "active",
  generation: 1,
  leaseTable: "jenkins-leases",
  recordTable: "jenkins-failover",
  homes: [{ home: "ma", accessPointId: "fsap-ma" }],
  autoScalingGroup: "jenkins-ma",
  terminateHook: "jenkins-ma-terminate",
  timing: quickTiming,
};

/** A lease as the table holds it. */
export interface StoredLease {
  readonly owner: string;
  readonly generation: number;
  readonly expiresAt: number;
}

const fakeAws = `#!${process.execPath}
const fs = require("node:fs"), path = require("node:path");
const args = process.argv.slice(2);
const arg = (name) => args[args.indexOf("--" + name) + 1];
const world = process.env.FAKE_WORLD;
const fail = (text) => { process.stderr.write(text + "\\n"); process.exit(254); };
const region = arg("region");
if (fs.existsSync(path.join(world, "hangs"))) setTimeout(() => {}, 60_000);
else if (args.includes("complete-lifecycle-action")) {
  fs.appendFileSync(path.join(process.env.FAKE_MACHINE, "log"), "complete-lifecycle-action " + arg("instance-id") + " " + arg("lifecycle-hook-name") + "\\n");
} else if (args.includes("get-item")) {
  const file = path.join(world, "record-" + region);
  if (!fs.existsSync(file)) fail("ResourceNotFoundException");
  process.stdout.write(fs.readFileSync(file, "utf8"));
} else {
  const lock = path.join(world, "lock");
  for (;;) { try { fs.mkdirSync(lock); break; } catch { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); } }
  try { write(); } finally { fs.rmdirSync(lock); }
}
function plain(typed) { return "N" in typed ? Number(typed.N) : typed.S; }
function plainAll(typed) { return Object.fromEntries(Object.entries(typed).map(([k, v]) => [k, plain(v)])); }
function write() {
  if (fs.existsSync(path.join(world, "down"))) { process.exitCode = 255; process.stderr.write("Could not connect to the endpoint URL\\n"); return; }
  const put = args.includes("put-item");
  const given = put ? plainAll(JSON.parse(arg("item"))) : plainAll(JSON.parse(arg("key")));
  const file = path.join(world, "lease-" + given.home.replace("/", "~"));
  const item = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
  const names = JSON.parse(arg("expression-attribute-names"));
  const values = plainAll(JSON.parse(arg("expression-attribute-values")));
  const condition = arg("condition-expression")
    .replace(/attribute_not_exists\\((#\\w+)\\)/g, (_, n) => "(item[names['" + n + "']] === undefined)")
    .replace(/(#\\w+) (=|<=|<) (:\\w+)/g, (_, n, op, v) => "(item[names['" + n + "']] !== undefined && item[names['" + n + "']] " + (op === "=" ? "===" : op) + " values['" + v + "'])")
    .replace(/\\bAND\\b/g, "&&").replace(/\\bOR\\b/g, "||");
  if (!new Function("item", "names", "values", "return " + condition)(item, names, values)) {
    process.exitCode = 254; process.stderr.write("An error occurred (ConditionalCheckFailedException)\\n"); return;
  }
  const next = put ? given : { ...item };
  if (!put) for (const part of arg("update-expression").replace("SET ", "").split(", ")) {
    const [n, v] = part.split(" = "); next[names[n]] = values[v];
  }
  fs.writeFileSync(file, JSON.stringify(next));
}
`;

const fakeCurl = `#!/bin/bash
case "$*" in
  *api/token*) printf token ;;
  *meta-data/instance-id*) printf '%s' "$FAKE_INSTANCE" ;;
  *target-lifecycle-state*) cat "$FAKE_MACHINE/lifecycle" 2>/dev/null || printf InService ;;
  *) exit 22 ;;
esac
`;

const fakeSystemctl = `#!/bin/bash
case "$1" in
  show)
    case "$4" in
      jenkins.service) cat "$FAKE_MACHINE/jenkins" 2>/dev/null || printf inactive ;;
      *.mount) cat "$FAKE_MACHINE/mount" 2>/dev/null || printf inactive ;;
    esac
    exit
    ;;
esac
printf '%s %s\\n' "$(date +%s.%N)" "$*" >>"$FAKE_MACHINE/log"
case "$*" in
  "start --no-block jenkins.service")
    # A dependency that fails leaves Jenkins as it was: systemd only drops the job.
    if [ -e "$FAKE_MACHINE/unmountable" ]; then
      printf failed >"$FAKE_MACHINE/mount"
    else
      printf active >"$FAKE_MACHINE/mount"
      printf active >"$FAKE_MACHINE/jenkins"
    fi
    ;;
  "stop --no-block jenkins.service") [ -e "$FAKE_MACHINE/stubborn" ] || printf inactive >"$FAKE_MACHINE/jenkins" ;;
  "kill --signal=SIGKILL jenkins.service") printf failed >"$FAKE_MACHINE/jenkins" ;;
esac
`;

const fakeFindmnt = `#!/bin/bash
cat "$FAKE_MACHINE/filesystem" 2>/dev/null
`;

/** One DynamoDB (with the failover records of both regions) and the machines that use it. */
export class LeaseWorld {
  readonly directory = mkdtempSync(join(tmpdir(), "lease-"));
  private readonly machines: LeaseMachine[] = [];

  constructor() {
    const bin = join(this.directory, "bin");
    mkdirSync(bin);
    const programs = {
      aws: fakeAws,
      curl: fakeCurl,
      systemctl: fakeSystemctl,
      findmnt: fakeFindmnt,
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(bin, name), text, { mode: 0o755 });
    }
    writeFileSync(join(bin, "jenkins-lease"), renderLeaseScript(), { mode: 0o755 });
  }

  machine(instance: string, overrides: Partial<LeaseSettings> = {}): LeaseMachine {
    const made = new LeaseMachine(this.directory, instance, { ...settings, ...overrides });
    this.machines.push(made);
    return made;
  }

  /** What reading the failover record of a region answers: the CLI's text output. */
  record(region: string, answer: string): void {
    writeFileSync(join(this.directory, `record-${region}`), answer);
  }

  forgetRecord(region: string): void {
    rmSync(join(this.directory, `record-${region}`));
  }

  /** DynamoDB refuses connections from now on; `hangs`: every call gets no answer at all. */
  break(how: "down" | "hangs"): void {
    writeFileSync(join(this.directory, how), "");
  }

  lease(home: string): StoredLease | undefined {
    const file = join(this.directory, `lease-${home.replace("/", "~")}`);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StoredLease) : undefined;
  }

  setLease(home: string, lease: StoredLease): void {
    const file = join(this.directory, `lease-${home.replace("/", "~")}`);
    writeFileSync(file, JSON.stringify({ home, ...lease }));
  }

  destroy(): void {
    for (const machine of this.machines) machine.powerOff();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One machine: runs the script's commands and remembers what was done to its Jenkins. */
export class LeaseMachine {
  readonly directory: string;
  private readonly processes: ChildProcess[] = [];
  said = "";

  constructor(
    private readonly world: string,
    readonly instance: string,
    private readonly configured: LeaseSettings,
  ) {
    this.directory = join(world, instance);
    mkdirSync(join(this.directory, "run"), { recursive: true });
  }

  /** Starts a command of the script; the promise is its exit code. */
  run(command: "run" | "release" | "watch" | "check-home"): Promise<number | null> {
    const process = spawn(join(this.world, "bin", "jenkins-lease"), [command], {
      env: this.environment(),
      // A group of its own, so that powering off reaches what the script started.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.processes.push(process);
    process.stderr.on("data", (chunk: Buffer) => (this.said += chunk.toString()));
    return new Promise((resolve) => process.on("close", resolve));
  }

  /** Everything on the machine stops at once, as when it loses power. */
  powerOff(): void {
    for (const { pid, exitCode, signalCode } of this.processes) {
      if (pid === undefined || exitCode !== null || signalCode !== null) continue;
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It ended between the check and the kill.
      }
    }
    this.write("jenkins", "inactive");
  }

  get jenkins(): string {
    return this.read("jenkins") ?? "inactive";
  }

  /** What systemctl and the lifecycle API were asked for, oldest first, with times. */
  get log(): readonly string[] {
    return (this.read("log") ?? "").split("\n").filter((line) => line !== "");
  }

  /** Epoch seconds at which systemctl was asked for the first time to do something. */
  timeOf(request: string): number {
    const line = this.log.find((each) => each.endsWith(request));
    if (line === undefined) throw new Error(`${request} is not in:\n${this.log.join("\n")}`);
    return Number(line.split(" ")[0]);
  }

  /** How often systemctl was asked to start Jenkins. */
  get starts(): number {
    return this.log.filter((line) => line.endsWith("start --no-block jenkins.service")).length;
  }

  get mountOptions(): string | undefined {
    return this.read("mount.d/home.conf");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  remove(file: string): void {
    rmSync(join(this.directory, file));
  }

  read(file: string): string | undefined {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  private environment(): NodeJS.ProcessEnv {
    const rendered = renderLeaseSettings(this.configured).matchAll(/^(\w+)="(.*)"$/gm);
    return {
      ...Object.fromEntries([...rendered].map(([, name, value]) => [name ?? "", value])),
      PATH: `${join(this.world, "bin")}:${process.env.PATH ?? ""}`,
      RUNTIME_DIRECTORY: join(this.directory, "run"),
      MOUNT_DROP_IN: join(this.directory, "mount.d", "home.conf"),
      HOME_MOUNT: join(this.directory, "home"),
      FAKE_WORLD: this.world,
      FAKE_MACHINE: this.directory,
      FAKE_INSTANCE: this.instance,
    };
  }
}

/** Waits until something is so; fails with the question after the limit. */
export async function eventually(
  question: string,
  isSo: () => boolean,
  limitMs = 8_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${question}`);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

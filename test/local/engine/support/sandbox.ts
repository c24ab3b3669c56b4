import * as fs from "node:fs";
import * as path from "node:path";
import {
  OperationFailed,
  type Operation,
  type OperationResult,
  type StackSpec,
} from "../../../../local/engine/engine";
import { startTestProvider } from "./testProvider";

/**
 * What every sandbox program begins with. JavaScript, because loading the compiler would double the
 * time of each run.
 */
const programHead = `
const pulumi = require("@pulumi/pulumi");
const config = new pulumi.Config();
class TestProvider extends pulumi.ProviderResource {
  constructor(name, args, opts) {
    super("test", name, args, opts);
  }
}
class Thing extends pulumi.CustomResource {
  constructor(name, args, opts, type = "test:index:Thing") {
    super(type, name, { ...args, arn: undefined, token: undefined }, opts);
  }
}
class Box extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("sample:index:Box", name, {}, opts);
  }
}`;

/** One call that the test provider noted. */
export interface ProviderCall {
  readonly call: string;
  readonly urn?: string;
  readonly id?: string;
  readonly preview?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A temporary folder with a program, a world that the test provider keeps, and states. */
export class Sandbox {
  private constructor(
    readonly folder: string,
    private readonly address: string,
    private readonly stopProvider: () => void,
  ) {}

  static async start(options: { acceptsSecrets?: boolean } = {}): Promise<Sandbox> {
    // Inside of the project, so that programs find their modules and the compiler's settings.
    const base = path.join(__dirname, "..", "..", "..", "..", ".cache", "test");
    fs.mkdirSync(base, { recursive: true });
    const folder = fs.mkdtempSync(path.join(base, "engine-"));
    fs.mkdirSync(path.join(folder, "world"));
    const provider = await startTestProvider(path.join(folder, "world"), options);
    return new Sandbox(folder, provider.address, provider.stop);
  }

  stop(): void {
    this.stopProvider();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a program and gives the stack that runs it. */
  stack(program: string, more: Partial<StackSpec> = {}): StackSpec {
    const workDir = path.join(this.folder, "project");
    fs.mkdirSync(workDir, { recursive: true });
    fs.writeFileSync(path.join(workDir, "Pulumi.yaml"), "name: sample\nruntime: nodejs\n");
    fs.writeFileSync(path.join(workDir, "index.js"), `${programHead}\n${program}\n`);
    return {
      workDir,
      name: "dev",
      program: "index.js",
      stateDir: path.join(this.folder, "state"),
      passphrase: "correct horse",
      providers: { test: { kind: "address", address: this.address } },
      ...more,
    };
  }

  /** The calls since the last time this was asked, without the configuration of providers. */
  calls(): ProviderCall[] {
    const file = path.join(this.folder, "world", "calls.jsonl");
    if (!fs.existsSync(file)) return [];
    const lines = fs.readFileSync(file, "utf8").trim().split("\n");
    fs.rmSync(file);
    return lines
      .map((line) => JSON.parse(line) as ProviderCall)
      .filter(({ call }) => call !== "configure");
  }

  /** `create a`, `delete b`, …: the calls that changed something, in their order. */
  changes(): string[] {
    return this.calls()
      .filter(({ call, preview }) => preview !== true && /^(create|update|delete)$/.test(call))
      .map(({ call, urn }) => `${call} ${urn?.split("::").pop() ?? ""}`);
  }

  /** Every byte that the engine has written. */
  stateText(): string {
    return fs
      .readdirSync(path.join(this.folder, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  /** The resources in the world, by id. */
  world(): Record<string, Record<string, unknown>> {
    const folder = path.join(this.folder, "world");
    return Object.fromEntries(
      fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => [
          file.replace(".json", ""),
          JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Record<string, unknown>,
        ]),
    );
  }

  /** Changes a resource behind the engine's back; undefined deletes it. */
  meddle(id: string, content: Record<string, unknown> | undefined): void {
    const file = path.join(this.folder, "world", `${id}.json`);
    if (content === undefined) fs.rmSync(file);
    else fs.writeFileSync(file, JSON.stringify(content));
  }
}

/** `create a`, `same b`, …, sorted, without the stack and its provider. */
export function steps(operations: readonly Operation[]): string[] {
  return operations
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ op, name }) => `${op} ${name}`)
    .sort();
}

/** The failure of a run that has to fail. */
export async function failureOf(run: Promise<OperationResult>): Promise<OperationFailed> {
  try {
    await run;
  } catch (error) {
    if (error instanceof OperationFailed) return error;
    throw error;
  }
  throw new Error("The run should have failed and did not.");
}

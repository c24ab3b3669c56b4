import { execFile, fork } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { childEnvironment } from "../childEnvironment";
import {
  OperationFailed,
  type Diagnostic,
  type Engine,
  type OperationResult,
  type RunOptions,
  type StackSpec,
} from "../engine";
import { transpileModule } from "../localProviders";
import { readProject } from "../project";
import type { OperationMessage, OperationRequest } from "./operationProcess";
import { type WorkspaceFiles, writeWorkspace } from "./workspaceFiles";

type Kind = OperationRequest["kind"];
type Answer = Extract<OperationMessage, { result: unknown }>;

/**
 * Runs a Pulumi program with the real Pulumi CLI, through its Automation API, with a state folder
 * instead of a backend service. The CLI attaches to the process that runs the program, so no
 * language host is needed, and it finds the providers on the PATH that it is given.
 */
export class PulumiEngine implements Engine {
  readonly kind = "pulumi";

  /** @param cli path of the `pulumi` executable; see `findPulumiCli` */
  constructor(private readonly cli: string) {}

  preview(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return this.run("preview", stack, options);
  }

  up(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return this.run("up", stack, options);
  }

  destroy(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return this.run("destroy", stack, options);
  }

  refresh(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return this.run("refresh", stack, options);
  }

  /** The Automation API has no method for it. */
  async unprotect(stack: StackSpec, urns: readonly string[]): Promise<void> {
    await this.inWorkspace(stack, readProject(stack), async ({ folder: cwd }, env) => {
      for (const urn of urns) {
        const command = ["state", "unprotect", "--yes", "--stack", stack.name, urn];
        await promisify(execFile)(this.cli, command, { cwd, env });
      }
    });
  }

  private async run(kind: Kind, stack: StackSpec, options: RunOptions): Promise<OperationResult> {
    const start = Date.now();
    const project = readProject(stack);
    const { program, name: projectName } = project;
    const request = { kind, stack: stack.name, project: projectName, program };
    const answer = await this.inWorkspace(stack, project, ({ folder: workspace }, env) =>
      operationProcess({ ...request, workspace }, stack.workDir, env, options),
    );
    return finish(kind, stack.name, answer, Date.now() - start);
  }

  /** Runs work with the files and the environment in which the CLI finds this stack and nothing else. */
  private async inWorkspace<Result>(
    stack: StackSpec,
    project: ReturnType<typeof readProject>,
    work: (files: WorkspaceFiles, env: Record<string, string>) => Promise<Result>,
  ): Promise<Result> {
    const backend = path.join(stack.stateDir, "pulumi");
    fs.mkdirSync(backend, { recursive: true });
    const files = writeWorkspace(stack, project, this.cli);
    try {
      const base = childEnvironment(stack);
      const env = {
        ...base,
        PATH: [files.bin, base.PATH].filter(Boolean).join(path.delimiter),
        PULUMI_BACKEND_URL: pathToFileURL(backend).href,
        PULUMI_HOME: path.join(files.folder, "home"),
        PULUMI_CONFIG_PASSPHRASE: stack.passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...(files.debugProviders === "" ? {} : { PULUMI_DEBUG_PROVIDERS: files.debugProviders }),
      };
      return await work(files, env);
    } finally {
      files.remove();
    }
  }
}

function finish(kind: Kind, stack: string, answer: Answer, milliseconds: number): OperationResult {
  const { result, error } = answer;
  const told = result.diagnostics.some(({ severity }) => severity === "error");
  const diagnostics: readonly Diagnostic[] =
    error === undefined || told
      ? result.diagnostics
      : [...result.diagnostics, { severity: "error", message: error }];
  const complete: OperationResult = { ...result, diagnostics, requests: [], milliseconds };
  if (error !== undefined) throw new OperationFailed(kind, stack, complete);
  return complete;
}

/** Runs `operationProcess.ts` to its end. */
function operationProcess(
  request: OperationRequest,
  workDir: string,
  env: Record<string, string>,
  options: RunOptions,
): Promise<Answer> {
  const child = fork(path.join(__dirname, "operationProcess.ts"), [], {
    cwd: workDir,
    env,
    execArgv: ["--require", transpileModule],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Its own process group, so that the CLI and the providers below it end with it.
    detached: true,
  });
  const end = () => {
    endGroup(child.pid);
  };
  process.once("exit", end);
  options.signal?.addEventListener("abort", end);
  // Aborted before the run began: no event will tell.
  if (options.signal?.aborted === true) end();
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (text: Buffer) => {
      lastLines.push(...text.toString().split("\n").filter(Boolean));
      lastLines.splice(0, lastLines.length - 20);
    });
  }
  return new Promise<Answer>((resolve, reject) => {
    child.on("message", (message: OperationMessage) => {
      if ("event" in message) options.onEvent?.(message.event);
      else resolve(message);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const how = signal ?? `code ${code ?? "unknown"}`;
      reject(new Error([`The engine's process ended with ${how}.`, ...lastLines].join("\n  ")));
    });
    child.send(request);
  }).finally(() => {
    process.removeListener("exit", end);
    options.signal?.removeEventListener("abort", end);
    end();
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nothing is left of the group: that is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

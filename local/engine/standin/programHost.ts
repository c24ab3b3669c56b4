import { spawn } from "node:child_process";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../childEnvironment";
import { transpileModule } from "../localProviders";
import type { Deployment } from "./deployment";

/** Pulumi's own host for Node.js programs: what the CLI's language plugin starts. */
const hostModule = require.resolve("@pulumi/pulumi/cmd/run");
const failFastModule = path.join(__dirname, "failFast.js");
const latePackagesModule = path.join(__dirname, "latePackages.js");
const moduleNamesModule = path.join(__dirname, "moduleNames.js");
const noDebugMessagesModule = path.join(__dirname, "noDebugMessages.js");

/**
 * Runs a deployment's program against the engine's services.
 * @returns once the program has ended: true if it succeeded. Why it did not is reported.
 */
export type ProgramHost = (deployment: Deployment) => Promise<boolean>;

/**
 * Runs the program to its end in a process of its own, so that every run loads its modules afresh.
 * @returns once the process has ended: true if the program succeeded. Why it did not is reported.
 */
export async function runProgram(deployment: Deployment): Promise<boolean> {
  const { stack, project, dryRun, monitorAddress, stopSignal } = deployment;
  const child = spawn(
    process.execPath,
    [
      ...["--require", failFastModule],
      ...["--require", latePackagesModule],
      ...["--require", moduleNamesModule],
      ...["--require", noDebugMessagesModule],
      // Also for programs in JavaScript: without its handling of stack traces the host's
      // takes a minute and a gigabyte to print the first error that a program throws.
      ...["--require", transpileModule],
      hostModule,
      `--monitor=${monitorAddress}`,
      `--engine=${monitorAddress}`,
      `--organization=organization`,
      `--project=${project.name}`,
      `--stack=${stack.name}`,
      `--root-directory=${stack.workDir}`,
      `--pwd=${stack.workDir}`,
      "--parallel=16",
      ...(dryRun ? ["--dry-run"] : []),
      project.program,
    ],
    {
      cwd: stack.workDir,
      env: childEnvironment(stack, {
        PULUMI_CONFIG: JSON.stringify(project.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(project.secretKeys),
        PULUMI_NODEJS_TYPESCRIPT: "false",
      }),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      deployment.report({ severity: "info", message: line });
    });
  }
  const stop = () => child.kill("SIGKILL");
  stopSignal.addEventListener("abort", stop);
  process.once("exit", stop);
  if (stopSignal.aborted) stop();
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => {
      resolve(`could not be started: ${error.message}`);
    });
    child.once("close", (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code ?? "unknown"}`}`);
    });
  });
  stopSignal.removeEventListener("abort", stop);
  process.removeListener("exit", stop);
  if (ended !== undefined && !hasError(deployment)) {
    deployment.fail(new Error([`The program ${ended}.`, ...lastLines].join("\n  ")));
  }
  return ended === undefined && !hasError(deployment);
}

function hasError(deployment: Deployment): boolean {
  return deployment.diagnostics.some(({ severity }) => severity === "error");
}

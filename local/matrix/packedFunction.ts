import { spawn } from "node:child_process";
import { join } from "node:path";
import type { FailoverPlan } from "../../failover/plan";
import { basicEnvironment } from "../emulator/isolatedEnvironment";

/** The failover function as the component would deploy it. */
export interface PackedFunction {
  /** The package that Pulumi makes of it, a zip file, base64. */
  readonly zip: string;
  /** Lambda's settings as the component registers them. */
  readonly settings: {
    readonly handler: string;
    readonly runtime: string;
    readonly timeout: number;
    readonly memorySize: number;
    readonly reservedConcurrency: number;
    readonly maximumEventAge: number;
    readonly maximumRetries: number;
    readonly schedule: string;
  };
}

/**
 * Has Pulumi pack the function once for each plan, in a process of its own, because Pulumi's mocks
 * and its AWS package stay with the process that loaded them.
 */
export async function packFunctions(
  plans: readonly FailoverPlan[],
  signal: AbortSignal,
): Promise<PackedFunction[]> {
  const root = join(__dirname, "..", "..");
  const child = spawn(
    process.execPath,
    ["-r", join(root, "local/transpile/register.js"), join(__dirname, "packFunctionMain.ts")],
    { cwd: root, env: basicEnvironment(), stdio: ["pipe", "pipe", "pipe"], signal },
  );
  const [output, errors]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(JSON.stringify(plans));
  const code = await ended;
  if (code !== 0) throw new Error(`The function could not be packed: ${errors.join("").trim()}`);
  return JSON.parse(output.join("")) as PackedFunction[];
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { basicEnvironment } from "../emulator/isolatedEnvironment";
import type { Measured } from "../engine/benchProgram";

/** Evaluates both stacks for each size, in a process of its own because Pulumi's mocks stay with it. */
export async function measureProgram(
  sizes: readonly number[],
  signal: AbortSignal,
): Promise<Measured[]> {
  const root = join(__dirname, "..", "..");
  const register = join(root, "local/transpile/register.js");
  const program = join(root, "local/engine/benchProgram.ts");
  const child = spawn(process.execPath, ["-r", register, program, "--measure", sizes.join(",")], {
    cwd: root,
    env: basicEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
    signal,
  });
  const output: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const last = output.join("").trim().split("\n").at(-1) ?? "";
  if (code !== 0)
    throw new Error(`The program could not be measured: it ended with ${code ?? "a signal"}.`);
  return JSON.parse(last) as Measured[];
}

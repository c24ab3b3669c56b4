import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { type PromotionTarget, readTarget, TargetError } from "../promotion/target";
import type { PromoteOptions } from "./promoteOptions";

const run = promisify(execFile);

/** Where the Session Manager of a stack's machines is left out, see `--direct`. */
export type TargetOrigin = PromoteOptions["from"];

/**
 * The target that a person named.
 *
 * @param folder the project's, with the stacks' files
 * @throws TargetError or Error, each with what to mend; nothing was touched.
 */
export async function findTarget(folder: string, from: TargetOrigin): Promise<PromotionTarget> {
  if (from.kind === "file") return readTarget(from.file, readFile(from.file));
  const file = join(folder, `Pulumi.${from.stack}.yaml`);
  if (!existsSync(file))
    throw new Error(
      `There is no stack ${from.stack}: ${file} does not exist. Name one that does with --stack, ` +
        "or describe the machines in a file: --target examples/promotion.yaml",
    );
  return readTarget(
    `The output promotion of stack ${from.stack}`,
    await stackOutput(folder, from.stack),
  );
}

function readFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new TargetError(`--target ${file}`, [`cannot be read: ${(error as Error).message}`]);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new TargetError(`--target ${file}`, [`is no YAML: ${(error as Error).message}`]);
  }
}

async function stackOutput(folder: string, stack: string): Promise<unknown> {
  try {
    const { stdout } = await run(
      "pulumi",
      ["stack", "output", "promotion", "--json", "--stack", stack, "--non-interactive"],
      { cwd: folder },
    );
    return JSON.parse(stdout) as unknown;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new Error(
      code === "ENOENT"
        ? "The Pulumi CLI is not installed, and the target is an output of the stack. Install it, or " +
            "keep the output in a file and give that: pulumi stack output promotion --json > FILE; --target FILE"
        : `The stack ${stack} does not tell what to promote: ${(stderr ?? message).trim()}. Is it deployed ` +
            `(pulumi up --stack ${stack}), and are you logged in to its state?`,
      { cause: error },
    );
  }
}

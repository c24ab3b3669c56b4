/**
 * `npm run preview -- --stack primary|dr|web-dev|web-prod`: what a first `pulumi up` would do, shown as a tree.
 * Needs nothing but `npm ci`: no AWS account, no Pulumi CLI, no emulator. The providers only plan,
 * so everything that AWS would choose (ids, ARNs, addresses) is unknown, and look-ups (zones,
 * images, the account) are answered with modelled data.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Command } from "commander";
import { chooseEngine, type EngineChoice } from "./chooseEngine";
import { OperationFailed, type OperationResult, type StackSpec } from "./engine";
import { localProvider } from "./localProviders";
import { planCounts, planTree } from "./planTree";

const root = path.resolve(__dirname, "..", "..");

interface PreviewFlags {
  readonly stack: string;
  readonly engine: EngineChoice;
  readonly json?: boolean;
}

/** The stacks of this project, as its `Pulumi.<stack>.yaml` files name them. */
export function stacksOf(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** The stack as `preview` runs it: nothing is deployed, and providers only plan. */
export function previewSpec(stack: string, stateDir: string): StackSpec {
  const plans = localProvider({ LOCAL_AWS_PLAN_ONLY: "1" });
  return {
    workDir: root,
    name: stack,
    stateDir,
    passphrase: process.env.PULUMI_CONFIG_PASSPHRASE ?? "preview",
    providers: { aws: plans, awsx: plans },
    // Read by the program's Lambda packaging and by SDK clients; nothing is called with them.
    env: { LOCAL_AWS_PLAN_ONLY: "1" },
  };
}

/** The plan in words for a person. */
export function describePlan(stack: string, plan: OperationResult, colour: boolean): string {
  const notes = plan.diagnostics
    .filter(({ severity }) => severity === "warning" || severity === "error")
    .map(({ severity, message }) => `${severity}: ${message}`);
  const outputs = Object.entries(plan.outputs).map(([key, output]) => {
    const shown = output.secret ? "[secret]" : output.known ? output.value : "[known after up]";
    return `  ${key}: ${typeof shown === "string" ? shown : JSON.stringify(shown)}`;
  });
  return [
    `Plan of stack ${stack}, as if nothing were deployed yet:`,
    "",
    planTree(plan.operations, { colour }),
    "",
    ...(outputs.length > 0 ? ["Outputs:", ...outputs, ""] : []),
    ...[...new Set(notes)],
    `${planCounts(plan.operations)} (planned in ${(plan.milliseconds / 1000).toFixed(1)} s)`,
  ].join("\n");
}

async function main(): Promise<number> {
  const flags = new Command("preview")
    .description("Shows what `pulumi up` would do, without AWS, Pulumi CLI or emulator")
    .requiredOption("--stack <name>", "stack to plan, as Pulumi.<name>.yaml has it")
    .option("--engine <kind>", "standin, pulumi or auto", "standin")
    .option("--json", "print the operations as JSON")
    .parse()
    .opts<PreviewFlags>();
  const known = stacksOf(root);
  if (!known.includes(flags.stack)) {
    console.error(`There is no stack ${flags.stack}. Stacks: ${known.join(", ") || "none"}.`);
    return 2;
  }
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "preview-"));
  try {
    const plan = await chooseEngine(flags.engine).preview(previewSpec(flags.stack, stateDir));
    const { operations, outputs } = plan;
    if (flags.json === true) console.log(JSON.stringify({ operations, outputs }, undefined, 2));
    else console.log(describePlan(flags.stack, plan, process.stdout.isTTY));
    return 0;
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    fs.rmSync(stateDir, { recursive: true, force: true });
  }
}

if (require.main === module) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 2;
    },
  );
}

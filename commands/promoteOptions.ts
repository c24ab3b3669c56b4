import { Command, CommanderError } from "commander";

/** What a person asks of the promotion. */
export interface PromoteOptions {
  readonly verb: "start" | "stop" | "status" | "plan";
  /** Where the target is described: a stack's output, or a file. */
  readonly from:
    | { readonly kind: "stack"; readonly stack: string }
    | { readonly kind: "file"; readonly file: string };
  readonly stopAfter: boolean;
  readonly delete: boolean;
  /** Deletes without asking on the terminal. */
  readonly yes: boolean;
  /** This machine reaches the databases itself. */
  readonly direct: boolean;
}

/** The command line cannot be understood; nothing was done. */
export class PromoteUsageError extends Error {
  constructor(wrong: string, usage: string) {
    super(`${wrong}\n\n${usage}`);
    this.name = "PromoteUsageError";
  }
}

/** Help was asked for and is printed. */
export class HelpPrinted extends Error {}

const verbs = ["start", "stop", "status", "plan"] as const;

/** @throws PromoteUsageError on a missing or wrong verb, unknown options and contradictions. */
export function readPromoteOptions(argv: readonly string[]): PromoteOptions {
  const command = new Command("npm run promote --")
    .description("Brings prod's databases and files to dev's content, or freezes prod as it is.")
    .argument("<verb>", "start, stop, status, or plan (what start would do)")
    .option("--stack <stack>", "stack with the output `promotion`", "web-prod")
    .option("--target <file>", "YAML file with the target instead, for machines not on AWS")
    .option("--stop-after", "start: freeze prod again, at dev's place when it was asked")
    .option("--delete", "start, plan: also delete prod's files that dev has not; lists them first")
    .option("--yes", "with --delete: do not ask on the terminal")
    .option("--direct", "this machine reaches the databases without Session Manager")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, or status: all is well; 1 failed, or status: somebody has to look;\n" +
        "2 bad input, nothing was touched; 130 interrupted. Needs AWS credentials.",
    )
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpPrinted();
    const wrong = error.code === "commander.missingArgument" ? noVerb : error.message;
    throw new PromoteUsageError(wrong.replace(/^error: /, ""), command.helpInformation());
  }
  return check(command);
}

const noVerb = "There is no verb: say start, stop, status or plan.";

interface Given {
  readonly stack: string;
  readonly target?: string;
  readonly stopAfter?: boolean;
  readonly delete?: boolean;
  readonly yes?: boolean;
  readonly direct?: boolean;
}

function check(command: Command): PromoteOptions {
  const given = command.opts<Given>();
  const verb = verbs.find((each) => each === command.args[0]);
  const refuse = (wrong: string): never => {
    throw new PromoteUsageError(wrong, command.helpInformation());
  };
  if (verb === undefined)
    return refuse(
      `${JSON.stringify(command.args[0])} is no verb: say start, stop, status or plan.`,
    );
  const starts = verb === "start" || verb === "plan";
  if (given.target !== undefined && command.getOptionValueSource("stack") === "cli")
    refuse("--stack and --target both say what is promoted; give one of them.");
  if (given.stack === "") refuse("--stack is empty; the default is web-prod.");
  if (given.stopAfter === true && !starts) refuse("--stop-after belongs to start.");
  if (given.delete === true && !starts) refuse("--delete belongs to start and plan.");
  if (given.yes === true && given.delete !== true) refuse("--yes belongs to --delete.");
  return {
    verb,
    from:
      given.target === undefined
        ? { kind: "stack", stack: given.stack }
        : { kind: "file", file: given.target },
    stopAfter: given.stopAfter === true,
    delete: given.delete === true,
    yes: given.yes === true,
    direct: given.direct === true,
  };
}

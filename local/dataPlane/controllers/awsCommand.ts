/**
 * The AWS CLI as far as the lease script uses it: four commands, their arguments read into the input
 * of the SDK's command, and the answer written as the CLI writes it. Any other call is refused.
 */

/** One call of the script. */
export interface AwsCommand {
  readonly operation: "get-item" | "put-item" | "update-item" | "complete-lifecycle-action";
  readonly region: string;
  /** The input of the SDK's command of that name. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Arguments that carry JSON, by the CLI's names. */
const jsonArguments = new Set([
  "item",
  "key",
  "expression-attribute-names",
  "expression-attribute-values",
]);

/** Arguments of the CLI itself; they do not belong to the call. */
const cliArguments = new Set([
  "cli-connect-timeout",
  "cli-read-timeout",
  "region",
  "query",
  "output",
]);

const operations: Readonly<Record<string, readonly AwsCommand["operation"][]>> = {
  dynamodb: ["get-item", "put-item", "update-item"],
  autoscaling: ["complete-lifecycle-action"],
};

/** @throws Error for a call that the script does not make. */
export function readAwsCommand(args: readonly string[]): AwsCommand {
  const { words, options } = split(args);
  const [service = "", name = ""] = words;
  const operation = operations[service]?.find((each) => each === name);
  const region = options.get("region");
  if (operation === undefined || words.length !== 2 || region === undefined) {
    throw new Error(
      `This machine's aws runs the lease script's calls alone, not "aws ${args.join(" ")}".`,
    );
  }
  const input: Record<string, unknown> = {};
  for (const [option, text] of options) {
    if (cliArguments.has(option)) continue;
    input[memberName(option)] = jsonArguments.has(option)
      ? JSON.parse(text)
      : text === ""
        ? true
        : text;
  }
  return { operation, region, input };
}

/** `--query 'Item.[generation.N, activeRegion.S]' --output text`: columns, `None` for what is not there. */
export function recordColumns(
  item: Readonly<Record<string, { readonly N?: string; readonly S?: string }>> | undefined,
): string {
  if (item === undefined) return "None\n";
  return `${item.generation?.N ?? "None"}\t${item.activeRegion?.S ?? "None"}\n`;
}

function split(args: readonly string[]): { words: string[]; options: Map<string, string> } {
  const words: string[] = [];
  const options = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (!arg.startsWith("--")) {
      words.push(arg);
      continue;
    }
    const next = args[index + 1];
    const hasValue = next !== undefined && !next.startsWith("--");
    options.set(arg.slice(2), hasValue ? next : "");
    if (hasValue) index += 1;
  }
  return { words, options };
}

/** `table-name` → `TableName`. */
function memberName(option: string): string {
  return option.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

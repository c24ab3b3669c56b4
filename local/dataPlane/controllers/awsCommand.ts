/**
 * The AWS CLI as far as the lease script uses it: three commands, their arguments read into the input
 * of the SDK's command, and the answer written as the CLI writes it. Any other call is refused.
 */

/** One call of the script. */
export interface AwsCommand {
  readonly operation: "get-item" | "update-item" | "complete-lifecycle-action";
  readonly region: string;
  /** The input of the SDK's command of that name. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Attributes that `--query` asks for, in its order. */
  readonly columns: readonly string[];
}

/** Arguments that carry JSON, by the CLI's names. */
const jsonArguments = new Set(["key", "expression-attribute-names", "expression-attribute-values"]);

/** Arguments of the CLI itself; they do not belong to the call. */
const cliArguments = new Set([
  "cli-connect-timeout",
  "cli-read-timeout",
  "region",
  "query",
  "output",
]);

const operations: Readonly<Record<string, readonly AwsCommand["operation"][]>> = {
  dynamodb: ["get-item", "update-item"],
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
  return { operation, region, input, columns: columnsOf(options.get("query") ?? "") };
}

/** An attribute as DynamoDB writes it. */
type Attribute = Readonly<Partial<Record<"N" | "S" | "BOOL", string | boolean>>>;

/** What the CLI writes with `--output text` for a query of columns: `None` for what is not there. */
export function itemColumns(
  item: Readonly<Record<string, Attribute>> | undefined,
  columns: readonly string[],
): string {
  if (item === undefined) return "None\n";
  const texts = columns.map((column) => {
    const attribute = item[column];
    if (attribute?.BOOL !== undefined) return attribute.BOOL ? "True" : "False";
    return attribute?.N ?? attribute?.S ?? "None";
  });
  return `${texts.join("\t")}\n`;
}

/** `Item.[generation.N, activeRegion.S]`: the names; no query of another form is the script's. */
function columnsOf(query: string): readonly string[] {
  const inner = /^Item\.\[(.*)\]$/.exec(query)?.[1];
  return inner === undefined ? [] : inner.split(", ").map((each) => each.replace(/\.\w+$/, ""));
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

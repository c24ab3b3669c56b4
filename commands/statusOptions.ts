import { parseArgs } from "node:util";
import { UsageError } from "./failoverRequest";

/** How the status is asked for. */
export interface StatusOptions {
  /** The waiting region's stack. */
  readonly stack: string;
  /** Prints everything that was found out, for other programs. */
  readonly json: boolean;
  /** Looks again every ten seconds until interrupted. */
  readonly watch: boolean;
}

const usage = `Usage: npm run status -- --stack <stack> [--watch] [--json]

  --stack <stack>  the waiting region's stack: dr
  --watch          look again every ten seconds, until Ctrl-C
  --json           everything that was found out, as JSON

Changes nothing. Needs AWS credentials for the waiting region, neither Pulumi nor its state.`;

/** @throws UsageError on an unknown option and a missing stack. */
export function readStatusOptions(argv: readonly string[]): StatusOptions {
  const { stack, json, watch } = parse(argv);
  if (stack === undefined || stack === "") {
    throw new UsageError("--stack is missing: name the waiting region's stack, such as dr.", usage);
  }
  return { stack, json, watch };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        stack: { type: "string" },
        json: { type: "boolean", default: false },
        watch: { type: "boolean", default: false },
      },
      strict: true,
      allowPositionals: false,
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, usage);
  }
}

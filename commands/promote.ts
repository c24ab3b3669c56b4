/**
 * `npm run promote -- start|stop|status|plan`: brings prod's databases and files to dev's content, or
 * freezes prod. Needs AWS credentials; the stack's output needs the Pulumi CLI.
 *
 * Exit codes: 0 done, or all is well; 1 it failed, another promotion is under way, or somebody has to
 * look; 2 bad input and nothing was touched; 130 interrupted.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { observe } from "../promotion/observe";
import type { Ports } from "../promotion/ports";
import { type Outcome, promote, refusalOf } from "../promotion/promote";
import { hasEnded, thisOwner } from "../promotion/record/lockOwner";
import {
  deletionText,
  needsAttention,
  planText,
  statusText,
  withLivingLock,
} from "../promotion/statusText";
import { type PromotionTarget, TargetError } from "../promotion/target";
import {
  HelpPrinted,
  type PromoteOptions,
  PromoteUsageError,
  readPromoteOptions,
} from "./promoteOptions";
import { promotionPorts } from "./promotionPorts";
import { findTarget } from "./promotionTarget";

async function main(argv: readonly string[]): Promise<number> {
  const interrupted = interruption();
  const options = readPromoteOptions(argv);
  const target = await findTarget(join(__dirname, ".."), options.from);
  const ports = await promotionPorts(target, options.direct, progress());
  try {
    if (options.verb === "status") return await showStatus(ports, target);
    if (options.verb === "plan") return await showPlan(ports, target, options);
    return tell(await act(options.verb, ports, target, options, interrupted));
  } finally {
    ports.close();
  }
}

async function showStatus(ports: Ports, target: PromotionTarget): Promise<number> {
  const now = Date.now();
  const seen = withLivingLock(await observe(ports), now, hasEnded);
  console.log(statusText(seen, target, now).join("\n"));
  return needsAttention(seen, now) ? 1 : 0;
}

async function showPlan(
  ports: Ports,
  target: PromotionTarget,
  options: PromoteOptions,
): Promise<number> {
  const seen = await observe(ports);
  const refusal = refusalOf("start", seen, target);
  if (refusal !== undefined) return tell(refusal);
  const { stopAfter, delete: deleting } = options;
  console.log(planText(seen, { stopAfter, deleting }, target).join("\n"));
  return 0;
}

async function act(
  verb: "start" | "stop",
  ports: Ports,
  target: PromotionTarget,
  options: PromoteOptions,
  interrupted: AbortSignal,
): Promise<Outcome> {
  const deletions = options.delete ? await agreedDeletions(ports, options.yes) : undefined;
  if (deletions === "refused") return { code: 2, says: ["Nothing was touched."] };
  const request = {
    verb,
    stopAfter: options.stopAfter,
    ...(deletions === undefined ? {} : { deletions }),
  };
  const asking = { owner: thisOwner(Date.now()), token: randomUUID(), hasEnded };
  return promote(ports, target, request, asking, interrupted);
}

/** Shows what would go, and asks. @returns how many may; undefined: there is none */
async function agreedDeletions(
  ports: Ports,
  yes: boolean,
): Promise<number | "refused" | undefined> {
  const finding = await ports.files.inspect();
  // What is wrong with the folders is said with all else that is.
  if (!finding.fine || finding.state.surplus === 0) return undefined;
  console.log(deletionText(finding.state, true).join("\n"));
  if (yes) return finding.state.surplus;
  if (!process.stdin.isTTY) {
    console.error("Nobody can be asked here whether to delete them: give --yes.");
    return "refused";
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Delete them? Only yes is yes: ");
  terminal.close();
  return answer.trim() === "yes" ? finding.state.surplus : "refused";
}

function tell({ code, says }: Outcome): number {
  (code === 0 ? console.log : console.error)(says.join("\n"));
  return code;
}

/** One line for each change, at most one a second on its way. */
function progress(): (text: string) => void {
  let last = "";
  return (text) => {
    if (text === last) return;
    last = text;
    console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
  };
}

/** The second Ctrl-C ends the process at once; the next promotion mends what that left. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      console.error("Interrupted; saying where things stand (again: end at once).");
      controller.abort(new Error("It was interrupted."));
    });
  }
  return controller.signal;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof HelpPrinted) return;
    const known = error instanceof PromoteUsageError || error instanceof TargetError;
    const { name, message } = error as Error;
    const missing =
      name === "ResourceNotFoundException"
        ? " The secret or the record table of the target does not exist in its region."
        : "";
    console.error(known ? message : `Nothing was touched: ${message}${missing}`);
    process.exitCode = 2;
  },
);

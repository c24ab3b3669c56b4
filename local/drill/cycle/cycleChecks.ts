/** What must be true after each turn of the cycle; judged on what engines and AWS report. */
import type { HistoryEntry } from "../../../failover/model";
import { launchTag } from "../../../failover/pairTags";
import type { Operation } from "../../engine/engine";
import { counted } from "../rules/ruleResult";
import type { PairMachineSeen } from "./pairMachines";

/** One promise of the cycle. */
export interface CycleCheck {
  /** When in the cycle. */
  readonly turn: string;
  readonly statement: string;
  readonly held: boolean;
  readonly evidence: string;
}

const holdsState =
  /:(rds\/instance:Instance|efs\/fileSystem:FileSystem|s3\/bucket:Bucket|kms\/key:Key|backup\/vault:Vault|secretsmanager\/secret:Secret|dynamodb\/table:Table)$/;

function shown(operations: readonly Operation[]): string {
  return operations.map(({ op, type, name }) => `${op} ${type} ${name}`).join(", ");
}

/** The active side takes over in place. */
export function nothingReplaced(turn: string, operations: readonly Operation[]): CycleCheck {
  const harmed = operations.filter(
    ({ op, type }) => (op === "replace" || op === "delete") && holdsState.test(type),
  );
  const held = harmed.length === 0;
  return {
    turn,
    statement: "The update of the active side replaces and deletes nothing that holds state.",
    held,
    evidence: held
      ? `${counted(operations.length, "operation")}, none of those.`
      : `${shown(harmed)}.`,
  };
}

/** The former side lets go of the former writer and its homes, of nothing else that holds state. */
export function letsGoOf(
  turn: string,
  operations: readonly Operation[],
  urns: readonly string[],
): CycleCheck {
  const expected = new Set(urns);
  const gone = operations.filter(({ op, type }) => op === "delete" && holdsState.test(type));
  const replaced = operations.filter(({ op, type }) => op === "replace" && holdsState.test(type));
  const wrong = [...replaced, ...gone.filter(({ urn }) => !expected.has(urn))];
  const missing = urns.filter((urn) => !gone.some((operation) => operation.urn === urn));
  const held = wrong.length === 0 && missing.length === 0;
  return {
    turn,
    statement: "The update of the former side lets go of the former writer and its homes alone.",
    held,
    evidence: held
      ? `${shown(gone)}.`
      : `Unexpected: ${shown(wrong)}; kept: ${missing.join(", ")}.`,
  };
}

/** S11. */
export function formerDataKept(
  turn: string,
  former: readonly { readonly what: string; readonly exists: boolean }[],
): CycleCheck {
  const lost = former.filter(({ exists }) => !exists);
  return {
    turn,
    statement: "S11: the former database and homes are still in AWS.",
    held: lost.length === 0,
    evidence:
      lost.length === 0
        ? `${former.map(({ what }) => what).join(", ")}.`
        : `Gone: ${lost.map(({ what }) => what).join(", ")}.`,
  };
}

/** Pairs run where Jenkins is served, and nobody starts them where it waits. */
export function pairsFollow(
  turn: string,
  activeRegion: string,
  machines: readonly PairMachineSeen[],
): CycleCheck {
  const shownOf = (seen: readonly PairMachineSeen[]): string =>
    seen
      .map(({ id, region, state, launch }) => `${id} in ${region}: ${state}, ${launch}`)
      .join("; ");
  const wrong = machines.filter(({ region, state, launch }) =>
    region === activeRegion
      ? state !== "running" || launch !== launchTag.allowed
      : state !== "stopped" || launch !== launchTag.suspended,
  );
  // Two machines a region, or none of them was looked at.
  const held = wrong.length === 0 && machines.length > 0 && machines.length % 4 === 0;
  return {
    turn,
    statement: "The machines of pairs run in the region that serves, and in no other.",
    held,
    evidence: held
      ? `${shownOf(machines)}.`
      : `Not as it should be: ${shownOf(wrong)}; of ${machines.length}.`,
  };
}

/** S9. */
export function refused(
  turn: string,
  stack: string,
  messages: readonly string[],
  command = "npm run adopt",
): CycleCheck {
  const refusal = messages.find((message) => message.includes("nothing was changed"));
  const held = refusal?.includes(command) === true;
  return {
    turn,
    statement: `S9: Pulumi refuses to run stack ${stack}, and names the two commands.`,
    held,
    evidence: refusal?.split("\n")[0] ?? (messages.join(" ") || "It ran."),
  };
}

/** The way back loses nothing. */
export function plannedLosesNothing(turn: string, entry: HistoryEntry | undefined): CycleCheck {
  const { database, home } = entry?.lag ?? {};
  const held = entry?.outcome === "serving" && entry.fenced && database === 0 && home === 0;
  const says =
    entry === undefined
      ? "The record's history has no entry of it."
      : `Fenced: ${entry.fenced ? "yes" : "no"}; behind: database ${database ?? "unknown"} s, home ${home ?? "unknown"} s.`;
  return {
    turn,
    statement:
      "The planned role change waited for the fence, and until replication lacked nothing.",
    held,
    evidence: says,
  };
}

/** The pair stands as it began, two role changes later. */
export function endsWhereItBegan(
  turn: string,
  began: { readonly activeRegion: string; readonly generation: number },
  ended: { readonly activeRegion: string; readonly generation: number; readonly phase: string },
): CycleCheck {
  const held =
    ended.activeRegion === began.activeRegion &&
    ended.generation === began.generation + 2 &&
    ended.phase === "standby";
  return {
    turn,
    statement: "The pair ends where it began, generation + 2, protected again.",
    held,
    evidence: `${ended.activeRegion} serves, generation ${ended.generation}, phase ${ended.phase}.`,
  };
}

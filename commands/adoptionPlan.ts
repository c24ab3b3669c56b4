/** What adopting a failover means for both stacks; decides only. */
import { identify } from "../components/data/databasePlan";
import type { FailoverRecord } from "../failover/model";
import { acceptanceHolds, isUnfenced } from "../failover/reconcile/unfenced";
import type { Settings } from "../stacks/config/settings";
import type { ConfigChanges } from "./stackFile";

/** The two stacks of a deployment, by the program that they run. */
export interface StackPair<Value> {
  readonly primary: Value;
  readonly dr: Value;
}

export type ProgramOfPair = keyof StackPair<unknown>;

/** Resources that the former active stack lets go of. AWS keeps them (S11). */
export interface LetGo {
  readonly program: ProgramOfPair;
  /** Their logical names and types, as they stand in the stack's state. */
  readonly urns: readonly string[];
  /** For people: what stays in AWS, where. */
  readonly kept: readonly string[];
}

/** The configuration that follows the record. */
export interface Adoption {
  readonly kind: "adopt";
  readonly activeRegion: string;
  readonly generation: number;
  readonly changes: StackPair<ConfigChanges>;
  readonly letGo?: LetGo;
  /** The former region is given up, see {@link waitReason}: its stack waits until it is fenced. */
  readonly formerLost?: true;
  /** The active side first: the other one follows its outputs. */
  readonly order: readonly [ProgramOfPair, ProgramOfPair];
}

/** Nothing to be done, or not yet; why. */
export type AdoptionVerdict =
  | Adoption
  | { readonly kind: "agrees"; readonly because: string }
  | { readonly kind: "notYet"; readonly because: string };

/** What a stack's files say of roles now, however wrong: adopting is what mends it. */
export interface WrittenRole {
  readonly activeRegion?: unknown;
  readonly generation?: unknown;
  readonly homeFileSystemId?: unknown;
  readonly failover?: unknown;
}

type StackRole = Pick<Settings, "stackName" | "regions" | "prefix"> & {
  readonly written: WrittenRole;
};
type PairSettings = StackPair<StackRole>;

/** Decides what the record of the highest generation asks of the configuration. */
export function planAdoption(
  settings: PairSettings,
  record: FailoverRecord,
  project: string,
): AdoptionVerdict {
  const { regions } = settings.primary;
  const active = programOf(regions, record.activeRegion);
  if (active === undefined) {
    const because =
      `The record names ${record.activeRegion} as active, which is neither of the deployment's regions ` +
      `(${regions.primary}, ${regions.dr}): put back in Pulumi.yaml what was deployed.`;
    return { kind: "notYet", because };
  }
  const waits = waitReason(record);
  if (waits !== undefined) return { kind: "notYet", because: waits };
  const changes = {
    primary: changesFor("primary", settings.primary.written, record, active),
    dr: changesFor("dr", settings.dr.written, record, active),
  };
  if (noChange(changes, settings)) {
    const because = `Both stacks agree with the record: ${record.activeRegion} serves, generation ${record.generation}.`;
    return { kind: "agrees", because };
  }
  const former = active === "primary" ? "dr" : "primary";
  const letGo = record.generation > 1 ? letGoOf(former, settings[former], record, project) : {};
  const { activeRegion, generation } = record;
  const formerLost = isUnfenced(record) ? { formerLost: true as const } : {};
  const order = [active, former] as const;
  return { kind: "adopt", activeRegion, generation, changes, ...letGo, ...formerLost, order };
}

function programOf(regions: StackPair<string>, region: string): ProgramOfPair | undefined {
  return (["primary", "dr"] as const).find((program) => regions[program] === region);
}

/** Adopting removes the function that made the failover; it must have nothing left to do. */
function waitReason(record: FailoverRecord): string | undefined {
  const { phase, since } = record;
  if (phase === "confirming" || phase === "recovering" || phase === "blocked") {
    return `A failover is under way: phase ${phase} since ${new Date(since).toISOString()}. Adopt it when it serves.`;
  }
  // Given up by a person: the active stack keeps the function, and the other one refuses to run.
  if (!isUnfenced(record) || acceptanceHolds(record)) return undefined;
  return (
    "The former region is not fenced yet: the function stops its controllers as soon as it answers again, and " +
    'adopting would remove the function. Wait for its message "the former region is fenced now". If the region ' +
    "never comes back: docs/runbook.md, The old region is lost for good."
  );
}

function changesFor(
  program: ProgramOfPair,
  written: WrittenRole,
  record: FailoverRecord,
  active: ProgramOfPair,
): ConfigChanges {
  const first = record.generation === 1;
  const known = typeof written.homeFileSystemId === "string" ? written.homeFileSystemId : undefined;
  const home = program === active && !first ? (record.homeFileSystemId ?? known) : undefined;
  return {
    activeRegion: first ? undefined : record.activeRegion,
    generation: first ? undefined : record.generation,
    homeFileSystemId: home,
    // Asked for and done; set for good it would be an error in the stack whose region serves.
    ...(String(written.failover) === "true" ? { failover: undefined } : {}),
  };
}

function noChange(changes: StackPair<ConfigChanges>, settings: PairSettings): boolean {
  return (["primary", "dr"] as const).every((program) => {
    const { written, regions } = settings[program];
    const wanted = changes[program];
    return (
      (wanted.activeRegion ?? regions.primary) === (written.activeRegion ?? regions.primary) &&
      (wanted.generation ?? 1) === Number(written.generation ?? 1) &&
      wanted.homeFileSystemId === written.homeFileSystemId
    );
  });
}

/**
 * The former writer, and the file system that the first region made (later homes were never in a
 * stack's state). Both are protected, so that nobody deletes them by accident, and a protected
 * resource cannot leave a program.
 */
function letGoOf(
  program: ProgramOfPair,
  { stackName, prefix, regions }: StackRole,
  { generation }: FailoverRecord,
  project: string,
): { readonly letGo: LetGo } {
  const former = identify(prefix, "writer", generation - 1);
  const region = regions[program];
  const urn = (component: string, type: string, name: string): string =>
    `urn:pulumi:${stackName}::${project}::jenkins-pilot-light:${component}$${type}::${name}`;
  const database = urn(
    "data:ReplicatedDatabase",
    "aws:rds/instance:Instance",
    `database-g${former.madeAt}`,
  );
  const home = urn("home:SharedHome", "aws:efs/fileSystem:FileSystem", "home-file-system");
  const ownHome = generation - 1 === 1;
  return {
    letGo: {
      program,
      urns: [database, ...(ownHome ? [home] : [])],
      kept: [
        `database ${former.identifier} in ${region}`,
        `the homes of generation ${generation - 1}: EFS in ${region}` +
          (ownHome ? `, tagged Name=${prefix}-home` : ""),
      ],
    },
  };
}

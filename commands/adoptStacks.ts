import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { FailoverRecord } from "../failover/model";
import { parseSettings } from "../stacks/config/parseSettings";
import type { Settings } from "../stacks/config/settings";
import {
  type AdoptionVerdict,
  planAdoption,
  type StackPair,
  type WrittenRole,
} from "./adoptionPlan";
import { readStackValues } from "./stackSettings";
import { withConfig } from "./stackFile";

/** How adopting reaches the world. */
export interface AdoptionEffects {
  /** The region's failover record; undefined when it has none. Throws when it does not answer. */
  readRecord(region: string, prefix: string): Promise<FailoverRecord | undefined>;
}

/** What was found and, unless only looked at, written. */
export interface AdoptionOutcome {
  readonly verdict: AdoptionVerdict;
  readonly record?: FailoverRecord;
  /** Files that were changed. */
  readonly files: readonly string[];
}

/**
 * Makes both stacks' configuration follow the failover record. Either both files are written or none.
 *
 * @param folder the project's, with `Pulumi.yaml` and both stacks' files
 * @throws ConfigurationError for settings that are wrong besides; Error when no record can be read
 *   that settles it.
 */
export async function adoptStacks(
  folder: string,
  stacks: StackPair<string>,
  effects: AdoptionEffects,
  dryRun = false,
): Promise<AdoptionOutcome> {
  const settings = { primary: readStack(folder, stacks.primary), dr: readStack(folder, stacks.dr) };
  const record = await highestRecord(settings.primary, effects);
  if (record === undefined) {
    const because =
      "There is no failover record yet: the waiting region's function writes it in its first minute.";
    return { verdict: { kind: "notYet", because }, files: [] };
  }
  const project = String((parse(read(join(folder, "Pulumi.yaml"))) as { name?: unknown }).name);
  const verdict = planAdoption(settings, record, project);
  if (verdict.kind !== "adopt" || dryRun) return { verdict, record, files: [] };
  const files = (["primary", "dr"] as const).map((program) => {
    const file = join(folder, `Pulumi.${stacks[program]}.yaml`);
    return { file, text: changed(file, project, verdict.changes[program]) };
  });
  for (const { file, text } of files) replaceFile(file, text);
  return { verdict, record, files: files.map(({ file }) => file) };
}

/** Checked but for what says the roles, which may be wrong: that is what is to be mended. */
function readStack(folder: string, stackName: string): Settings & { written: WrittenRole } {
  const { values, encrypted } = readStackValues(folder, stackName);
  const { activeRegion, generation, homeFileSystemId, failover, ...rest } = values;
  const written = { activeRegion, generation, homeFileSystemId, failover };
  return { ...parseSettings(rest, stackName, encrypted), written };
}

/** Either region may be silent, or lost: `pulumi up` asks again and refuses what is still unknown. */
async function highestRecord(
  { regions, prefix }: Settings,
  effects: AdoptionEffects,
): Promise<FailoverRecord | undefined> {
  const places = [regions.primary, regions.dr];
  const answers = await Promise.allSettled(
    places.map((region) => effects.readRecord(region, prefix)),
  );
  const found = answers.flatMap((answer) =>
    answer.status === "fulfilled" && answer.value !== undefined ? [answer.value] : [],
  );
  const [first, ...others] = found;
  if (first !== undefined) {
    return others.reduce((best, each) => (each.generation > best.generation ? each : best), first);
  }
  const silent = answers.flatMap((answer, index) =>
    answer.status === "rejected" ? [`${places[index]}: ${(answer.reason as Error).message}`] : [],
  );
  if (silent.length === 0) return undefined;
  throw new Error(`No failover record can be read (${silent.join("; ")}). Nothing was changed.`);
}

function changed(file: string, project: string, changes: Parameters<typeof withConfig>[2]): string {
  try {
    return withConfig(read(file), project, changes);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}. Nothing was changed.`, { cause: error });
  }
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}

/** A reader sees the file of before or the one of after. */
function replaceFile(file: string, text: string): void {
  const next = `${file}.adopting`;
  writeFileSync(next, text);
  renameSync(next, file);
}

/** What a person is told when a stack does not run, or runs in spite of the failover record. */
import { recordTableName } from "../../failover/recordAddress";
import {
  type AgreementSettings,
  type RecordReading,
  recordRegion,
  type RecordView,
} from "./reading";

const afterwards = "docs/runbook.md, Afterwards";

/** Another active region or generation than the record's. */
export function disagrees(settings: AgreementSettings, record: RecordView): string {
  const { stackName, activeRegion, generation, regions } = settings;
  const differences = [
    ...differing("activeRegion", activeRegion, record.activeRegion),
    ...differing("generation", generation, record.generation),
  ];
  const known = record.activeRegion === regions.primary || record.activeRegion === regions.dr;
  return message(
    `The configuration of stack "${stackName}" disagrees with the failover record`,
    [...differences, placeOf(settings, record)],
    causeOf(settings, record),
    ...(known ? mend(settings, record) : [restoreRegions(settings, record)]),
  );
}

function differing(key: string, configured: unknown, recorded: unknown): string[] {
  return configured === recorded
    ? []
    : [`${key}: ${String(configured)} in the configuration, ${String(recorded)} in the record`];
}

function causeOf(settings: AgreementSettings, record: RecordView): string {
  if (record.generation <= settings.generation) {
    return "Setting these two moves nobody: only a failover does, and the record knows of none that led there.";
  }
  const asked =
    settings.failover && settings.region === record.activeRegion
      ? " What the flag `failover` asked for is decided and needs no further update."
      : "";
  return `A failover has made ${record.activeRegion} the active region; Pulumi would undo parts of it.${asked}`;
}

function mend({ stackName, regions }: AgreementSettings, record: RecordView): string[] {
  const commands = [
    "These two commands make the configuration agree:",
    `  pulumi config set activeRegion ${record.activeRegion} --stack ${stackName}`,
    `  pulumi config set generation ${record.generation} --stack ${stackName}`,
  ].join("\n");
  if (record.activeRegion === regions.primary) return [commands];
  return [
    commands,
    `They are not enough yet: this version cannot run with the roles swapped and will say so. ` +
      `Until it can, leave both stacks alone: ${afterwards}.`,
  ];
}

/** No two commands mend this: which of the two regions was renamed, nobody but its author knows. */
function restoreRegions({ regions }: AgreementSettings, record: RecordView): string {
  return (
    `The record names neither regions.primary (${regions.primary}) nor regions.dr (${regions.dr}): ` +
    `regions, or prefix, was changed after the deployment. Put back what it was in Pulumi.yaml, ` +
    `with ${record.activeRegion} among the regions.`
  );
}

/** Nothing differs, but the failover function is at work. */
export function isUnderWay(settings: AgreementSettings, record: RecordView): string {
  const { stackName, program } = settings;
  const drStack = program === "dr" ? stackName : "dr";
  return message(
    `A failover is under way, so stack "${stackName}" does not run`,
    [placeOf(settings, record)],
    "Pulumi could undo what it does. It ends in phase serving or aborted; docs/runbook.md tells how to follow it. " +
      "These two commands stop it, which is possible until it is irreversible, and run Pulumi again:",
    [`  npm run failover -- --stack ${drStack} --abort`, `  pulumi up --stack ${stackName}`].join(
      "\n",
    ),
  );
}

/** The flag's own update while the failover is under way: a warning, not a refusal. */
export function repeatAllowed(settings: AgreementSettings, record: RecordView): string {
  return (
    `A failover is under way already (phase ${record.phase}). Stack "${settings.stackName}" runs all the same, because ` +
    `it may hand in the request of the flag \`failover\`: once for generation ${settings.generation}, a repeat changes nothing.`
  );
}

/** The record could not be read. */
export function unread(settings: AgreementSettings, error: string): string {
  const { stackName, activeRegion, generation } = settings;
  return message(
    `The failover record cannot be read, so stack "${stackName}" does not run`,
    [placeOf(settings), `error: ${error}`],
    "Without it Pulumi could undo a failover that it does not know of. Allow dynamodb:GetItem on the table, or wait until the region answers.",
    [
      `If you are sure that ${activeRegion} is the active region with generation ${generation}, these two commands run once without the record:`,
      `  pulumi config set runWithoutRecord true --stack ${stackName} && pulumi up --stack ${stackName}`,
      `  pulumi config rm runWithoutRecord --stack ${stackName}`,
    ].join("\n"),
  );
}

/** The same, where `runWithoutRecord` lets the stack run: a warning. */
export function unreadAllowed(settings: AgreementSettings, error: string): string {
  return (
    `The failover record cannot be read (${placeOf(settings)}; ${error}). Stack "${settings.stackName}" runs without it, ` +
    `because runWithoutRecord is set. Afterwards: pulumi config rm runWithoutRecord --stack ${settings.stackName}`
  );
}

/** Settings that no program here can deploy, whatever the record says of them. */
export function rolesAreSwapped(settings: AgreementSettings, { kind }: RecordReading): string {
  const { stackName, activeRegion, regions } = settings;
  const undo = [
    "These two commands undo the setting:",
    `  pulumi config set activeRegion ${regions.primary} --stack ${stackName}`,
    `  pulumi config set generation 1 --stack ${stackName}`,
  ].join("\n");
  return message(
    `Stack "${stackName}" cannot run with the roles of its regions swapped`,
    [
      `activeRegion: ${activeRegion}; this version deploys ${regions.primary} (regions.primary) as the active one alone`,
    ],
    kind === "found"
      ? `The failover record agrees, so ${activeRegion} serves. Leave both stacks alone until a version can take over its new role: ${afterwards}.`
      : undo,
  );
}

function placeOf(settings: AgreementSettings, record?: RecordView): string {
  const phase =
    record === undefined ? "" : `, phase ${record.phase}, generation ${record.generation}`;
  return `record: table ${recordTableName(settings.prefix)} in ${recordRegion(settings)}${phase}`;
}

function message(wrong: string, facts: readonly string[], ...paragraphs: string[]): string {
  const list = facts.map((fact) => `  ${fact}`).join("\n");
  return [`${wrong}; nothing was changed.`, list, ...paragraphs].join("\n\n");
}

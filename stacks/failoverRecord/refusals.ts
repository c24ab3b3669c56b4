/** What a person is told when a stack does not run, or runs in spite of the failover record. */
import { recordTableName } from "../../failover/recordAddress";
import type { PlacedRecord } from "./agreement";
import { type AgreementSettings, waitingRegion } from "./reading";

/** Another active region or generation than the record's. */
export function disagrees(settings: AgreementSettings, record: PlacedRecord): string {
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
    known ? mend(settings) : restoreRegions(settings, record),
  );
}

function differing(key: string, configured: unknown, recorded: unknown): string[] {
  return configured === recorded
    ? []
    : [`${key}: ${String(configured)} in the configuration, ${String(recorded)} in the record`];
}

function causeOf(settings: AgreementSettings, record: PlacedRecord): string {
  if (record.generation <= settings.generation) {
    return "Setting these two moves nobody: only a failover does, and the record knows of none that led there.";
  }
  const asked =
    settings.failover && settings.region === record.activeRegion
      ? " What the flag `failover` asked for is decided and needs no further update."
      : "";
  return `A failover has made ${record.activeRegion} the active region; Pulumi would undo parts of it.${asked}`;
}

/** The record is right; the configuration follows it. */
function mend({ stackName }: AgreementSettings): string {
  return [
    "These two commands make the configuration agree, then deploy it:",
    "  npm run adopt",
    `  pulumi up --stack ${stackName}`,
  ].join("\n");
}

/** No two commands mend this: which of the two regions was renamed, nobody but its author knows. */
function restoreRegions({ regions }: AgreementSettings, record: PlacedRecord): string {
  return (
    `The record names neither regions.primary (${regions.primary}) nor regions.dr (${regions.dr}): ` +
    `regions, or prefix, was changed after the deployment. Put back what it was in Pulumi.yaml, ` +
    `with ${record.activeRegion} among the regions.`
  );
}

/** Nothing differs, but the failover function is at work. */
export function isUnderWay(settings: AgreementSettings, record: PlacedRecord): string {
  const { stackName } = settings;
  return message(
    `A failover is under way, so stack "${stackName}" does not run`,
    [placeOf(settings, record)],
    "Pulumi could undo what it does. It ends in phase serving or aborted; docs/runbook.md tells how to follow it. " +
      "These two commands stop it, which is possible until it is irreversible, and run Pulumi again:",
    [
      `  npm run failover -- --stack ${waitingStack(settings)} --abort`,
      `  pulumi up --stack ${stackName}`,
    ].join("\n"),
  );
}

/** The flag's own update while the failover is under way: a warning, not a refusal. */
export function repeatAllowed(settings: AgreementSettings, record: PlacedRecord): string {
  return (
    `A failover is under way already (phase ${record.phase}). Stack "${settings.stackName}" runs all the same, because ` +
    `it may hand in the request of the flag \`failover\`: once for generation ${settings.generation}, a repeat changes nothing.`
  );
}

/** The former region was given up by a person: a warning, in each update of the active stack. */
export function unfencedAccepted(settings: AgreementSettings): string {
  const former = waitingRegion(settings);
  return (
    `${former} was never seen fenced and is given up as lost. Stack "${settings.stackName}" runs, keeps the function that ` +
    `fences ${former} should it come back, and replicates nothing to it. Once "the former region is fenced now" was ` +
    "announced, the next update replicates again."
  );
}

/** The failover is complete, but its function still has to stop what may run in the former region. */
export function isUnfenced(settings: AgreementSettings, record: PlacedRecord): string {
  const { stackName, activeRegion } = settings;
  const serves = settings.region === activeRegion;
  const former = waitingRegion(settings);
  return message(
    `${former} is not fenced yet, so stack "${stackName}" does not run`,
    [placeOf(settings, record)],
    `The failover to ${activeRegion} went on without a confirmed fence. Its function fences ${former} as soon as that ` +
      "answers again, and deploying the new roles would remove the function. Wait for its message " +
      '"the former region is fenced now".',
    mend(settings),
    ...(serves
      ? [
          `If ${former} will not come back, docs/runbook.md, The old region is lost for good: ` +
            `npm run failover -- --stack ${stackName} --accept-unfenced --reason "…"`,
        ]
      : []),
  );
}

/** Neither region has a record, but only a failover leads to the configured generation. */
export function nobodyKnows(settings: AgreementSettings): string {
  const { stackName, generation, activeRegion } = settings;
  return message(
    `No failover record knows of generation ${generation}, so stack "${stackName}" does not run`,
    [placeOf(settings), placeIn(settings, activeRegion)],
    `Only a failover makes ${activeRegion} active with generation ${generation}, and it leaves a record. Setting the two ` +
      "moves nobody. Or is `prefix` another one than deployed?",
    [
      "These two commands undo the settings:",
      `  pulumi config rm activeRegion --stack ${stackName} && pulumi config rm generation --stack ${stackName}`,
      `  pulumi up --stack ${stackName}`,
    ].join("\n"),
  );
}

/** The record could not be read. */
export function unread(settings: AgreementSettings, region: string, error: string): string {
  const { stackName, activeRegion, generation } = settings;
  return message(
    `The failover record cannot be read, so stack "${stackName}" does not run`,
    [placeIn(settings, region), `error: ${error}`],
    "Without it Pulumi could undo a failover that it does not know of. Allow dynamodb:GetItem on the table, or wait until the region answers.",
    [
      `If you are sure that ${activeRegion} is the active region with generation ${generation}, these two commands run once without the record:`,
      `  pulumi config set runWithoutRecord true --stack ${stackName} && pulumi up --stack ${stackName}`,
      `  pulumi config rm runWithoutRecord --stack ${stackName}`,
    ].join("\n"),
  );
}

/** The same, where `runWithoutRecord` lets the stack run: a warning. */
export function unreadAllowed(settings: AgreementSettings, region: string, error: string): string {
  return (
    `The failover record cannot be read (${placeIn(settings, region)}; ${error}). Stack "${settings.stackName}" runs without it, ` +
    `because runWithoutRecord is set. Afterwards: pulumi config rm runWithoutRecord --stack ${settings.stackName}`
  );
}

function placeOf(settings: AgreementSettings, record?: PlacedRecord): string {
  if (record === undefined) return placeIn(settings, waitingRegion(settings));
  const { region, phase, generation } = record;
  return `${placeIn(settings, region)}, phase ${phase}, generation ${generation}`;
}

function placeIn({ prefix }: AgreementSettings, region: string): string {
  return `record: table ${recordTableName(prefix)} in ${region}`;
}

/** The stack whose function can be asked. */
function waitingStack(settings: AgreementSettings): string {
  return stackOf(settings, waitingRegion(settings));
}

function stackOf(
  { stackName, region, regions, primaryStack, drStack }: AgreementSettings,
  wanted: string,
): string {
  if (region === wanted) return stackName;
  return wanted === regions.primary ? primaryStack : drStack;
}

function message(wrong: string, facts: readonly string[], ...paragraphs: string[]): string {
  const list = facts.map((fact) => `  ${fact}`).join("\n");
  return [`${wrong}; nothing was changed.`, list, ...paragraphs].join("\n\n");
}

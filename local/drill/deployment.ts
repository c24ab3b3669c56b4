import { join } from "node:path";
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { fakeCredentials } from "../emulator/isolatedEnvironment";
import { failoverPolicy } from "../../stacks/arguments";
import { parseSettings, type Settings } from "../../stacks/config";
import { countOperations, type Engine, type OperationResult } from "../engine/engine";
import { readProject } from "../engine/project";
import type { LocalAws } from "../localAws";
import type { Tell } from "./stage";
import type { DrillLimits } from "./rules/ruleResult";

/** The project. */
export const workDir = join(__dirname, "..", "..");

/** Parts of a stack that only an engine needs; here its files are read and nothing runs. */
const unused = { stateDir: "", passphrase: "local", providers: {} };

/** What the drill knows of the deployment before anything runs: the same settings as the stacks'. */
export interface PlannedDeployment {
  readonly settings: Settings;
  readonly limits: DrillLimits;
  /** Configuration that differs from the files'. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** What a drill may set otherwise than the stacks' files. */
export interface PlannedDifferences {
  /** So many teams, with the defaults. */
  readonly teams?: number;
  readonly edge?: Settings["edge"];
  /** Laid over the files' `recovery` as a whole. */
  readonly recovery?: { readonly rehearsal: object };
}

/**
 * Reads the settings as the stacks will.
 * @throws ConfigurationError with all that is wrong, before anything was started.
 */
export function planDeployment(differences: PlannedDifferences = {}): PlannedDeployment {
  const { teams, edge, recovery } = differences;
  const overrides: Record<string, string> = {
    ...(teams === undefined ? {} : { teams: JSON.stringify(sampleTeams(teams)) }),
    ...(edge === undefined ? {} : { edge }),
    ...(recovery === undefined ? {} : { recovery: JSON.stringify(recovery) }),
  };
  const { name, config } = readProject({ ...unused, workDir, name: "dr", config: overrides });
  const own = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith(`${name}:`) ? [[key.slice(name.length + 1), value] as const] : [],
  );
  const settings = parseSettings(Object.fromEntries(own), "dr");
  const policy = failoverPolicy(settings);
  const moving = settings.teams.filter(({ strategy }) => strategy !== "local-only");
  return {
    settings,
    overrides,
    limits: {
      ...policy,
      requiredTeams: Math.ceil(moving.length * policy.requiredHealthyShare),
      teamTargetGroups: moving.map(({ name }) => `${settings.prefix}-${name}`),
      hasDatabase: true,
    },
  };
}

function sampleTeams(count: number): { name: string }[] {
  return Array.from({ length: count }, (_, index) => ({ name: `team-${index + 1}` }));
}

/** Both stacks as they were deployed. */
export interface DeployedPair {
  readonly primary: OperationResult;
  readonly dr: OperationResult;
}

/** Deploys primary, then dr, as a person would: the second reads the first one's outputs. */
export async function deployPair(
  local: LocalAws,
  engine: Engine,
  planned: PlannedDeployment,
  stateDir: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<DeployedPair> {
  const hostedZoneId = await createHostedZone(local, planned.settings.domain);
  const overrides = { ...planned.overrides, hostedZoneId };
  const up = (name: string): Promise<OperationResult> => {
    let done = 0;
    return engine.up(local.stack(name, { workDir, stateDir }, overrides), {
      signal,
      onEvent: (event) => {
        if (event.kind !== "finished") return;
        done += 1;
        // The type's last part says enough, and both fit a line of 100 columns.
        const type = event.operation.type.split(":").at(-1) ?? "";
        tell(`${name}: ${done} resources, last ${type} ${event.operation.name}`, "passing");
      },
    });
  };
  const primary = await up("primary");
  tell(`primary: ${created(primary)} resources created`);
  const dr = await up("dr");
  tell(`dr: ${created(dr)} resources created`);
  return { primary, dr };
}

/** What an account has before this project comes: the zone of the configured domain. */
export async function createHostedZone(local: LocalAws, domain: string): Promise<string> {
  const route53 = new Route53Client({
    endpoint: local.gateway.endpoint,
    region: "us-east-1",
    credentials: fakeCredentials,
  });
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: domain, CallerReference: domain }),
  );
  route53.destroy();
  // Answers name the zone by its path, settings by its id alone.
  return (HostedZone?.Id ?? "").replace("/hostedzone/", "");
}

/** How many resources an `up` made. */
export function created(result: OperationResult): number {
  return countOperations(result.operations).create;
}

/** A stack output that must be there and be text. */
export function textOutput(result: OperationResult, name: string): string {
  const value = result.outputs[name]?.value;
  if (typeof value !== "string") {
    throw new Error(`The stack's output ${name} is ${JSON.stringify(value)}, not text.`);
  }
  return value;
}

import { join } from "node:path";
import { failoverPolicy } from "../../stacks/arguments";
import { parseSettings, type Settings } from "../../stacks/config";
import { countOperations, type Engine, type OperationResult } from "../engine/engine";
import { readProject } from "../engine/project";
import { targetName } from "../../components/container/containerArguments";
import { hasPair } from "../../components/jenkins/controllerPlan";
import type { LocalAws } from "../localAws";
import { prepareAccount, type StackName } from "./account";
import type { Tell } from "./stage";
import type { DrillLimits } from "./rules/ruleResult";

/** The project. */
export const workDir = join(__dirname, "..", "..");

/** Parts of a stack that only an engine needs; here its files are read and nothing runs. */
const unused = { stateDir: "", passphrase: "local", providers: {} };

/** What the drill knows of the deployment before anything runs: the same settings as the stacks'. */
export interface PlannedDeployment {
  readonly settings: Settings;
  /** The two stacks' names. */
  readonly stacks: Readonly<Record<StackName, string>>;
  /** What a failover brings along: teams, or the application as the one there is. */
  readonly moving: readonly { readonly name: string; readonly strategy: string }[];
  readonly limits: DrillLimits;
  /** Configuration that differs from the files'. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Whether a team has a pair of machines, which then stands behind an edge pair. */
  readonly hasPair: boolean;
}

/** What a drill may set otherwise than the stacks' files. */
export interface PlannedDifferences {
  /** Default `jenkins`. */
  readonly workload?: Settings["workload"];
  /** So many teams, with the defaults. */
  readonly teams?: number;
  readonly edge?: Settings["edge"];
  /** The files' last team gets a warm standby, behind an edge pair; not where `teams` is given. */
  readonly pair?: true;
  /** Laid over the files' `recovery` as a whole. */
  readonly recovery?: { readonly rehearsal: object };
}

/**
 * Reads the settings as the stacks will.
 * @throws ConfigurationError with all that is wrong, before anything was started.
 */
export function planDeployment(differences: PlannedDifferences = {}): PlannedDeployment {
  const { teams, edge, recovery, pair, workload = "jenkins" } = differences;
  const stacks = stacksOf[workload];
  const overrides: Record<string, string> = {
    ...(teams === undefined ? {} : { teams: JSON.stringify(sampleTeams(teams)) }),
    ...(edge === undefined ? {} : { edge }),
    ...(recovery === undefined ? {} : { recovery: JSON.stringify(recovery) }),
  };
  const { name, config } = readProject({ ...unused, workDir, name: stacks.dr, config: overrides });
  const own = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(`${name}:`) ? [[key.slice(name.length + 1), value] as const] : [],
    ),
  );
  if (pair === true && teams === undefined && workload === "jenkins") {
    overrides.teams = own.teams = withWarmStandby(own.teams ?? "[]");
  }
  const settings = parseSettings(own, stacks.dr);
  const policy = failoverPolicy(settings);
  const moving = movingOf(settings);
  return {
    settings,
    stacks,
    moving,
    overrides,
    hasPair: settings.teams.some(hasPair),
    limits: {
      ...policy,
      requiredTeams: Math.ceil(moving.length * policy.requiredHealthyShare),
      teamTargetGroups: targetGroupsOf(settings),
      hasDatabase: true,
      hasHome: workload === "jenkins",
    },
  };
}

const stacksOf = {
  jenkins: { primary: "primary", dr: "dr" },
  containers: { primary: "app-primary", dr: "app-dr" },
} as const;

function movingOf({ teams, application }: Settings): PlannedDeployment["moving"] {
  if (application !== undefined) return [{ name: application.name, strategy: "containers" }];
  return teams.filter(({ strategy }) => strategy !== "local-only");
}

function targetGroupsOf(settings: Settings): string[] {
  const { prefix, application } = settings;
  if (application === undefined) return movingOf(settings).map(({ name }) => `${prefix}-${name}`);
  return application.services.map(({ name }) => `${prefix}-${targetName(application, name)}`);
}

function sampleTeams(count: number): { name: string }[] {
  return Array.from({ length: count }, (_, index) => ({ name: `team-${index + 1}` }));
}

/** @param teams JSON, as in the configuration */
function withWarmStandby(teams: string): string {
  const given = JSON.parse(teams) as object[];
  return JSON.stringify([
    ...given.slice(0, -1),
    ...given.slice(-1).map((team) => ({ ...team, standby: "warm" })),
  ]);
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
  const account = await prepareAccount(local, planned);
  const up = (name: StackName): Promise<OperationResult> => {
    let done = 0;
    const overrides = { ...planned.overrides, ...account[name] };
    return engine.up(local.stack(planned.stacks[name], { workDir, stateDir }, overrides), {
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

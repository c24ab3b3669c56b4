import { crossChecks } from "./crossChecks";
import { decodeSettings } from "./decodeSettings";
import { secretsAreEncrypted } from "./deploymentChecks";
import { programs, type Program } from "./identitySettings";
import { ConfigurationError, type Problem } from "./problem";
import { readFields, type Partially } from "./readFields";
import { resolveContainers } from "./resolveContainers";
import { resolveTeam } from "./resolveTeams";
import { settingsSchema, type GivenSettings } from "./schema";
import type { Settings } from "./settings";

/** RDS chooses the minor version within these. */
const defaultDatabaseVersion: Readonly<Record<GivenSettings["database"]["engine"], string>> = {
  postgres: "17",
  mysql: "8.4",
  mariadb: "11.4",
};

/**
 * Checks a stack's settings and completes them.
 *
 * @param raw Settings by key without the project's name, as text (Pulumi hands objects over as
 *   JSON) or as values.
 * @param stackName Also the default of `program`.
 * @param encrypted Keys that Pulumi keeps as secrets.
 * @throws ConfigurationError with everything that is wrong.
 */
export function parseSettings(
  raw: Readonly<Record<string, unknown>>,
  stackName: string,
  encrypted: ReadonlySet<string> = new Set(),
): Settings {
  const decoded = decodeSettings(settingsSchema, raw);
  const withProgram = { program: defaultProgram(stackName), ...decoded.value };
  const { value, problems } = readFields(settingsSchema, withProgram);
  const given = value as Partially<GivenSettings>;
  const found: readonly Problem[] = [
    ...decoded.problems,
    // What could not be decoded was reported as that; that its members are missing is no news.
    ...problems.filter(
      ({ path }) => !decoded.problems.some((other) => path.startsWith(other.path)),
    ),
    ...crossChecks(given),
    ...secretsAreEncrypted(given.secrets, encrypted),
  ];
  if (found.length > 0) throw new ConfigurationError(stackName, found);
  return complete(value as GivenSettings, stackName);
}

function defaultProgram(stackName: string): Program | undefined {
  return programs.find((program) => program === stackName);
}

function complete(given: GivenSettings, stackName: string): Settings {
  const { agents, secrets, containers, ...rest } = given;
  const { program } = given;
  return {
    ...rest,
    stackName,
    program,
    region: given.regions[program],
    peerRegion: given.regions[program === "primary" ? "dr" : "primary"],
    activeRegion: given.activeRegion ?? given.regions.primary,
    // The teams of Pulumi.yaml are there for every stack of the project.
    teams:
      given.workload === "jenkins"
        ? given.teams.map((team) => resolveTeam(team, agents, given.image.architecture))
        : [],
    ...(containers === undefined
      ? {}
      : { application: resolveContainers(containers, given.image.architecture) }),
    replicateImages: containers?.replicateImages === true,
    database: {
      ...given.database,
      version: given.database.version ?? defaultDatabaseVersion[given.database.engine],
    },
    secretNames: Object.keys(secrets).sort(),
  };
}

import { decodeSettings } from "./decodeSettings";
import { ConfigurationError, type Problem } from "./problem";
import { readFields } from "./readFields";
import { settingsSchema } from "./schema";
import { keysOf } from "./schemaTree";
import { webChecks, type GivenWeb } from "./webChecks";
import {
  type GivenWebDev,
  type GivenWebProd,
  webDevSchema,
  webProdSchema,
  type WebProgram,
  webPrograms,
} from "./webSettings";

interface Common {
  readonly stackName: string;
  /** Of this environment's physical names: `web-dev`. */
  readonly environmentPrefix: string;
  readonly instanceType: string;
}

/** All settings of the stack that owns what both environments share, checked and complete. */
export interface WebDevSettings extends Readonly<GivenWebDev>, Common {
  readonly program: "web-dev";
}

/** All settings of prod's stack. */
export interface WebProdSettings extends Readonly<GivenWebProd>, Common {
  readonly program: "web-prod";
}

export type WebSettings = WebDevSettings | WebProdSettings;

const schemas = { "web-dev": webDevSchema, "web-prod": webProdSchema };

/** The web application's program that a stack runs, or nothing where it runs another. */
export function webProgramOf(
  raw: Readonly<Record<string, unknown>>,
  stackName: string,
): WebProgram | undefined {
  return webPrograms.find((program) => program === (raw.program ?? stackName));
}

/**
 * Checks the settings of one of the web application's stacks and completes them. The project's file
 * also holds what the other programs share; of that a web stack takes what it knows.
 *
 * @param raw Settings by key without the project's name, as text or as values.
 * @throws ConfigurationError with everything that is wrong.
 */
export function parseWebSettings(
  raw: Readonly<Record<string, unknown>>,
  stackName: string,
  program: WebProgram,
): WebSettings {
  const schema = schemas[program];
  const decoded = decodeSettings(schema, { program, ...withoutOthers(raw, program) });
  const { value, problems } = readFields(schema, decoded.value);
  const found: readonly Problem[] = [
    ...decoded.problems,
    // What could not be decoded was reported as that; that its members are missing is no news.
    ...problems.filter(
      ({ path }) => !decoded.problems.some((other) => path.startsWith(other.path)),
    ),
    ...webChecks(value as GivenWeb),
  ];
  if (found.length > 0) throw new ConfigurationError(stackName, found);
  return complete(value as GivenWebDev | GivenWebProd, stackName, program);
}

/** Settings of other programs, as the project's file has them for all stacks. */
function withoutOthers(
  raw: Readonly<Record<string, unknown>>,
  program: WebProgram,
): Record<string, unknown> {
  const own = keysOf(schemas[program]) ?? {};
  const others = { ...keysOf(settingsSchema), ...keysOf(webDevSchema), ...keysOf(webProdSchema) };
  return Object.fromEntries(
    Object.entries(raw).filter(([key]) => Object.hasOwn(own, key) || !Object.hasOwn(others, key)),
  );
}

function complete(
  given: GivenWebDev | GivenWebProd,
  stackName: string,
  program: WebProgram,
): WebSettings {
  const { prefix, architecture, instanceType } = given.web;
  return {
    ...given,
    program,
    stackName,
    environmentPrefix: `${prefix}-${program === "web-dev" ? "dev" : "prod"}`,
    instanceType: instanceType ?? (architecture === "arm64" ? "t4g.small" : "t3.small"),
  } as WebSettings;
}

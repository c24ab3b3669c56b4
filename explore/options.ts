import { Command, InvalidArgumentError } from "commander";
import { throwing } from "../local/commandLine";
import { longScenarios, type ScenarioName, scenarios } from "./environment";
import { type SabotageName, sabotages } from "./sabotage/sabotages";

/** What is explored; see `npm run explore -- --help`. */
export interface ExploreOptions {
  /** Default: all but the long ones. */
  readonly scenarios: readonly ScenarioName[];
  /** The guard that is taken away, in the exploration alone. Default: none. */
  readonly sabotage?: SabotageName;
  /** The start lease's protocol instead of the failover's decisions. */
  readonly lease: boolean;
}

/** Reads the command line. @throws CommanderError, see `throwing` of the other commands */
export function readOptions(argv: readonly string[]): ExploreOptions {
  const names = Object.keys(scenarios) as ScenarioName[];
  const command = throwing(new Command("explore"))
    .description(
      "Visits every state that the failover's decisions can come to, and checks the safety rules in each.",
    )
    .option(
      "--scenario <name>",
      `one of ${names.join(", ")} instead of all; ${longScenarios.join(", ")} only by name`,
      oneOf(names),
    )
    .option(
      "--sabotage <guard>",
      "takes one guard away, of the rules S1 to S8 or of `planned` role changes, to see it found",
      oneOf(Object.keys(sabotages) as SabotageName[]),
    )
    .option(
      "--lease",
      "visits every state of the start lease's protocol instead, then takes each of its guards away",
      false,
    )
    .parse([...argv]);
  const { scenario, sabotage, lease } = command.opts<{
    scenario?: ScenarioName;
    sabotage?: SabotageName;
    lease: boolean;
  }>();
  return {
    scenarios:
      scenario === undefined ? names.filter((name) => !longScenarios.includes(name)) : [scenario],
    ...(sabotage === undefined ? {} : { sabotage }),
    lease,
  };
}

function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const name = names.find((each) => each === text);
    if (name !== undefined) return name;
    throw new InvalidArgumentError(`"${text}" is none of ${names.join(", ")}.`);
  };
}

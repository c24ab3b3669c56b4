import { Command, InvalidArgumentError } from "commander";
import { throwing } from "../local/commandLine";
import { type ScenarioName, scenarios } from "./environment";
import { type Rule, ruleNames } from "./rules/rule";

/** What is explored; see `npm run explore -- --help`. */
export interface ExploreOptions {
  /** Default: all. */
  readonly scenarios: readonly ScenarioName[];
  /** The rule whose guard is taken away, in the exploration alone. Default: none. */
  readonly sabotage?: Rule;
}

/** Reads the command line. @throws CommanderError, see `throwing` of the other commands */
export function readOptions(argv: readonly string[]): ExploreOptions {
  const names = Object.keys(scenarios) as ScenarioName[];
  const command = throwing(new Command("explore"))
    .description(
      "Visits every state that the failover's decisions can come to, and checks the safety rules in each.",
    )
    .option("--scenario <name>", `one of ${names.join(", ")} instead of all`, oneOf(names))
    .option(
      "--sabotage <rule>",
      "takes one guard of the rule away, S1 to S8, to see it found",
      oneOf(ruleNames),
    )
    .parse([...argv]);
  const { scenario, sabotage } = command.opts<{ scenario?: ScenarioName; sabotage?: Rule }>();
  return {
    scenarios: scenario === undefined ? names : [scenario],
    ...(sabotage === undefined ? {} : { sabotage }),
  };
}

function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const name = names.find((each) => each === text);
    if (name !== undefined) return name;
    throw new InvalidArgumentError(`"${text}" is none of ${names.join(", ")}.`);
  };
}

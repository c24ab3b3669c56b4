import { Command, InvalidArgumentError, Option } from "commander";
import { throwing, whole } from "../local/commandSyntax";
import type { PairProfile } from "../components/pair/proxyTiming";
import type { Selection } from "./schedule";

/** How the lab is run; see `npm run lab -- --help`. */
export interface LabOptions extends Selection {
  readonly seed: number;
  /** How many pairs of machines there are at a time. */
  readonly lanes: number;
  /** Folder for lab-report.json and lab-report.html. */
  readonly out: string;
}

/** Two: what one pair's daemons need is far below a core, and so are their users. */
const defaultLanes = 2;
/** More would only measure how they disturb each other. */
const mostLanes = 8;

/** Reads the command line. @throws CommanderError, see {@link throwing} */
export function readLabOptions(argv: readonly string[]): LabOptions {
  const command = throwing(new Command("lab"))
    .description(
      "Breaks pairs of machines with the real daemons and measures what users meet, with the published timing and with ours. Needs root on Linux.",
    )
    .option("--quick", "one round of each basic fault, up to four minutes", false)
    .option("--only <words...>", "scenarios with one of these in their names")
    .addOption(new Option("--profile <name>", "this one alone").choices(["reference", "fast"]))
    .option(
      "--rounds <number>",
      "of each scenario with our timing (default: 5, 10 or 1; --quick: 1)",
      whole(1),
    )
    .option("--seed <number>", "of the moments at which faults hit", whole(0), 1)
    .option("--lanes <number>", "pairs of machines at a time", lanes, defaultLanes)
    .option("--out <folder>", "where the report files go", process.cwd())
    .parse([...argv]);
  const given = command.opts<{
    quick: boolean;
    only?: string[];
    profile?: PairProfile;
    rounds?: number;
    seed: number;
    lanes: number;
    out: string;
  }>();
  const { only = [], profile, rounds, ...rest } = given;
  return {
    ...rest,
    only,
    profiles: profile === undefined ? ["reference", "fast"] : [profile],
    ...(rounds === undefined ? {} : { rounds }),
  };
}

function lanes(text: string): number {
  const value = whole(1)(text);
  if (value > mostLanes) {
    throw new InvalidArgumentError(`"${text}" is more than ${mostLanes}.`);
  }
  return value;
}

import { Command, InvalidArgumentError } from "commander";
import { emulator, throwing, whole } from "../commandLine";
import type { EmulatorChoice } from "../emulator/emulator";

/** How the bench is run; see `npm run bench -- --help`. */
export interface BenchOptions {
  /** Numbers of teams, ascending; the first and the last are compared. */
  readonly sizes: readonly number[];
  /** Whether the program's evaluation is measured too. */
  readonly program: boolean;
  readonly emulator: EmulatorChoice;
  /** Modelled seconds per real second for few teams; undefined asks the machine, see drill/pace.ts. */
  readonly scale?: number;
}

/** Reads the command line. @throws CommanderError, see {@link throwing} */
export function readOptions(argv: readonly string[]): BenchOptions {
  const command = throwing(new Command("bench"))
    .description(
      "Measures a failover of 4, 50 and 500 teams beside the same steps done one after another, and how long the program itself takes, and holds both to bounds.",
    )
    .option("--sizes <list>", "numbers of teams, ascending (4,50,500)", sizes)
    .option("--no-program", "leave out the program's evaluation")
    .option("--emulator <which>", "python, docker, or the URL of a running one", emulator)
    .option("--scale <number>", "modelled seconds per real second for few teams", whole(1))
    .parse([...argv]);
  return {
    sizes: [4, 50, 500],
    program: true,
    emulator: "python",
    ...command.opts<Partial<BenchOptions>>(),
  };
}

function sizes(text: string): readonly number[] {
  const list = text.split(",").map(Number);
  const ascending = list.every((size, index) => index === 0 || size > (list[index - 1] ?? 0));
  const sane = list.every((size) => Number.isInteger(size) && size >= 1 && size <= 500);
  if (list.length < 2 || !ascending || !sane) {
    throw new InvalidArgumentError(
      `"${text}" is no list of at least two ascending numbers from 1 to 500, such as 4,50,500.`,
    );
  }
  return list;
}

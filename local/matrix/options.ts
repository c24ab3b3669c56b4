import { Command } from "commander";
import { emulator, throwing, whole } from "../commandLine";
import type { EmulatorChoice } from "../emulator/emulator";

/** How the matrix is run; see `npm run drill:matrix -- --help`. */
export interface MatrixOptions {
  /** Part of the names of the cases to run; undefined runs all. */
  readonly only?: string;
  readonly list: boolean;
  readonly json: boolean;
  readonly emulator: EmulatorChoice;
  /** Cases at the same time. */
  readonly lanes: number;
  /** Modelled seconds per real second. */
  readonly scale: number;
}

/** Reads the command line. @throws CommanderError, see {@link throwing} */
export function readOptions(argv: readonly string[]): MatrixOptions {
  const command = throwing(new Command("drill:matrix"))
    .description(
      "Kills the failover function at each of its calls, breaks each service that it talks to and the world around it, and holds every case to what is promised for it.",
    )
    .option("--only <text>", "the cases whose name contains this text")
    .option("--list", "print the cases and their promises, and run the undisturbed one alone")
    .option("--json", "print the results as JSON and nothing else")
    .option("--emulator <which>", "python, docker, or the URL of a running one", emulator)
    .option("--lanes <number>", "cases at the same time (5: most of a case is waiting)", whole(1))
    .option("--scale <number>", "modelled seconds per real second (60)", whole(1))
    .parse([...argv]);
  return {
    list: false,
    json: false,
    emulator: "python",
    lanes: 5,
    scale: 60,
    ...command.opts<Partial<MatrixOptions>>(),
  };
}

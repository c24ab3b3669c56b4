import { Command } from "commander";
import { emulator, engine, throwing, whole } from "../commandLine";
import type { EmulatorChoice } from "../emulator/emulator";
import type { EngineChoice } from "../engine/chooseEngine";

/** How the local AWS is kept; see `npm run local -- --help`. */
export interface LocalOptions {
  /** Port of the endpoint; 0 takes any free one. */
  readonly port: number;
  readonly engine: EngineChoice;
  readonly emulator: EmulatorChoice;
  readonly seed: number;
  /** Modelled seconds per real second once both stacks are deployed. */
  readonly scale: number;
}

/** Reads the command line. @throws CommanderError, see {@link throwing} */
export function readOptions(argv: readonly string[]): LocalOptions {
  const command = throwing(new Command("local"))
    .description("Keeps a local AWS up with both stacks deployed, to look at and to break.")
    .option("--port <number>", "of the endpoint; without it any free one", port, 0)
    .option("--engine <kind>", "auto (a pulumi CLI if there is one), standin or pulumi", engine)
    .option("--emulator <which>", "python, docker, or the URL of a running one", emulator)
    .option("--seed <number>", "of all modelled latencies", whole(0), 1)
    .option("--scale <number>", "modelled seconds per real second", whole(1), 60)
    .parse([...argv]);
  const given = command.opts<Partial<LocalOptions>>();
  return { port: 0, engine: "auto", emulator: "python", seed: 1, scale: 60, ...given };
}

function port(text: string): number {
  const value = whole(0)(text);
  return value <= 65_535 ? value : whole(0)(`${text}: ports end at 65535`);
}

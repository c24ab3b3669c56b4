import { Command, InvalidArgumentError } from "commander";
import { type EmulatorChoice, parseEmulatorChoice } from "../emulator/emulator";
import type { EngineChoice } from "../engine/chooseEngine";

/** How a drill is run; see `npm run drill -- --help`. */
export interface DrillOptions {
  readonly engine: EngineChoice;
  readonly emulator: EmulatorChoice;
  readonly seed: number;
  /** Modelled seconds per real second while the failover runs. */
  readonly scale: number;
  /** Number of teams instead of those of Pulumi.yaml. */
  readonly teams?: number;
  readonly json: boolean;
  /** Folder for drill-report.json and drill-report.html. */
  readonly out: string;
}

/** Reads the command line. Commander prints what is wrong and ends the process with 2. */
export function readOptions(argv: readonly string[]): DrillOptions {
  const command = new Command("drill")
    .description(
      "Deploys both regions into a local AWS, loses the primary and proves that the other one serves.",
    )
    .option("--engine <kind>", "auto (a pulumi CLI if there is one), standin or pulumi", engine)
    .option("--emulator <which>", "python, docker, or the URL of a running one", emulator)
    .option("--seed <number>", "of all modelled latencies; same seed, same run", whole(0), 1)
    .option("--scale <number>", "modelled seconds per real second", whole(1), 60)
    .option("--teams <number>", "so many teams instead of those of Pulumi.yaml", whole(1))
    .option("--json", "print the report as JSON and nothing else", false)
    .option("--out <folder>", "where the report files go", process.cwd())
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    })
    .parse([...argv]);
  const given = command.opts<Partial<DrillOptions>>();
  return {
    engine: "auto",
    emulator: "python",
    seed: 1,
    scale: 60,
    json: false,
    out: process.cwd(),
    ...given,
  };
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw new InvalidArgumentError(`"${text}" is not a whole number from ${least} on.`);
    }
    return value;
  };
}

function engine(text: string): EngineChoice {
  if (text === "auto" || text === "standin" || text === "pulumi") return text;
  throw new InvalidArgumentError(`"${text}" is none of auto, standin, pulumi.`);
}

function emulator(text: string): EmulatorChoice {
  try {
    return parseEmulatorChoice(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

import { Command, Option } from "commander";
import type { Settings } from "../../stacks/config";
import { dataPlane, edge, emulator, engine, throwing, whole } from "../commandLine";
import type { EmulatorChoice } from "../emulator/emulator";
import type { EngineChoice } from "../engine/chooseEngine";
import type { DataPlaneChoice } from "../localAws";

/** How a drill is run; see `npm run drill -- --help`. */
export interface DrillOptions {
  readonly engine: EngineChoice;
  readonly emulator: EmulatorChoice;
  readonly dataPlane: DataPlaneChoice;
  readonly seed: number;
  /**
   * Modelled seconds per real second while the failover runs. Default: 60, and less on a machine that
   * is too busy for it; see pace.ts.
   */
  readonly scale?: number;
  /**
   * What is deployed and lost: stacks primary and dr, or app-primary and app-dr, and a region; or
   * web-dev and web-prod, and a zone.
   */
  readonly workload: Settings["workload"] | "web";
  /** Number of teams instead of those of Pulumi.yaml. */
  readonly teams?: number;
  /** What leads users to the active region, instead of what the stacks' files say. */
  readonly edge?: Settings["edge"];
  /** A jenkins.war to run in the place of the stand-in controllers. */
  readonly war?: string;
  /** Goes on after the failover: adopt, protect again, fail back, and once more. */
  readonly cycle: boolean;
  /** Not a failover but its rehearsal: undisturbed, and with the region lost in its midst. */
  readonly rehearse: boolean;
  readonly json: boolean;
  /** Folder for drill-report.json and drill-report.html. */
  readonly out: string;
}

/** Options of a drill that loses a region. */
export type RegionDrillOptions = DrillOptions & { readonly workload: Settings["workload"] };

/** Reads the command line. @throws CommanderError, see {@link throwing} */
export function readOptions(argv: readonly string[]): DrillOptions {
  const command = throwing(new Command("drill"))
    .description(
      "Deploys both regions into a local AWS, loses the primary and proves that the other one serves.",
    )
    .option("--engine <kind>", "auto (a pulumi CLI if there is one), standin or pulumi", engine)
    .option("--emulator <which>", "python, docker, or the URL of a running one", emulator)
    .option(
      "--data-plane <kind>",
      "real (PostgreSQL and files behind the API calls) or modelled",
      dataPlane,
    )
    .option("--seed <number>", "of all modelled latencies; same seed, same run", whole(0), 1)
    .option(
      "--scale <number>",
      "modelled seconds per real second (60, or what this machine can)",
      whole(1),
    )
    .addOption(
      new Option(
        "--workload <kind>",
        "jenkins; containers: the stacks app-primary and app-dr; web: web-dev and web-prod, of which a zone is lost",
      )
        .choices(["jenkins", "containers", "web"])
        .default("jenkins"),
    )
    .option("--teams <number>", "so many teams instead of those of Pulumi.yaml", whole(1))
    .option("--edge <kind>", "globalAccelerator or route53, instead of the stacks' setting", edge)
    .option(
      "--war <file>",
      "a real Jenkins in the place of the stand-ins; one team, or two (default)",
    )
    .option("--cycle", "the way back too: adopt, protect again, fail back as planned", false)
    .option("--rehearse", "the rehearsal: undisturbed, and interrupted by a failover", false)
    .option("--json", "print the report as JSON and nothing else", false)
    .option("--out <folder>", "where the report files go", process.cwd())
    .parse([...argv]);
  const given = command.opts<Partial<DrillOptions>>();
  const options: DrillOptions = {
    engine: "auto",
    workload: "jenkins",
    emulator: "python",
    dataPlane: "real",
    seed: 1,
    cycle: false,
    rehearse: false,
    json: false,
    out: process.cwd(),
    ...given,
  };
  if (options.workload !== "jenkins") refuseJenkins(options);
  return options.war === undefined ? options : withWar(options, options.war);
}

/** @throws Error for options that only a drill of Jenkins has */
function refuseJenkins({ workload, teams, war, cycle, rehearse, edge, scale }: DrillOptions): void {
  const regional = workload === "web" ? { edge, scale } : {};
  const given = Object.entries({ teams, war, cycle, rehearse, ...regional })
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name]) => `--${name}`);
  if (given.length === 0) return;
  throw new Error(
    `${given.join(", ")} does not go with --workload ${workload}. Leave it out, or the workload.`,
  );
}

/** Real ones at most: each takes a third of a gigabyte, and half a minute of one core to start. */
const mostWarTeams = 2;

/** @throws Error for options that a real Jenkins does not go with */
function withWar(options: DrillOptions, war: string): DrillOptions {
  const { teams = mostWarTeams, dataPlane: plane, cycle } = options;
  if (teams > mostWarTeams) {
    throw new Error(
      `--teams ${teams} is too many for --war: a real Jenkins runs for at most ${mostWarTeams} teams. ` +
        "Leave --teams out, or --war.",
    );
  }
  if (plane !== "real") throw new Error("--war needs the real data plane: leave --data-plane out.");
  if (cycle) throw new Error("--war runs one failover; leave --cycle out, or --war.");
  return { ...options, teams, war };
}

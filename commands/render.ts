/**
 * `npm run render -- pair --config FILE --out DIR`: the files of both machines of a pair, for machines
 * that are not made by Pulumi.
 *
 * Exit codes: 0 written, 1 a daemon's checker refuses the result, 2 nothing was written.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clusterFiles } from "../components/pair/clusterFiles";
import { edgePairFiles, type MachineFile } from "../components/pair/pairFiles";
import { checkMachine } from "./daemonCheckers";
import { type PairFile, PairFileError, readPairFile } from "./pairFile";
import { ForeignFilesError, writeFolder } from "./renderedFolder";

const usage = `Usage: npm run render -- pair --config <file> --out <folder> [--overwrite]

  --config <file>   the pair, see examples/pair.yaml
  --out <folder>    gets a folder for each machine, whose files belong to the same paths below /
  --overwrite       also replace files that this command did not write, or that somebody changed`;

interface RenderOptions {
  readonly config: string;
  readonly out: string;
  readonly overwrite: boolean;
}

class UsageError extends Error {
  constructor(message: string) {
    super(`${message}\n\n${usage}`);
  }
}

function readOptions(argv: readonly string[]): RenderOptions {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        out: { type: "string" },
        overwrite: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 1 || positionals[0] !== "pair") {
    throw new UsageError(
      `What is rendered is ${JSON.stringify(positionals.join(" "))}; it is "pair".`,
    );
  }
  const { config, out, overwrite } = values;
  if (config === undefined || out === undefined)
    throw new UsageError("--config and --out are both needed.");
  return { config, out, overwrite };
}

/** The files of each machine; a machine of both parts has those of both. */
function filesOf({ profile, edge, cluster }: PairFile): Map<string, MachineFile[]> {
  const machines = new Map<string, MachineFile[]>();
  const add = (name: string, files: readonly MachineFile[]) =>
    machines.set(name, [...(machines.get(name) ?? []), ...files]);
  for (const machine of edge?.pair.machines ?? []) {
    if (edge !== undefined) add(machine.name, edgePairFiles(edge, machine));
  }
  for (const { name } of cluster?.machines ?? []) {
    if (cluster !== undefined) add(name, clusterFiles(cluster, profile));
  }
  return machines;
}

function main(argv: readonly string[]): number {
  const { config, out, overwrite } = readOptions(argv);
  const machines = filesOf(readPairFile(config, readConfig(config)));
  const changed = writeFolder(out, machines, overwrite);
  const total = [...machines.values()].reduce((sum, files) => sum + files.length, 0);
  console.log(`${out}: ${total} files, ${changed.length} of them new or changed.`);
  for (const path of changed) console.log(`  ${path}`);
  let refused = false;
  for (const name of machines.keys()) {
    for (const { daemon, kind, text } of checkMachine(join(out, name))) {
      const words = {
        fine: "takes it",
        refused: `REFUSES it:\n${text}`,
        notChecked: `not checked: ${text}`,
      };
      console.log(`${name}, ${daemon}: ${words[kind]}`);
      refused ||= kind === "refused";
    }
  }
  return refused ? 1 : 0;
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`--config ${path} cannot be read: ${(error as Error).message}`);
  }
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  const known =
    error instanceof UsageError ||
    error instanceof PairFileError ||
    error instanceof ForeignFilesError;
  console.error(known ? error.message : error);
  process.exitCode = 2;
}

/**
 * `npm run bench:program`: how long the program itself takes, without engine, providers and AWS.
 *
 * Both stacks are evaluated in this process against an in-process monitor, for 4 teams as in the
 * samples and for 50, 200 and 500. Held to: both stacks with 4 teams within 2 s after the modules are
 * loaded, and a team between 200 and 500 at most 1.5 times as dear as one between 50 and 200.
 * Exit 0 if both hold, 1 if not, 2 if it could not be measured.
 *
 * `--measure 4,50,500` measures these sizes instead, judges nothing and ends with a line of JSON:
 * what `npm run bench` reads.
 *
 * What is judged is processor time, because elapsed time tells more about the machine's other work.
 */
import * as path from "node:path";
import Table from "cli-table3";
import * as pulumi from "@pulumi/pulumi";
import { benchMocks, type StackOutputs } from "./benchMocks";
import { readProject } from "./project";

const root = path.resolve(__dirname, "..", "..");
const usualSizes = [4, 50, 200, 500] as const;

/** Processor seconds for both stacks with four teams. */
const limitSeconds = 2;

/** How much dearer the later teams may be than the earlier ones. */
const limitRatio = 1.5;

/** One size, measured for both stacks together. */
export interface Measured {
  readonly teams: number;
  readonly resources: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

async function main(): Promise<number> {
  const [option, list] = process.argv.slice(2);
  if (option === undefined) return judge(await measure(usualSizes));
  const sizes = (list ?? "").split(",").map(Number);
  if (option !== "--measure" || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
    throw new Error(
      `${process.argv.slice(2).join(" ")}: it must be --measure 4,50,500 or nothing.`,
    );
  }
  console.log(JSON.stringify(await measure(sizes)));
  return 0;
}

async function measure(sizes: readonly number[]): Promise<Measured[]> {
  // Only with the monitor in place may anything be loaded that could register a resource.
  await pulumi.runtime.setMocks(benchMocks({}).mocks);
  const loading = process.cpuUsage();
  const { primary } = await import("../../stacks/primary");
  const { dr } = await import("../../stacks/dr");
  const { readSettings } = await import("../../stacks/config");
  console.log(`Modules loaded in ${cpuSince(loading).toFixed(2)} s of processor time.`);

  const measured: Measured[] = [];
  for (const teams of sizes) {
    const [cpu, began] = [process.cpuUsage(), performance.now()];
    const first = await evaluate("primary", teams, () => primary(readSettings()), {});
    const second = await evaluate("dr", teams, () => dr(readSettings()), first.outputs);
    // Told at once, because the larger sizes take a while.
    const each: Measured = {
      teams,
      resources: first.resources + second.resources,
      cpuSeconds: cpuSince(cpu),
      wallSeconds: (performance.now() - began) / 1000,
    };
    measured.push(each);
    console.log(`${teams} teams: ${each.cpuSeconds.toFixed(2)} s of processor time`);
  }
  return measured;
}

function judge(measured: readonly Measured[]): number {
  console.log(programTable(measured));
  const missed = missedTargets(measured);
  for (const line of missed) console.error(line);
  return missed.length === 0 ? 0 : 1;
}

/** Runs one stack's program to its end. */
async function evaluate(
  stack: "primary" | "dr",
  teams: number,
  program: () => Promise<Record<string, unknown>>,
  primaryOutputs: StackOutputs,
): Promise<{ resources: number; outputs: StackOutputs }> {
  const { name, config } = readProject({
    workDir: root,
    name: stack,
    stateDir: "",
    passphrase: "",
    providers: {},
    config: { teams: JSON.stringify(sampleTeams(teams)) },
  });
  const { mocks, count } = benchMocks(primaryOutputs);
  await pulumi.runtime.setMocks(mocks, name, stack, false, "organization");
  pulumi.runtime.setAllConfig(config);
  const outputs = (await pulumi.runtime.runInPulumiStack(program)) as StackOutputs;
  await pulumi.runtime.disconnect();
  return { resources: count(), outputs: await plain(outputs) };
}

/** Of every four teams the first is active-active, as in the samples. */
function sampleTeams(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `team-${index + 1}`,
    ...(index % 4 === 0
      ? { strategy: "active-active", capacity: { min: 2, desired: 2, max: 4 } }
      : {}),
  }));
}

function plain(outputs: StackOutputs): Promise<StackOutputs> {
  return new Promise((resolve) => {
    pulumi.output(outputs).apply(resolve);
  });
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** What one more team costs between two sizes, in processor seconds. */
function marginal(smaller: Measured, larger: Measured): number {
  return (larger.cpuSeconds - smaller.cpuSeconds) / (larger.teams - smaller.teams);
}

function programTable(measured: readonly Measured[]): string {
  const table = new Table({
    head: ["teams", "resources", "processor", "elapsed", "per team", "per further team"],
    colAligns: Array.from({ length: 6 }, () => "right"),
    style: { head: [], border: [] },
  });
  for (const [index, each] of measured.entries()) {
    const before = measured[index - 1];
    table.push([
      each.teams,
      each.resources,
      `${each.cpuSeconds.toFixed(2)} s`,
      `${each.wallSeconds.toFixed(2)} s`,
      `${((each.cpuSeconds * 1000) / each.teams).toFixed(1)} ms`,
      before === undefined ? "" : `${(marginal(before, each) * 1000).toFixed(1)} ms`,
    ]);
  }
  return table.toString();
}

function missedTargets(measured: readonly Measured[]): string[] {
  const [four, fifty, twoHundred, fiveHundred] = measured;
  if (!four || !fifty || !twoHundred || !fiveHundred) throw new Error("A size is missing.");
  const ratio = marginal(twoHundred, fiveHundred) / marginal(fifty, twoHundred);
  console.log(
    `A team beyond the 200th costs ${ratio.toFixed(2)} times what one before it costs ` +
      `(at most ${limitRatio}).`,
  );
  return [
    ...(four.cpuSeconds <= limitSeconds
      ? []
      : [
          `Both stacks with 4 teams take ${four.cpuSeconds.toFixed(2)} s; at most ${limitSeconds}.`,
        ]),
    ...(ratio <= limitRatio ? [] : [`The program does not grow in proportion to its teams.`]),
  ];
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : error);
    process.exitCode = 2;
  },
);

/**
 * `npm run conformance`: both stacks of this project under both engines, each engine in a local AWS
 * of its own, compared operation by operation. Exit 0 if they do the same or the difference is
 * explained, 1 if not, 2 if it could not be run (with the fix).
 */
import "../quietSdk";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitWith, interruption } from "../commandLine";
import { createHostedZone } from "../drill/account";
import { planDeployment } from "../drill/deployment";
import { LocalAws } from "../localAws";
import { chooseEngine } from "./chooseEngine";
import {
  compareEngines,
  conforms,
  type ComparedRun,
  type ConformanceRun,
  type ConformanceSubject,
  describeComparison,
} from "./conformance";
import type { Engine } from "./engine";

const root = join(__dirname, "..", "..");

/** Modelled seconds per second: deployments wait for modelled databases and images. */
const scale = 120;

const deployments: readonly ConformanceRun[] = [
  "first up",
  "second up",
  "preview of a change",
  "changed up",
];

/** One engine's world: its AWS, its state and the hosted zone that the stacks expect. */
interface World {
  readonly aws: LocalAws;
  readonly stateDir: string;
  readonly hostedZoneId: string;
}

type Worlds = Readonly<Record<Engine["kind"], World>>;

async function main(): Promise<number> {
  // First, because without a CLI nothing needs to be started.
  const signal = interruption();
  const engines = { pulumi: chooseEngine("pulumi"), standin: chooseEngine("standin") };
  const { settings } = planDeployment();
  const started: World[] = [];
  try {
    for (let index = 0; index < 2; index += 1) started.push(await startWorld(settings.domain));
    const [standin, pulumi] = started as [World, World];
    const results: ComparedRun[] = [];
    for (const subject of subjects({ standin, pulumi })) {
      const compared = await compareEngines(subject, engines, { signal });
      console.log(describeComparison(`stack ${subject.name}`, compared));
      results.push(...compared);
    }
    console.log(verdictOf(results));
    return conforms(results) ? 0 : 1;
  } finally {
    for (const { aws, stateDir } of started) {
      await aws.stop();
      rmSync(stateDir, { recursive: true, force: true });
    }
  }
}

async function startWorld(domain: string): Promise<World> {
  const aws = await LocalAws.start({ emulator: "python", seed: 1 });
  aws.gateway.clock.setScale(scale);
  const stateDir = mkdtempSync(join(tmpdir(), "conformance-"));
  return { aws, stateDir, hostedZoneId: await createHostedZone(aws, domain) };
}

/**
 * dr reads primary's outputs, so primary goes last. It refuses to go while its state is protected;
 * both give up that protection in a changed run and then go whole.
 */
function subjects(worlds: Worlds): ConformanceSubject[] {
  const subject = (
    name: string,
    runs: readonly ConformanceRun[],
    changed: ConformanceSubject["changed"],
    refusesDestroy = false,
  ): ConformanceSubject => ({
    name,
    changed,
    runs,
    refusesDestroy,
    stateDir: (engine) => worlds[engine].stateDir,
    stack: (engine, stateDir) => {
      const { aws, hostedZoneId } = worlds[engine];
      return aws.stack(name, { workDir: root, stateDir }, { hostedZoneId });
    },
  });
  const protectedState = { observability: JSON.stringify({ logRetention: "14 days" }) };
  const unprotected = { ...protectedState, protectState: "false" };
  return [
    subject("primary", deployments, protectedState),
    subject("dr", deployments, unprotected),
    subject("primary", ["destroy"], protectedState, true),
    subject("dr", ["destroy"], unprotected),
    subject("primary", ["changed up", "destroy"], unprotected),
  ];
}

function verdictOf(runs: readonly ComparedRun[]): string {
  const operations = runs.reduce((sum, run) => sum + run.operations.pulumi, 0);
  const differences = runs.flatMap((run) => run.differences);
  const unexplained = differences.filter(({ explanation }) => explanation === undefined).length;
  return (
    `${runs.length} runs, ${operations} operations: ${unexplained} differences, ` +
    `${differences.length - unexplained} explained ones.`
  );
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    exitWith(error, "The engines could not be compared.");
  },
);

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobBuild } from "../../local/war/jobClient";

/** A build that a real controller left in its home. */
export interface HomeBuild {
  readonly number: number;
  /** On which its step ran. */
  readonly machine: string;
  /** When its step began, ms since boot. */
  readonly begun: number;
  /** When its step ended; undefined: it was cut off. */
  readonly ended?: number;
}

/** The step of the lab's job: says on which machine and when it runs. The parts of its log are read below. */
export const buildStep = [
  'echo "begins $BUILD_NUMBER $(hostname) $(cut -d " " -f 1 /proc/uptime)"',
  "sleep 0.3",
  'echo "ends $(cut -d " " -f 1 /proc/uptime)"',
].join("\n");

/** Reads a build's log; undefined: its step had not begun when it was cut off. */
export function readBuildLog(log: string): HomeBuild | undefined {
  const begins = /^begins (\d+) (\S+) (\d+\.\d+)$/m.exec(log);
  if (begins === null) return undefined;
  const [, number, machine = "", begun] = begins;
  const ended = /^ends (\d+\.\d+)$/m.exec(log)?.[1];
  return {
    number: Number(number),
    machine,
    begun: Number(begun) * 1_000,
    ...(ended === undefined ? {} : { ended: Number(ended) * 1_000 }),
  };
}

/**
 * All builds of a job whose step has begun, in the order of their beginning.
 *
 * @param folder the job's `builds`; each build is a folder of its own there, to which old versions link
 *   by its number
 */
export function readBuilds(folder: string): HomeBuild[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name, "log"))
    .filter((log) => existsSync(log))
    .flatMap((log) => readBuildLog(readFileSync(log, "utf8")) ?? [])
    .sort((one, other) => one.begun - other.begun);
}

/**
 * What shows that a home had two controllers at a time: one runs the builds of a job one after another,
 * with numbers that go up, also when it goes on where another one ended.
 *
 * @param builds in the order of their beginning
 */
export function buildProblems(home: string, builds: readonly HomeBuild[]): string[] {
  const [first] = builds;
  if (first === undefined) return [`${home}: no build has begun`];
  return builds.slice(1).flatMap((build, index) => {
    const before = builds[index] ?? first;
    const told = (one: HomeBuild) => `build ${one.number} of ${one.machine}`;
    return [
      ...(build.number > before.number
        ? []
        : [`${home}: ${told(build)} comes after ${told(before)}`]),
      ...(build.begun >= (before.ended ?? before.begun)
        ? []
        : [`${home}: ${told(build)} begins before ${told(before)} has ended`]),
    ];
  });
}

/** Builds that a controller knew and that are not known any more, or with another log; for people. */
export function lostBuilds(before: readonly JobBuild[], after: readonly JobBuild[]): string[] {
  return before
    .filter(
      (build) =>
        !after.some(
          ({ number, result, console }) =>
            number === build.number && result === build.result && console === build.console,
        ),
    )
    .map(({ number, console }) => {
      const machine = readBuildLog(console)?.machine ?? "an unknown machine";
      return `build ${number}, which ${machine} made`;
    });
}

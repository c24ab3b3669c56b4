/* global process */
import { readdirSync } from "node:fs";

/**
 * `npx stryker run`: changes the decisions and the loop around them in every small way that it knows,
 * and looks whether a test notices. Not part of CI: it runs the tests some thousand times. A part of
 * it: `npx stryker run --mutate failover/reconcile/fence.ts`.
 *
 * Mutants are switched on while the tests run, in one copy of the project that holds them all, so that
 * what local/transpile keeps by a file's text is right for each of them.
 */
// A property test that draws other examples each time would kill a mutant in one run and not in the next.
process.env.FAST_CHECK_SEED ??= "1";

export default {
  mutate: [
    "failover/reconcile.ts",
    "failover/reconcile/**/*.ts",
    "failover/run.ts",
    "failover/keptRecord.ts",
  ],
  mutator: {
    // Messages to people are worded, not decided. The other strings are names of phases, steps and
    // actions, for which the type checker, which does not run here, refuses any other.
    excludedMutations: ["StringLiteral"],
  },
  plugins: ["./test/mutation/mochaRunner.mjs"],
  testRunner: "mocha12",
  mochaOptions: {
    // The decisions' own tests first: they end most mutants within milliseconds.
    spec: ["test/failover/reconcile", "test/failover"].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => `${folder}/${name}`),
    ),
    require: ["local/transpile/register.js", "test/support/propertySeed.ts"],
  },
  coverageAnalysis: "perTest",
  concurrency: 2,
  // A mutant that is merely slow on a busy machine must not count as found.
  timeoutMS: 20_000,
  thresholds: { high: 95, low: 90, break: 90 },
  tempDirName: ".cache/stryker/sandbox",
  ignorePatterns: [".cache", "drill-report.*"],
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: ".cache/stryker/mutation.json" },
  warnings: { unknownOptions: false },
};

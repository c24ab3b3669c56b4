/* global performance */
/**
 * Runs the mutation tests under the project's own Mocha. Stryker's runner reaches into files of Mocha
 * that version 12 has moved, so this does what it does by Mocha's public interface alone.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { INSTRUMENTER_CONSTANTS } from "@stryker-mutator/api/core";
import { commonTokens, declareClassPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import Mocha from "mocha";

const require = createRequire(import.meta.url);

/** What the mutated files read and write: the mutant that is on, and which test reached which one. */
const shared = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});

class MochaRunner {
  static inject = tokens(commonTokens.options);

  constructor(options) {
    const { spec, require: modules } = options.mochaOptions;
    for (const module of modules) require(path.resolve(module));
    this.mocha = new Mocha({ timeout: 0, reporter: class Silent {} });
    this.mocha.cleanReferencesAfterRun(false);
    for (const file of spec) this.mocha.addFile(path.resolve(file));
    this.mocha.suite.beforeEach(function () {
      shared.currentTestId = this.currentTest?.fullTitle();
    });
  }

  /** Files stay loaded, so a mutant that only a module's loading runs needs a process of its own. */
  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun({ disableBail }) {
    const result = await this.run(disableBail);
    return result.status === DryRunStatus.Complete
      ? { ...result, mutantCoverage: shared.mutantCoverage }
      : result;
  }

  async mutantRun({ activeMutant, testFilter, disableBail, hitLimit, mutantActivation }) {
    shared.hitLimit = hitLimit;
    shared.hitCount = hitLimit === undefined ? undefined : 0;
    const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    this.mocha.grep(
      testFilter === undefined ? /.*/ : new RegExp(`^(${testFilter.map(escaped).join("|")})$`),
    );
    return toMutantRunResult(await this.run(disableBail, activeMutant.id, mutantActivation));
  }

  async run(disableBail, mutant, activation) {
    try {
      if (!this.loaded) {
        shared.activeMutant = activation === "static" ? mutant : undefined;
        this.mocha.loadFiles();
        this.loaded = true;
      }
      shared.activeMutant = mutant;
      setBail(this.mocha.suite, !disableBail);
      const tests = await this.runTests();
      const { hitCount, hitLimit } = shared;
      return (
        determineHitLimitReached(hitCount, hitLimit) ?? { status: DryRunStatus.Complete, tests }
      );
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error?.stack ?? error) };
    }
  }

  runTests() {
    const tests = [];
    let began = performance.now();
    const add = (test, outcome) => {
      const id = test.fullTitle();
      tests.push({ id, name: id, timeSpentMs: performance.now() - began, ...outcome });
      began = performance.now();
    };
    return new Promise((resolve) => {
      this.mocha
        .run(() => resolve(tests))
        .on("pass", (test) => add(test, { status: TestStatus.Success }))
        .on("fail", (test, error) =>
          add(test.ctx?.currentTest ?? test, {
            status: TestStatus.Failed,
            failureMessage: error?.message ?? String(error),
          }),
        );
    });
  }
}

function setBail(suite, bail) {
  suite.bail(bail);
  for (const child of suite.suites) setBail(child, bail);
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "mocha12", MochaRunner)];

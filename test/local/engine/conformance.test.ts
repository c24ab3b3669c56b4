import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  compareEngines,
  conforms,
  describeComparison,
  type ConformanceSubject,
} from "../../../local/engine/conformance";
import { findPulumiCli } from "../../../local/engine/findCli";
import { typescriptProvider } from "../../../local/engine/localProviders";
import { PulumiEngine } from "../../../local/engine/pulumi/pulumiEngine";
import { StandinEngine } from "../../../local/engine/standin/standinEngine";

describe("the stand-in engine beside the real one", function () {
  this.timeout(600_000);

  it("does the same operations for a program with one of everything", async function () {
    const cli = findPulumiCli();
    if (cli === undefined || process.env.CONFORMANCE !== "1") {
      console.log(
        "      skipped: set CONFORMANCE=1 and have a pulumi CLI on the PATH or PULUMI_CLI",
      );
      this.skip();
    }
    const worlds: string[] = [];
    const support = path.join(__dirname, "support");
    const subject: ConformanceSubject = {
      name: "sample",
      stack: (_, stateDir) => {
        const world = fs.mkdtempSync(path.join(os.tmpdir(), "conformance-world-"));
        worlds.push(world);
        const provider = (file: string) =>
          typescriptProvider(path.join(support, file), { TEST_WORLD: world });
        return {
          workDir: path.join(support, "project"),
          name: "dev",
          stateDir,
          passphrase: "conformance",
          providers: { test: provider("testProvider.ts"), group: provider("groupProvider.ts") },
          config: { password: { secret: "hunter22" }, extra: "true" },
        };
      },
      changed: { size: "5", zone: "b", extra: "false", protect: "true" },
      refusesDestroy: true,
    };
    try {
      const engines = { standin: new StandinEngine(), pulumi: new PulumiEngine(cli) };
      const runs = await compareEngines(subject, engines);
      const table = describeComparison(subject.name, runs);
      console.log(table);
      expect(conforms(runs), table).to.equal(true);
      const counts = runs.map(({ operations }) => operations.standin);
      expect(counts.slice(0, 6).every((count) => count > 8)).to.equal(true);
    } finally {
      for (const world of worlds) fs.rmSync(world, { recursive: true, force: true });
    }
  });
});

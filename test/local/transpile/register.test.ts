import { expect } from "chai";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

const root = join(__dirname, "..", "..", "..");
const register = join(root, "local", "transpile", "register.js");

/** Compiles a file in a thread of its own; answers under which name the entry was first written. */
function unfinishedName(file: string): Promise<string> {
  const program = `
    const fs = require("node:fs");
    const rename = fs.renameSync;
    fs.renameSync = (from, to) => {
      require("node:worker_threads").parentPort.postMessage(from);
      rename(from, to);
      // The next thread is to find nothing.
      fs.rmSync(to);
    };
    require(${JSON.stringify(register)});
    require(${JSON.stringify(file)});`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, execArgv: [] });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

describe("the transpiled files' cache", function () {
  this.timeout(60_000);

  it("lets threads of one process write the same entry at once", async () => {
    const folder = join(root, ".cache", "test");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `threads-${process.pid}.ts`);
    writeFileSync(file, "export const answer: number = 42;\n");
    try {
      const names = [await unfinishedName(file), await unfinishedName(file)];
      expect(names[0]).not.to.equal(names[1]);
      for (const name of names) expect(name).to.include(`.${process.pid}.`);
    } finally {
      rmSync(file);
    }
  });
});

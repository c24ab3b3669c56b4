import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../gateway/behaviours/localAws";

const root = join(__dirname, "..", "..", "..");

/** A process of its own that makes a run folder, tells its path and waits. */
async function owner(): Promise<{ child: ChildProcess; path: string }> {
  const program = `
    const { RunFolder } = require("./local/dataPlane/runFolder");
    const folder = new RunFolder(undefined);
    console.log(folder.path);
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["-r", "./local/transpile/register.js", "-e", program], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, path: line.toString().trim() };
}

describe("the run's folder", () => {
  it("ends with a process that is killed, and its database servers with it", async () => {
    const { child, path } = await owner();
    expect(existsSync(path)).to.equal(true);
    const server = spawn("sleep", ["60"]);
    mkdirSync(join(path, "databases", "1"), { recursive: true });
    writeFileSync(join(path, "databases", "1", "postmaster.pid"), `${server.pid!}\nmore\n`);
    const ended = once(server, "exit");
    child.kill("SIGKILL");
    expect((await ended)[1]).to.equal("SIGQUIT");
    await eventually("the folder is gone", () => !existsSync(path));
  });
});

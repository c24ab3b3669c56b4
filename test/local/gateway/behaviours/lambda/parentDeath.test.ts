import { spawn } from "node:child_process";
import path from "node:path";
import { expect } from "chai";
import { eventually } from "../localAws";

const sandboxModule = path.resolve(__dirname, "../../../../../local/gateway/behaviours/lambda");

/** A gateway's process in small: it starts one function that blocks its thread, and tells its pid. */
const gateway = `
  const { Sandbox } = require(${JSON.stringify(path.join(sandboxModule, "sandbox"))});
  const { createRuntimeFolder } = require(${JSON.stringify(path.join(sandboxModule, "runtimeFolder"))});
  const fs = require("fs"), path = require("path");
  const folder = createRuntimeFolder();
  const taskRoot = folder.newTaskRoot();
  fs.writeFileSync(path.join(taskRoot, "index.js"), "exports.handler = async () => { for (;;); };");
  const now = Date.now();
  const sandbox = new Sandbox({
    bootstrap: folder.bootstrap, environment: { _HANDLER: "index.handler" }, memoryMb: 128, onLine: () => {},
    settings: { taskRoot, sdkRoot: taskRoot, time: { modelledMs: now, realMs: now, scale: 1 } },
  });
  sandbox.whenReady().then(() => {
    void sandbox.invoke({ type: "invoke", requestId: "1", functionArn: "f", payload: "{}", deadlineMs: now,
      time: { modelledMs: now, realMs: now, scale: 1 } });
    setTimeout(() => {
      console.log(JSON.stringify({ pid: sandbox.pid, folder: path.dirname(taskRoot) }));
    }, 200);
  });
  setInterval(() => {}, 1000);`;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a function's process", () => {
  it("dies with the gateway's, even when both are past any cleaning up", async () => {
    const parent = spawn(process.execPath, ["-r", "./local/transpile/register.js", "-e", gateway], {
      cwd: path.resolve(__dirname, "../../../../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const said = await new Promise<string>((resolve, reject) => {
        parent.stdout.once("data", (chunk: Buffer) => {
          resolve(chunk.toString());
        });
        parent.once("exit", (code) => {
          reject(new Error(`the gateway's process ended early with ${code ?? "a signal"}`));
        });
      });
      const { pid } = JSON.parse(said) as { pid: number };
      expect(isRunning(pid), "it runs before").to.equal(true);
      parent.kill("SIGKILL");
      await eventually("the function's process is gone", () => !isRunning(pid));
    } finally {
      parent.kill("SIGKILL");
    }
  });
});

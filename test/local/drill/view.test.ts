import { expect } from "chai";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..", "..");

/** Two stages in a process whose standard output is, or says that it is, a terminal. */
const program = `
  process.stdout.isTTY = process.argv[1] === "terminal";
  const { createView } = require("./local/drill/view");
  const view = createView(false);
  (async () => {
    const value = await view.stage("Deploy", async (tell) => (tell("halfway", false), 7));
    console.log("value " + value);
    await view.stage("Lose", () => Promise.reject(new Error("no region"))).catch((error) => {
      console.log("caught " + error.message);
    });
  })();
`;

async function show(where: "terminal" | "pipe"): Promise<string> {
  const node = ["-r", "./local/transpile/register.js", "-e", program, where];
  const env = { ...process.env, NO_COLOR: "1", CI: "" };
  const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: root, env });
  return stdout;
}

describe("the drill's view", () => {
  it("on a terminal shows each stage with how long it took", async () => {
    const shown = await show("terminal");
    expect(shown).to.match(/Deploy \[\d\.\d s\]/);
    expect(shown).to.contain("value 7");
    expect(shown).to.contain("caught no region");
  });

  it("in a pipe prints plain lines, without a terminal's control characters", async () => {
    const shown = await show("pipe");
    expect(shown).to.match(/^Deploy\n +\d\.\d s {2}halfway\n +\d\.\d s {2}done\nvalue 7\n/);
    expect(shown).to.contain("caught no region");
    expect(shown).not.to.contain("\u001b");
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { labConfiguration, type LabWar, realCommand } from "../../lab/controllers/realController";

const hudson = { path: "/h.war", product: "Hudson", version: "1.395" } as const;
const jenkins = { path: "/j.war", product: "Jenkins", version: "2.555.1" } as const;

describe("a real controller of the lab", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lab-real-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("has a place for its name in its first configuration, whichever product it is", () => {
    for (const war of [hudson, jenkins]) {
      expect(labConfiguration(war)).to.match(
        /<useSecurity>false<\/useSecurity>[\s\S]*<systemMessage>nobody<\/systemMessage>\n<\/hudson>\n$/,
      );
    }
  });

  it("writes its name into its home and becomes java, as bash reads its command", () => {
    const configuration = join(folder, "config.xml");
    writeFileSync(configuration, labConfiguration(hudson));
    // What java would be told.
    const java = join(folder, "it's java");
    writeFileSync(java, `#!/bin/bash\nprintf '%s\\n' "$HUDSON_HOME" "$@"\n`, { mode: 0o755 });
    const home = join(folder, "home");
    const war: LabWar = {
      war: hudson,
      java,
      files: { war: "/run/lab/jenkins.war", launcher: "/run/lab/Launcher.java", configuration },
    };
    const start = (name: string) => {
      const command = realCommand(war, { name, home, webPort: 8083, scratch: join(folder, name) });
      const { stdout, stderr } = spawnSync("bash", ["-c", `exec ${command}`], { encoding: "utf8" });
      expect(stderr).to.equal("");
      return stdout.split("\n");
    };
    const said = (name: string) => `<systemMessage>${name}</systemMessage>`;
    expect(start("ba-m1")).to.include.members([
      home,
      "--httpPort=8083",
      "--httpListenAddress=0.0.0.0",
      "-Dhttp.nonProxyHosts=localhost|127.*",
    ]);
    expect(readFileSync(join(home, "config.xml"), "utf8")).to.include(said("ba-m1"));
    // The other machine finds the home as it was left.
    start("ba-m2");
    expect(readFileSync(join(home, "config.xml"), "utf8"))
      .to.include(said("ba-m2"))
      .and.not.include("ba-m1");
  });
});

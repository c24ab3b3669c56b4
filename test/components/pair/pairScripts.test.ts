import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { renderDebianSoftware } from "../../../components/pair/debianSoftwareRenderer";
import { edgePreparation } from "../../../components/pair/edgePreparationRenderer";
import {
  joinPaths,
  type JoinSettings,
  renderJoinScript,
} from "../../../components/pair/joinScriptRenderer";
import { renderInheritanceScript } from "../../../components/pair/leaseInheritanceScriptRenderer";
import { installed } from "../../support/installed";

const member: JoinSettings = {
  region: "eu-west-1",
  interfaceIds: ["eni-1", "eni-2"],
  self: 0,
  programs: ["corosync-of-test", "aws"],
  secrets: [{ secretId: "jenkins/pairs/ma", file: "/etc/corosync/authkey", permissions: "0400" }],
  daemons: ["corosync.service", "pacemaker.service"],
  configure: "apply-of-test",
};

describe("the boot scripts of a pair", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pair-scripts-"));
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "root"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const command = (name: string, does: string): void => {
    const path = join(folder, "bin", name);
    writeFileSync(path, `#!/bin/bash\n${does}\n`);
    chmodSync(path, 0o755);
  };
  const log = (): string[] => {
    const path = join(folder, "log");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  };
  // Node's pipes are sockets, and bash takes a command that it gets from one for a remote login, for
  // which it would read the user's ~/.bashrc.
  const bash = (script: string, env: Record<string, string> = {}) =>
    spawnSync("bash", ["--norc", "-c", script], {
      encoding: "utf8",
      env: { PATH: `${folder}/bin:${process.env.PATH}`, ...env },
    });

  it("have no finding of shellcheck", function () {
    if (!installed("shellcheck")) this.skip();
    for (const script of [
      renderJoinScript(member),
      renderJoinScript({ ...member, self: 1, prepare: "prepare-of-test" }),
      renderInheritanceScript(),
      renderDebianSoftware("cluster", "2.555.3"),
      renderDebianSoftware("edge"),
      edgePreparation.content,
    ]) {
      expect(spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" }).stdout).to.equal(
        "",
      );
    }
  });

  describe("joining", () => {
    /** The script with all that it writes below the test's folder. */
    const script = (): string => {
      const root = join(folder, "root");
      return renderJoinScript(member)
        .replaceAll(joinPaths.files, `${root}${joinPaths.files}`)
        .replaceAll(joinPaths.peer, `${root}/peer`)
        .replaceAll("/etc/corosync", `${root}/etc/corosync`)
        .replaceAll('"/$file"', `"${root}/$file"`);
    };
    const stage = (path: string, content: string): void => {
      const whole = join(folder, "root", joinPaths.files, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, content);
      chmodSync(whole, 0o755);
    };
    beforeEach(() => {
      command("corosync-of-test", "exit 0");
      command("apply-of-test", `echo apply >>"${folder}/log"`);
      command("systemctl", `echo "systemctl $*" >>"${folder}/log"`);
      for (const name of ["systemd-sysusers", "systemd-tmpfiles", "sleep"]) command(name, "exit 0");
      command("ip", 'echo "default via 10.10.32.1 dev ens5 proto dhcp src 10.10.32.10 metric 100"');
      // The second machine is there when it is asked for the second time.
      command(
        "aws",
        `case "$*" in
*eni-1*) echo i-0aaaaaaaaaaaaaaa1 ;;
*eni-2*) if [ -e "${folder}/asked" ]; then echo i-0aaaaaaaaaaaaaaa2; else touch "${folder}/asked"; echo None; fi ;;
*get-secret-value*) echo key-of-the-cluster ;;
esac`,
      );
      stage("etc/pacemaker/pair/resources.xml", 'plug="i-00000002" self="i-00000001"');
      stage("etc/keepalived/keepalived.conf", "interface pair0");
    });

    it("puts in what only the machines know, and starts the daemons last and in order", () => {
      const { status, stderr } = bash(script());
      expect({ status, stderr }).to.deep.include({ status: 0 });
      const placed = (path: string) => readFileSync(join(folder, "root", path), "utf8");
      expect(placed("etc/pacemaker/pair/resources.xml")).to.equal(
        'plug="i-0aaaaaaaaaaaaaaa2" self="i-0aaaaaaaaaaaaaaa1"',
      );
      expect(placed("etc/keepalived/keepalived.conf")).to.equal("interface ens5");
      expect(placed("etc/corosync/authkey")).to.equal("key-of-the-cluster");
      expect(placed("peer").trim()).to.equal("i-0aaaaaaaaaaaaaaa2");
      expect(log()).to.deep.equal([
        "systemctl daemon-reload",
        "systemctl start corosync.service",
        "systemctl start pacemaker.service",
        "apply",
      ]);
    });

    it("stays outside with one clear message if a program is missing, and starts nothing", () => {
      rmSync(join(folder, "bin/corosync-of-test"));
      const { status, stderr } = bash(script());
      expect(status).to.equal(1);
      expect(stderr).to.include("The image lacks corosync-of-test: give pair.image");
      expect(log()).to.deep.equal(["systemctl stop pacemaker.service corosync.service"]);
    });

    it("takes its daemons down again if a later one does not start, or the cluster cannot be configured", () => {
      command(
        "systemctl",
        `echo "systemctl $*" >>"${folder}/log"; [[ $* != "start pacemaker.service" ]]`,
      );
      expect(bash(script()).stderr).to.include("pacemaker.service does not start");
      expect(log().at(-1)).to.equal("systemctl stop pacemaker.service corosync.service");
      command("systemctl", "exit 0");
      command("apply-of-test", "exit 1");
      expect(bash(script())).to.include({ status: 1 });
    });
  });

  describe("inheriting a lease", () => {
    const first = "2026-01-01T10:00:00+00:00";
    const second = "2026-01-01T12:00:00+00:00";
    /** Whose lease it is and by which session, and what EC2 says of the peer. */
    const world = (owner: string, session: string, ec2: string): void => {
      command(
        "aws",
        `case "$*" in
*get-item*) printf '${owner}\\t${session}\\n' ;;
*describe-instances*) printf '${ec2}\\n' ;;
*update-item*) printf '%s\\n' "$*" >>"${folder}/log" ;;
esac`,
      );
    };
    const run = (verb?: "watch") => {
      writeFileSync(join(folder, "peer"), "i-peer\n");
      // The watch sleeps once, and is over then.
      command("sleep", "kill -TERM $PPID");
      return bash(`exec bash --norc -c "$SCRIPT" pair-inherit-lease ${verb ?? ""}`, {
        SCRIPT: renderInheritanceScript(),
        PAIR_PEER: join(folder, "peer"),
        PAIR_LEASE_SEEN: join(folder, "seen"),
        REGION: "eu-west-1",
        LEASE_TABLE: "jenkins-leases",
        HOMES: "ma=fsap-1",
        CALL_SECONDS: "5",
      });
    };
    const watched = (session: string, launched: string): void => {
      world("i-peer", session, `running\\t${launched}`);
      run("watch");
    };

    it("gives back what a stopped peer held, and nothing that was taken meanwhile", () => {
      world("i-peer", "session-1", `stopped\\t${first}`);
      expect(run().status).to.equal(0);
      expect(log()).to.have.length(1);
      expect(log()[0]).to.include("#session = :session").and.include(`{"S":"session-1"}`);
    });

    it("gives back what a peer held that was started again since it was seen to hold it", () => {
      watched("session-1", first);
      world("i-peer", "session-1", `running\\t${second}`);
      run();
      expect(log()).to.have.length(1);
    });

    it("remembers the first launch that held the lease, also when it still watches after the fence", () => {
      watched("session-1", first);
      watched("session-1", second);
      run();
      expect(log()).to.have.length(1);
    });

    it("leaves the lease of a peer that runs, of one that took it anew, and of one that nobody watched", () => {
      world("i-peer", "session-1", `running\\t${first}`);
      expect(run().stderr).to.include("waiting for its end");
      watched("session-1", first);
      run();
      world("i-peer", "session-2", `running\\t${second}`);
      run();
      expect(log()).to.deep.equal([]);
    });

    it("leaves the lease of others, one that is free, and everything where EC2 or the table is mute", () => {
      for (const [owner, session, ec2] of [
        ["i-third", "session-1", `stopped\\t${first}`],
        ["i-peer", "None", `stopped\\t${first}`],
        ["None", "None", `stopped\\t${first}`],
        ["i-peer", "session-1", ""],
        ["i-peer", "session-1", "None\\tNone"],
        ["", "", `stopped\\t${first}`],
      ] as const) {
        world(owner, session, ec2);
        expect(run().status).to.equal(0);
      }
      expect(log()).to.deep.equal([]);
    });
  });
});

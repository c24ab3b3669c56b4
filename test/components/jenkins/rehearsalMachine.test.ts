import { gunzipSync } from "node:zlib";
import { expect } from "chai";
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
import { join } from "node:path";
import { parse } from "yaml";
import { bootCompression } from "../../../components/machine/deterministicGzip";
import {
  rehearsalFiles,
  type RehearsalUserData,
  renderRehearsalUserData,
} from "../../../components/jenkins/rehearsalUserDataRenderer";
import { parseUnit } from "./unitFile";
import { installed } from "../../support/installed";

const given: RehearsalUserData = {
  home: {
    team: "ma",
    fileSystemId: "fs-0123456789abcdef0",
    accessPointId: "fsap-0123456789abcdef0",
    volumeGb: 200,
  },
  region: "eu-west-1",
  vpcCidr: "10.20.0.0/16",
  heapMb: 4096,
  jenkinsVersion: "2.555.3",
  url: "http://ma.rehearsal.invalid/",
  monitoring: {
    team: "rehearsal/ma",
    region: "eu-west-1",
    logGroup: "/jenkins/controllers",
    namespace: "JenkinsPilotLight",
  },
};

function content(path: string): string {
  const file = rehearsalFiles(given).find((each) => each.path.endsWith(path));
  if (file === undefined) throw new Error(`no file ${path}`);
  return file.content;
}

/** Programs that need a machine; the copying itself is the real one. */
const programs: Readonly<Record<string, string>> = {
  mount: 'echo "mount $*" >>"$LOG"; [ -d "$HOME_OF_TEAM" ] && cp -a "$HOME_OF_TEAM/." "${@: -1}"',
  umount: 'echo "umount" >>"$LOG"; rm -rf "$1"',
  systemctl: 'echo "systemctl $*" >>"$LOG"',
  chown: "exit 0",
  sleep: "exit 0",
  install: 'mkdir -p "${@: -1}"',
  df: 'echo Avail; echo "${FREE_KB:-1000000}"',
};

describe("a rehearsal's machine", () => {
  let folder: string;
  const at = (...parts: string[]) => join(folder, ...parts);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
    mkdirSync(at("bin"));
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(at("bin", name), `#!/bin/bash\n${body}\n`);
      chmodSync(at("bin", name), 0o755);
    }
    mkdirSync(at("team", "jobs", "a job", "builds"), { recursive: true });
    writeFileSync(at("team", "jobs", "a job", "config.xml"), "<project/>");
    writeFileSync(at("team", "config.xml"), "<hudson/>");
    writeFileSync(at("team", "queue.xml"), "<state/>");
    const running = "org.jenkinsci.plugins.workflow.flow.FlowExecutionList.xml";
    writeFileSync(at("team", running), "<list/>");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function boot(environment: Record<string, string> = {}): { log: string[]; said: string } {
    const script = content("jenkins-rehearsal")
      .replaceAll("/var/lib/jenkins", at("jenkins"))
      .replaceAll("/mnt/jenkins-home", at("mounted"))
      .replaceAll("/run/jenkins-secrets", at("secrets"));
    // Without: bash takes a command on a socket for a remote login, and reads the user's ~/.bashrc.
    const { stderr } = spawnSync("bash", ["--norc", "-c", script], {
      env: {
        PATH: `${at("bin")}:${process.env.PATH ?? ""}`,
        LOG: at("log"),
        HOME_OF_TEAM: at("team"),
        ...environment,
      },
      encoding: "utf8",
    });
    return { log: readFileSync(at("log"), "utf8").trim().split("\n"), said: stderr };
  }

  it("mounts the home read-only, copies it, lets go of it, and only then starts Jenkins", () => {
    const { log } = boot();
    expect(log[0]).to.match(/^mount -t efs -o tls,iam,accesspoint=fsap-\w+,.*\bro\b.* fs-\w+:\//);
    expect(log.slice(1)).to.deep.equal(["umount", "systemctl start jenkins.service"]);
    expect(readFileSync(at("jenkins", "jobs", "a job", "config.xml"), "utf8")).to.equal(
      "<project/>",
    );
    expect(existsSync(at("jenkins", "jobs", "a job", "builds"))).to.equal(true);
  });

  it("goes on with nothing that was queued or running, and quiets Jenkins down", () => {
    boot();
    expect(existsSync(at("jenkins", "queue.xml"))).to.equal(false);
    expect(
      existsSync(at("jenkins", "org.jenkinsci.plugins.workflow.flow.FlowExecutionList.xml")),
    ).to.equal(false);
    const hook = readFileSync(at("jenkins", "init.groovy.d", "000-rehearsal.groovy"), "utf8");
    expect(hook).to.include("doQuietDown()");
    expect(readFileSync(at("secrets", "admin-password"), "utf8")).to.have.length.above(40);
  });

  it("says that the copy does not fit and ends itself", () => {
    // A file where the copy wants a directory: it fails as it does on a full disk.
    mkdirSync(at("jenkins"));
    writeFileSync(at("jenkins", "jobs"), "in the way");
    const { log, said } = boot({ FREE_KB: "100" });
    expect(said).to.match(/does not fit on the machine's 200 GiB: raise recovery.rehearsal.volume/);
    expect(log.at(-1)).to.equal("systemctl poweroff");
  });

  it("ends itself when there is no home to mount", () => {
    const { log, said } = boot({ HOME_OF_TEAM: "/nowhere" });
    expect(said).to.match(/the home fs-0123456789abcdef0:\/ cannot be mounted/);
    expect(log.slice(1)).to.deep.equal(["systemctl poweroff"]);
  });

  it("keeps Jenkins from reaching anybody but what asks from within the network", () => {
    const unit = parseUnit(content("jenkins.service.d/pilot-light.conf"));
    expect(unit.one("Service", "IPAddressDeny")).to.equal("any");
    expect(unit.all("Service", "IPAddressAllow")).to.deep.equal(["localhost", "10.20.0.0/16"]);
    // No lease, hence nothing that a controller's lease could be taken by.
    expect(unit.all("Unit", "BindsTo")).to.be.empty;
  });

  it("gives Jenkins no executors, agents, credentials or database", () => {
    const configuration = parse(content("jenkins.yaml")) as {
      jenkins: { numExecutors: number; clouds: unknown[] };
      unclassified: Record<string, unknown>;
    };
    expect(configuration.jenkins.numExecutors).to.equal(0);
    expect(configuration.jenkins.clouds).to.be.empty;
    expect(configuration.unclassified).not.to.have.property("globalDatabaseConfiguration");
  });

  it("takes no lease and holds no secret in its user data", () => {
    const packed = renderRehearsalUserData(given, bootCompression);
    const text = gunzipSync(Buffer.from(packed, "base64")).toString();
    expect(text).to.match(/^#cloud-config\n/);
    expect(text).not.to.include("jenkins-lease");
    expect(rehearsalFiles(given).map(({ path }) => path)).not.to.include(
      "/usr/local/sbin/jenkins-secrets",
    );
  });

  it("has a script in which shellcheck finds nothing", function () {
    if (!installed("shellcheck")) this.skip();
    writeFileSync(at("jenkins-rehearsal.sh"), content("jenkins-rehearsal"));
    const { stdout, status } = spawnSync("shellcheck", [at("jenkins-rehearsal.sh")], {
      encoding: "utf8",
    });
    expect(status, stdout).to.equal(0);
  });
});

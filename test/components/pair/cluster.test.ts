import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  type ClusterHome,
  clusterTimings,
  type ControllerCluster,
  type Fencing,
  type LeasedHome,
  type TieBreaker,
} from "../../../components/pair/cluster";
import { clusterProblems } from "../../../components/pair/clusterProblems";
import { awsAddressAgent } from "../../../components/pair/awsAddressAgent";
import { clusterFiles } from "../../../components/pair/clusterFiles";
import type { AwsVip } from "../../../components/pair/vipMoveScriptRenderer";
import { defaultDrainTiming, longestDrain } from "../../../components/jenkins/drainTiming";
import { jenkinsStopSeconds } from "../../../components/jenkins/leaseTiming";
import { renderCorosync } from "../../../components/pair/corosyncRenderer";
import {
  clusterSections,
  renderCib,
  renderClusterScript,
  renderPacemaker,
} from "../../../components/pair/pacemakerRenderer";
import type { Vip } from "../../../components/pair/vip";
import { without } from "../deployments";
import { samplePair } from "./samplePair";
import { installed } from "../../support/installed";

/** Where the resource agents of `ocf:heartbeat` are. */
const agents = "/usr/lib/ocf/resource.d/heartbeat";
const fencings: readonly Fencing[] = [
  {
    kind: "aws",
    region: "eu-central-1",
    instanceIds: { m1: "i-0123456789abcdef0", m2: "i-0123456789abcdef1" },
  },
  {
    kind: "agent",
    agent: "fence_ipmilan",
    options: { m1: { ip: "10.0.9.11", username: "a<b" }, m2: { ip: "10.0.9.12" } },
  },
];
const tieBreakers: readonly TieBreaker[] = [
  { kind: "ping", targets: ["10.0.1.1", "10.0.2.1"] },
  { kind: "quorumDevice", host: "10.0.3.10" },
  { kind: "fencing" },
];
const leasedHome: LeasedHome = {
  leaseUnit: "jenkins-lease",
  mountUnit: "var-lib-jenkins.mount",
};
const vips: readonly Vip[] = [
  { kind: "arp", address: "10.0.1.100/24" },
  {
    kind: "overlayRoute",
    address: "172.31.255.1/32",
    region: "eu-central-1",
    routeTableIds: ["rtb-1"],
  },
  {
    kind: "elasticIp",
    region: "eu-central-1",
    allocationId: "eipalloc-0123456789abcdef0",
    address: "203.0.113.10",
  },
];
const ocfHome: ClusterHome = {
  device: "fs-0123456789abcdef0:/",
  type: "efs",
  directory: "/var/lib/jenkins",
  options: "tls,iam",
};
const cluster = (over: Partial<ControllerCluster> = {}): ControllerCluster => ({
  name: "ma",
  machines: samplePair.machines,
  home: ocfHome,
  vip: vips[0]!,
  fencing: fencings[0]!,
  tieBreaker: tieBreakers[0]!,
  ...over,
});

describe("an active and a passive controller machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pair-cluster-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  for (const profile of ["reference", "fast"] as const) {
    for (const tieBreaker of tieBreakers) {
      it(`has a corosync.conf that Corosync takes: ${profile}, ${tieBreaker.kind}`, function () {
        if (!installed("corosync")) this.skip();
        const file = join(folder, "corosync.conf");
        // The checker looks for the machine that it runs on among the nodes.
        const [m1, m2] = samplePair.machines;
        const machines = [{ ...m1, address: "127.0.0.1" }, m2] as const;
        const text = renderCorosync(cluster({ tieBreaker, machines }), clusterTimings[profile]);
        const key = join(folder, "authkey");
        writeFileSync(key, Buffer.alloc(1024, 7));
        writeFileSync(
          file,
          text
            .replace("to_stderr: no", "to_stderr: yes")
            .replace("    token:", `    keyfile: ${key}\n    token:`),
        );
        const { status, stderr } = spawnSync("corosync", ["-t", "-c", file], { encoding: "utf8" });
        const complaints = stderr.split("\n").filter((line) => /error|warning|crit/.test(line));
        expect({ status, complaints }).to.deep.equal({ status: 0, complaints: [] });
      });

      it(`has a configuration that Pacemaker takes: ${profile}, ${tieBreaker.kind}`, function () {
        if (!installed("crm_verify")) this.skip();
        for (const vip of vips) {
          for (const fencing of fencings) {
            const sections = renderPacemaker(
              cluster({
                vip,
                fencing,
                tieBreaker,
                home: fencing === fencings[0] ? leasedHome : ocfHome,
              }),
              clusterTimings[profile],
            );
            const file = join(folder, "cib.xml");
            writeFileSync(file, renderCib(sections));
            const { status, stdout, stderr } = spawnSync("crm_verify", ["-VV", "-x", file], {
              encoding: "utf8",
            });
            expect(`${status} ${stdout}${stderr}`).to.equal("0 ");
          }
        }
      });
    }
  }

  it("always fences, stops without quorum, and never goes back by itself", () => {
    const { crm_config, rsc_defaults, constraints } = renderPacemaker(
      cluster(),
      clusterTimings.fast,
    );
    expect(crm_config).to.match(/name="stonith-enabled" value="true"/);
    expect(crm_config).to.match(/name="no-quorum-policy" value="stop"/);
    const stickiness = /resource-stickiness" value="(\d+)"/.exec(rsc_defaults)?.[1];
    const preference = /jenkins-begins-here.*score="(\d+)"/.exec(constraints)?.[1];
    expect(Number(stickiness)).to.be.greaterThan(Number(preference));
  });

  it("asks the network before each shot, never lets a machine shoot itself, and never both at once", () => {
    const sections = renderPacemaker(cluster(), clusterTimings.fast);
    expect(sections["fencing-topology"]).to.include(
      'target="m1" index="1" devices="fence-sees-network,fence-m1"',
    );
    expect(sections.constraints).to.match(/rsc="fence-m2" node="m2" score="-INFINITY"/);
    const delayed = [
      ...sections.resources.matchAll(/id="(fence-m\d)-attributes-pcmk_delay_base"/g),
    ];
    expect(delayed.map((match) => match[1])).to.deep.equal(["fence-m1"]);
    // EC2 goes on running for a while what it was told to stop.
    expect(sections.resources).to.match(/name="pcmk_delay_base" value="15s?"/);
    expect(sections.resources).to.include('name="skip_os_shutdown" value="true"');
  });

  it("starts lease, mount and Jenkins in this order where the home is leased, and needs no address", () => {
    const whole = without(cluster({ home: leasedHome }), "vip");
    const { resources } = renderPacemaker(whole, clusterTimings.fast);
    const group = resources.slice(resources.indexOf("<group"));
    const units = [...group.matchAll(/<primitive id="\S+" class="(\S+)" type="(\S+)"/g)];
    expect(units.map((match) => `${match[1]}:${match[2]}`)).to.deep.equal([
      "systemd:jenkins-lease",
      "systemd:var-lib-jenkins.mount",
      "systemd:jenkins",
    ]);
    // A region's machine that waits for its turn has not failed to start.
    expect(group).to.match(
      /id="jenkins-start-lease-start" name="start" interval="0s" timeout="3600s"/,
    );
  });

  it("gives a controller that drains the time for it: a stop that takes longer is fenced", () => {
    const stopOf = (home: ClusterHome | LeasedHome) => {
      const { resources } = renderPacemaker(cluster({ home }), clusterTimings.fast);
      return Number(/id="jenkins-controller-stop"[^>]*timeout="(\d+)s"/.exec(resources)?.[1]);
    };
    expect(stopOf(leasedHome)).to.be.greaterThan(
      longestDrain(defaultDrainTiming) + jenkinsStopSeconds,
    );
    // systemd ends by force what does not stop within 90 s.
    expect(stopOf(ocfHome)).to.be.greaterThan(90);
  });

  it("moves an address of AWS by options that the installed agents know", function () {
    for (const vip of vips.slice(1)) {
      const { agent, options } = awsAddressAgent(vip as AwsVip);
      const program = join(agents, agent);
      if (!existsSync(program)) this.skip();
      const { stdout } = spawnSync(program, ["meta-data"], {
        encoding: "utf8",
        env: { ...process.env, OCF_ROOT: "/usr/lib/ocf" },
      });
      const known = [...stdout.matchAll(/<parameter name="([^"]+)"/g)].map((match) => match[1]);
      expect(known).to.include.members(Object.keys(options));
      const required = [...stdout.matchAll(/<parameter name="([^"]+)"[^>]*required="1"/g)];
      expect(options).to.include.keys(required.map((match) => match[1]!));
    }
  });

  it("lets the agents find a profile and a region, by a command line of their own", () => {
    for (const vip of vips.slice(1)) {
      const files = clusterFiles(cluster({ vip }), "fast");
      const { awscli } = awsAddressAgent(vip as AwsVip).options;
      const program = files.find(({ path }) => path === awscli);
      expect(program?.permissions).to.equal("0755");
      writeFileSync(join(folder, "aws"), '#!/bin/bash\necho "$AWS_CONFIG_FILE" "$@"\n');
      chmodSync(join(folder, "aws"), 0o755);
      const { stdout } = spawnSync("bash", ["-s", "--", "--profile", "default", "ec2"], {
        input: program!.content,
        encoding: "utf8",
        env: { PATH: `${folder}:${process.env.PATH}` },
      });
      const [settings] = stdout.split(" ");
      expect(stdout).to.match(/ --profile default ec2\n$/);
      expect(files.find(({ path }) => path === settings)?.content).to.equal(
        "[default]\nregion = eu-central-1\n",
      );
    }
    expect(clusterFiles(cluster(), "fast").map(({ path }) => path)).not.to.include(
      "/etc/pacemaker/pair/aws",
    );
  });

  it("refuses an Elastic IP without its address, and an interface that is none", () => {
    const paths = (vip: Vip) => clusterProblems(cluster({ vip })).map(({ path }) => path);
    expect(paths(without(vips[2] as Extract<Vip, { kind: "elasticIp" }>, "address"))).to.deep.equal(
      ["vip.address"],
    );
    expect(paths({ ...vips[1], networkInterface: "ens 5" } as Vip)).to.include(
      "vip.networkInterface",
    );
  });

  it("refuses fencing as its own tie-breaker where the device may be reached past the network", () => {
    const tieBreaker = { kind: "fencing" } as const;
    const problems = (fencing: Fencing | undefined) =>
      clusterProblems(
        cluster({
          tieBreaker,
          vip: { ...vips[1]!, routeTableIds: ["rtb-0123456789abcdef0"] } as Vip,
          fencing: fencing!,
        }),
      ).map(({ path }) => path);
    expect(problems(fencings[0])).to.deep.equal([]);
    expect(problems(fencings[1])).to.deep.equal(["tieBreaker.kind"]);
  });

  it("has two votes and a third one's, or the two-node rule, never both", () => {
    const [ping, device] = tieBreakers.map((tieBreaker) =>
      renderCorosync(cluster({ tieBreaker }), clusterTimings.fast),
    );
    expect(ping).to.include("two_node: 1").and.include("wait_for_all: 1").and.not.include("device");
    expect(device).to.include("algorithm: ffsplit").and.not.include("two_node");
  });

  describe("the script that applies it", () => {
    const live = (): string => readFileSync(join(folder, "live.xml"), "utf8");
    /** Runs a program of Pacemaker's on a CIB in a file, which stands for the cluster's. */
    const onCluster = (program: string, ...parameters: readonly string[]) =>
      spawnSync(program, parameters, {
        encoding: "utf8",
        env: { PATH: `${folder}:${process.env.PATH}`, CIB_file: join(folder, "live.xml") },
      });
    const apply = () => onCluster("bash", join(folder, "apply"));
    let configured: string | undefined;
    /** A cluster that the script has configured; it starts dozens of programs, so tests share one. */
    const configure = (): void => {
      if (configured === undefined) apply();
      else writeFileSync(join(folder, "live.xml"), configured);
      configured = live();
    };
    const patches = (): number =>
      existsSync(join(folder, "patches"))
        ? readFileSync(join(folder, "patches"), "utf8").trim().split("\n").length
        : 0;

    beforeEach(function () {
      if (!installed("cibadmin") || !installed("crm_diff")) this.skip();
      const sections = renderPacemaker(cluster(), clusterTimings.fast);
      for (const name of clusterSections)
        writeFileSync(join(folder, `${name}.xml`), sections[name]);
      writeFileSync(join(folder, "apply"), renderClusterScript());
      const { stdout: empty } = spawnSync("cibadmin", ["--empty"], { encoding: "utf8" });
      writeFileSync(join(folder, "live.xml"), empty);
      const { stdout: real } = spawnSync("bash", ["-c", "command -v cibadmin"], {
        encoding: "utf8",
      });
      // Counts what is written to the cluster, which a draft is not.
      writeFileSync(
        join(folder, "cibadmin"),
        `#!/bin/bash
if [[ $CIB_file == "${folder}/live.xml" && $1 != --query ]]; then echo "$1" >>"${folder}/patches"; fi
exec ${real.trim()} "$@"
`,
      );
      chmodSync(join(folder, "cibadmin"), 0o755);
    });

    it("brings a new cluster to its configuration in one step, and then does nothing more", () => {
      const first = apply();
      expect(first, first.stderr).to.include({ status: 0 });
      expect(patches()).to.equal(1);
      for (const id of ["jenkins-controller", "fence-m1", "fencing-of-m2", "jenkins-begins-here"]) {
        expect(live()).to.include(`id="${id}"`);
      }
      expect(apply().stdout).to.include("the cluster is as it should be");
      expect(patches()).to.equal(1);
    });

    it("takes what Pacemaker writes itself for no difference, and keeps it", () => {
      configure();
      const property =
        '<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="own" name="dc-version" value="2.1.5"/></cluster_property_set></crm_config>';
      const added = onCluster("cibadmin", "--modify", "--xml-text", property);
      expect(added, added.stderr).to.include({ status: 0 });
      expect(apply().stdout).to.include("the cluster is as it should be");
      expect(live()).to.include('name="dc-version"');
    });

    it("writes again only what somebody changed", () => {
      configure();
      const opened = '<nvpair id="cib-bootstrap-options-stonith-enabled" value="false"/>';
      onCluster("cibadmin", "--modify", "--xml-text", opened);
      expect(live()).to.match(/stonith-enabled"[^>]* value="false"/);
      expect(apply().stdout.trim()).to.equal("crm_config: written");
      expect(live()).to.match(/stonith-enabled"[^>]* value="true"/);
    });

    it("writes nothing when Pacemaker finds fault with the result", () => {
      writeFileSync(
        join(folder, "crm_verify"),
        "#!/bin/bash\necho no fencing device >&2\nexit 78\n",
      );
      chmodSync(join(folder, "crm_verify"), 0o755);
      const before = live();
      expect(apply()).to.include({ status: 78 });
      expect(live()).to.equal(before);
    });

    it("has no finding of shellcheck", function () {
      if (!installed("shellcheck")) this.skip();
      const { stdout } = spawnSync("shellcheck", ["-"], {
        input: renderClusterScript(),
        encoding: "utf8",
      });
      expect(stdout).to.equal("");
    });
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { clusterTimings, type ControllerCluster } from "../../../components/pair/cluster";
import { renderCib, renderPacemaker } from "../../../components/pair/pacemakerRenderer";
import { installed } from "../../support/installed";
import { samplePair } from "./samplePair";

const cluster: ControllerCluster = {
  name: "ma",
  machines: samplePair.machines,
  home: { device: "storage:/", type: "nfs4", directory: "/var/lib/jenkins", options: "hard" },
  vip: { kind: "arp", address: "10.0.1.100/24" },
  fencing: { kind: "agent", agent: "fence_ipmilan", options: { m1: { ip: "1" }, m2: { ip: "2" } } },
  tieBreaker: { kind: "ping", targets: ["10.0.1.1"] },
};

/** What Pacemaker's own scheduler makes of the rendered configuration, without a cluster. */
describe("what goes together in a cluster", () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const simulate = (...parameters: string[]) => {
    const { status, stdout, stderr } = spawnSync("crm_simulate", ["--simulate", ...parameters], {
      encoding: "utf8",
    });
    expect(status, stderr).to.equal(0);
    const actions = stdout.slice(stdout.indexOf("Executing Cluster Transition"));
    return [...actions.matchAll(/ action: jenkins-(\S+?)(?: +|_)(start|stop)/g)].map(
      ([, resource, action]) => `${action} ${resource}`,
    );
  };
  const failing = (resource: string) =>
    simulate("--xml-file", file("up.xml"), "--op-inject", `${resource}_monitor_5000@m1=7`);
  /** As after too many failures there. */
  const impossibleOnFirst = (resource: string) => {
    const ban = `<rsc_location id="ban" rsc="${resource}" node="m1" score="-INFINITY"/>`;
    const up = readFileSync(file("up.xml"), "utf8");
    writeFileSync(file("ban.xml"), up.replace("</constraints>", `${ban}</constraints>`));
    return simulate("--xml-file", file("ban.xml"));
  };

  before(function () {
    if (!installed("crm_simulate")) this.skip();
    folder = mkdtempSync(join(tmpdir(), "pair-order-"));
    writeFileSync(file("cib.xml"), renderCib(renderPacemaker(cluster, clusterTimings.fast)));
    const started = simulate(
      ...["--xml-file", file("cib.xml"), "--node-up", "m1", "--node-up", "m2"],
      ...["--save-output", file("up.xml")],
    );
    expect(started[0]).to.equal("start home");
    expect(started).to.have.members(["start home", "start controller", "start address"]);
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  it("leaves the address where it is when Jenkins starts again in place", () => {
    expect(failing("jenkins-controller")).to.deep.equal(["stop controller", "start controller"]);
  });

  it("leaves Jenkins alone when a look at the address fails", () => {
    expect(failing("jenkins-address")).to.deep.equal(["stop address", "start address"]);
  });

  /** The address stays while Jenkins drains, and may come beside it. */
  const expectWhole = (actions: readonly string[]) => {
    expect(actions.slice(0, 2)).to.deep.equal(["stop controller", "stop address"]);
    expect(actions.slice(2, 4)).to.deep.equal(["stop home", "start home"]);
    expect(actions.slice(4)).to.have.members(["start controller", "start address"]);
  };

  it("has neither Jenkins nor the address without the home", () => {
    expectWhole(failing("jenkins-home"));
  });

  for (const resource of ["jenkins-home", "jenkins-controller", "jenkins-address"]) {
    it(`moves all to the other machine when ${resource} cannot be on this one`, () => {
      expectWhole(impossibleOnFirst(resource));
    });
  }
});

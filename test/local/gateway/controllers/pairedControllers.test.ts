import { expect } from "chai";
import { renderLeaseSettings } from "../../../../components/jenkins/leaseSettingsRenderer";
import { renderHomeMountUnit } from "../../../../components/jenkins/systemdUnitRenderer";
import { PairedControllers } from "../../../../local/gateway/controllers/pairedControllers";
import type { LaunchedInstance } from "../../../../local/gateway/world";
import { type LocalAws, startLocalAws, SteppedTime } from "../behaviours/localAws";

const controller = `#cloud-config\n${JSON.stringify({
  write_files: [
    {
      path: "/etc/jenkins-pilot-light/controller.env",
      content: renderLeaseSettings({
        region: "eu-west-1",
        peerRegion: "eu-central-1",
        role: "active",
        generation: 1,
        leaseTable: "leases",
        recordTable: "records",
        homes: [{ home: "ma", accessPointId: "fsap-1" }],
        startedBy: "cluster",
      }),
    },
    {
      path: "/etc/systemd/system/var-lib-jenkins.mount",
      content: renderHomeMountUnit("fs-0123456789abcdef0", "fsap-1"),
    },
  ],
})}\n`;

function machine(number: 1 | 2, pair = "jenkins-ma-pair", userData = controller): LaunchedInstance {
  return {
    instanceId: `${pair}-${number}`,
    region: "eu-west-1",
    availabilityZone: `eu-west-1${"ab"[number - 1] ?? ""}`,
    subnetId: `subnet-${number}`,
    privateIpAddress: `10.0.0.${number}`,
    autoScalingGroupName: pair.replace(/-pair$/, ""),
    tags: { "pilot-light-pair": pair, "pilot-light-machine": String(number) },
    userData,
  };
}

const [first, second] = [machine(1), machine(2)];
const [one, two] = [first.instanceId, second.instanceId];

describe("the modelled cluster of a pair", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let controllers: PairedControllers;
  /** What was told of machines with a controller. */
  let told: string[];
  let down: Map<string, () => void>;
  let last: LaunchedInstance | undefined;

  beforeEach(async () => {
    time = new SteppedTime();
    told = [];
    down = new Map();
    controllers = new PairedControllers({
      started: (instance) => {
        last = instance;
        told.push(`start ${instance.instanceId}`);
      },
      stopping: (id, stopped) => {
        told.push(`shut down ${id}`);
        down.set(id, stopped);
      },
      stopped: (id) => told.push(`stop ${id}`),
      healthCheckStatus: (id) => (told.at(-1) === `start ${id}` ? 200 : undefined),
    });
    aws = await startLocalAws({
      behaviours: [],
      controllers,
      realTime: time,
      scale: 1,
      latencies: { overrides: { instanceBoot: "60 seconds", pairTakeover: "4 seconds" } },
    });
  });
  afterEach(() => aws.stop());

  async function both(): Promise<void> {
    controllers.started(first);
    controllers.started(second);
    await time.pass(60_001);
    expect(told.splice(0)).to.deep.equal([`start ${one}`]);
  }

  it("gives the group to one machine, which has booted already", async () => {
    await both();
    expect(last).to.include({ instanceId: one, hasBooted: true });
    expect(controllers.healthCheckStatus(two, 8080, "/login")).to.equal(undefined);
  });

  it("starts nothing before both machines have seen each other", async () => {
    controllers.started(second);
    await time.pass(10 * 60_000);
    expect(told).to.be.empty;
    controllers.started(first);
    await time.pass(59_000);
    expect(told).to.be.empty;
    await time.pass(1_001);
    expect(told).to.deep.equal([`start ${one}`]);
  });

  it("moves the group when its machine loses its power", async () => {
    await both();
    controllers.stopped(one);
    expect(told).to.deep.equal([`stop ${one}`]);
    await time.pass(3_999);
    expect(told).to.have.length(1);
    await time.pass(2);
    expect(told).to.deep.equal([`stop ${one}`, `start ${two}`]);
  });

  it("moves the group when its machine goes down in good order, once that is done", async () => {
    await both();
    let isDown = false;
    controllers.stopping(one, () => (isDown = true));
    await time.pass(30_000);
    expect(told).to.deep.equal([`shut down ${one}`]);
    down.get(one)?.();
    await time.pass(4_001);
    expect(isDown).to.equal(true);
    expect(told.slice(1)).to.deep.equal([`stop ${one}`, `start ${two}`]);
    controllers.stopped(one);
    expect(told).to.have.length(3);
  });

  it("leaves the group where it is when the standby goes, or when its machine's peer returns", async () => {
    await both();
    controllers.stopped(two);
    controllers.started(second);
    await time.pass(70_000);
    expect(told).to.be.empty;
  });

  it("starts it nowhere while a fence stops both", async () => {
    await both();
    let count = 0;
    controllers.stopping(one, () => count++);
    controllers.stopping(two, () => count++);
    down.get(one)?.();
    await time.pass(60_000);
    expect(count).to.equal(2);
    expect(told.filter((line) => line.startsWith("start"))).to.be.empty;
    controllers.stopped(one);
    controllers.stopped(two);
    controllers.started(first);
    controllers.started(second);
    await time.pass(60_001);
    expect(told.at(-1)).to.equal(`start ${one}`);
  });

  it("starts it nowhere when both lose their power at once", async () => {
    await both();
    controllers.stopped(one);
    controllers.stopped(two);
    await time.pass(60_000);
    expect(told).to.deep.equal([`stop ${one}`]);
  });

  it("forgets a machine that lost its power while it booted", async () => {
    controllers.started(first);
    controllers.started(second);
    await time.pass(30_000);
    controllers.stopped(first.instanceId);
    await time.pass(60_000);
    expect(told).to.be.empty;
  });

  it("leaves machines without a controller, and those of no pair, alone", () => {
    controllers.started(machine(1, "jenkins-edge-pair", "#cloud-config\n{}\n"));
    controllers.started({ ...machine(2), tags: {} });
    expect(told).to.deep.equal(["start jenkins-edge-pair-1", `start ${two}`]);
  });
});

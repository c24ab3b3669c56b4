import { expect } from "chai";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  defaultLeaseTiming,
  renderLeaseSettings,
} from "../../../components/jenkins/leaseSettingsRenderer";
import { eventually, LeaseWorld, pause, quickTiming, settings } from "./leaseMachines";

const otherRegion = settings.peerRegion;
const far = Math.floor(Date.now() / 1000) + 3600;

describe("the start lease, run in bash", () => {
  let world: LeaseWorld;
  beforeEach(() => (world = new LeaseWorld()));
  afterEach(() => {
    world.destroy();
  });

  describe("one writer", () => {
    it("lets one of two racers start, and the other only after the first one's lease ended", async () => {
      const racers = [world.machine("i-1"), world.machine("i-2")];
      for (const racer of racers) void racer.run("run");
      await eventually("one starts", () => racers.some((racer) => racer.jenkins === "active"));
      await pause(600);
      const [first] = racers.filter((racer) => racer.jenkins === "active");
      const [second] = racers.filter((racer) => racer.jenkins !== "active");
      expect(world.lease("ma")?.owner).to.equal(first?.instance);

      first!.powerOff();
      const ends = world.lease("ma")!.expiresAt;
      await eventually("the other one takes over", () => second!.jenkins === "active");
      expect(second!.timeOf("start --no-block jenkins.service")).to.be.at.least(ends);
    });

    it("lets the same machine start again at once after a crash of its lease process", async () => {
      world.setLease("ma", { owner: "i-1", generation: 1, expiresAt: far });
      const machine = world.machine("i-1");
      void machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active", 2_000);
    });

    it("refuses a lease of a higher generation, even an ended one", async () => {
      world.setLease("ma", { owner: "i-9", generation: 3, expiresAt: 0 });
      const machine = world.machine("i-1", { generation: 2 });
      void machine.run("run");
      await pause(700);
      expect(machine.jenkins).to.equal("inactive");
      expect(world.lease("ma")).to.include({ owner: "i-9", generation: 3 });
    });

    it("gives each controller of an active-active team a home of its own", async () => {
      const homes = [1, 2].map((slot) => ({
        home: `devops/controller-${slot}`,
        accessPointId: `fsap-${slot}`,
      }));
      const machines = ["i-1", "i-2", "i-3"].map((id) => world.machine(id, { homes }));
      for (const machine of machines) void machine.run("run");
      await eventually(
        "two of three start",
        () => machines.filter((machine) => machine.jenkins === "active").length === 2,
      );
      await pause(400);
      const running = machines.filter((machine) => machine.jenkins === "active");
      expect(running).to.have.length(2);
      const owners = homes.map(({ home }) => world.lease(home)?.owner);
      expect(owners).to.have.members(running.map((machine) => machine.instance));
      for (const machine of running) {
        const slot = owners.indexOf(machine.instance) + 1;
        expect(machine.mountOptions).to.include(`accesspoint=fsap-${slot},`);
      }
    });
  });

  describe("when it cannot renew", () => {
    for (const how of ["down", "hangs"] as const) {
      it(`stops Jenkins before the lease can end while DynamoDB ${how === "down" ? "refuses" : "hangs"}`, async () => {
        const machine = world.machine("i-1");
        const ended = machine.run("run");
        await eventually("it starts", () => machine.jenkins === "active");
        world.break(how);
        expect(await ended).to.equal(1);
        expect(machine.jenkins).to.equal("inactive");
        expect(machine.timeOf("stop --no-block jenkins.service")).to.be.below(
          world.lease("ma")!.expiresAt,
        );
      });
    }

    it("kills a Jenkins that does not stop, still before the lease can end", async () => {
      const machine = world.machine("i-1");
      machine.write("stubborn", "");
      const ended = machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      world.break("down");
      await ended;
      expect(machine.jenkins).to.equal("failed");
      expect(machine.timeOf("kill --signal=SIGKILL jenkins.service"))
        .to.be.above(machine.timeOf("stop --no-block jenkins.service"))
        .and.below(world.lease("ma")!.expiresAt + 0.5);
    });

    it("kills Jenkins at once when another machine holds the lease", async () => {
      const machine = world.machine("i-1");
      machine.write("stubborn", "");
      const ended = machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      world.setLease("ma", { owner: "i-2", generation: 1, expiresAt: far });
      const stolen = Date.now() / 1000;
      await ended;
      expect(machine.timeOf("kill --signal=SIGKILL jenkins.service") - stolen).to.be.below(1.5);
      expect(world.lease("ma")).to.include({ owner: "i-2", expiresAt: far });
    });
  });

  describe("the failover record", () => {
    it("stops a Jenkins whose region has lost the generation", async () => {
      world.record(otherRegion, `1\t${settings.region}\n`);
      const machine = world.machine("i-1");
      const ended = machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      world.record(otherRegion, `2\t${otherRegion}\n`);
      expect(await ended).to.equal(1);
      expect(machine.jenkins).to.equal("inactive");
      expect(machine.said).to.include(`generation 2 is served by ${otherRegion}`);
    });

    it("starts a waiting region's Jenkins once the record names the region", async () => {
      world.record(settings.region, `1\t${otherRegion}\n`);
      const machine = world.machine("i-1", { role: "waiting" });
      void machine.run("run");
      await pause(500);
      expect(machine.jenkins).to.equal("inactive");
      expect(world.lease("ma"), "a lease that was not due").to.equal(undefined);

      world.record(settings.region, `2\t${settings.region}\n`);
      await eventually("it starts", () => machine.jenkins === "active");
      expect(world.lease("ma")?.generation).to.equal(2);
    });

    it("goes on when the record cannot be read any more, or only an older one", async () => {
      world.record(settings.region, `2\t${settings.region}\n`);
      const machine = world.machine("i-1", { role: "waiting" });
      void machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      world.forgetRecord(settings.region);
      world.record(otherRegion, `1\t${otherRegion}\n`);
      await pause(1_000);
      expect(machine.jenkins).to.equal("active");
    });

    const nothingReadable = {
      "no table": undefined,
      "an empty table": "None\n",
      nonsense: "two\tmoon base\n",
      "half an item": "None\teu-west-1\n",
    };
    for (const [what, answer] of Object.entries(nothingReadable)) {
      it(`decides by its rendered role where there is ${what}`, async () => {
        if (answer !== undefined) {
          for (const region of [settings.region, otherRegion]) world.record(region, answer);
        }
        const active = world.machine("i-1");
        const waiting = world.machine("i-2", {
          role: "waiting",
          homes: [{ home: "ba", accessPointId: "fsap-ba" }],
        });
        for (const machine of [active, waiting]) void machine.run("run");
        await eventually("the active one starts", () => active.jenkins === "active");
        await pause(300);
        expect(waiting.jenkins).to.equal("inactive");
      });
    }

    it("ignores a record that is older than what the machine was rendered with", async () => {
      world.record(otherRegion, `1\t${otherRegion}\n`);
      const machine = world.machine("i-1", { generation: 2 });
      void machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
    });

    it("believes its own region's record where two of one generation disagree", async () => {
      world.record(settings.region, `2\t${settings.region}\n`);
      world.record(otherRegion, `2\t${otherRegion}\n`);
      const machine = world.machine("i-1");
      void machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
    });
  });

  describe("going away", () => {
    it("stops Jenkins, then gives the lease back, so that the next machine need not wait", async () => {
      const machine = world.machine("i-1");
      void machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      machine.powerOff();
      machine.write("jenkins", "active");
      expect(await machine.run("release")).to.equal(0);
      expect(machine.jenkins).to.equal("inactive");
      expect(world.lease("ma")?.expiresAt).to.equal(0);
    });

    it("does not give back what another machine holds by now", async () => {
      const machine = world.machine("i-1");
      machine.write("run/held", "ma i-1 1\n");
      world.setLease("ma", { owner: "i-2", generation: 1, expiresAt: far });
      await machine.run("release");
      expect(world.lease("ma")).to.include({ owner: "i-2", expiresAt: far });
      expect(machine.said).to.include("was not given back");
    });

    it("completes the lifecycle action only after the lease service has stopped", async () => {
      const machine = world.machine("i-1");
      const ended = machine.run("watch");
      await pause(200);
      expect(machine.log).to.deep.equal([]);
      machine.powerOff();
      await ended;
      machine.write("lifecycle", "Terminated");
      expect(await machine.run("watch")).to.equal(0);
      expect(machine.log.map((line) => line.replace(/^[\d.]+ /, ""))).to.deep.equal([
        "stop jenkins-lease.service",
        "complete-lifecycle-action i-1 jenkins-ma-terminate",
      ]);
    });
  });

  describe("the home", () => {
    it("is mounted again after a mount failed, which systemd itself never repeats", async () => {
      const machine = world.machine("i-1");
      machine.write("unmountable", "");
      void machine.run("run");
      await eventually("it tries again", () => machine.starts >= 2);
      expect(machine.said).to.include("could not be mounted: starting Jenkins again");
      machine.remove("unmountable");
      await eventually("it starts", () => machine.jenkins === "active");
    });

    it("is not mounted again and again for ever", async () => {
      const machine = world.machine("i-1", { timing: { ...quickTiming, mountPatience: 2 } });
      machine.write("unmountable", "");
      void machine.run("run");
      await eventually("it gives up", () => machine.said.includes("not trying any more"));
      const { starts } = machine;
      await pause(700);
      expect(machine.starts).to.equal(starts);
      expect(world.lease("ma")?.owner, "the lease, until the machine is replaced").to.equal("i-1");
    });

    it("does not bring back a Jenkins that was stopped while its home is mounted", async () => {
      const machine = world.machine("i-1");
      void machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      machine.write("jenkins", "inactive");
      await pause(900);
      expect(machine.starts).to.equal(1);
    });

    it("is not mounted again by a machine that stopped Jenkins itself", async () => {
      const machine = world.machine("i-1");
      const ended = machine.run("run");
      await eventually("it starts", () => machine.jenkins === "active");
      machine.write("mount", "failed");
      world.record(otherRegion, `2\t${otherRegion}\n`);
      await ended;
      expect(machine.starts).to.equal(1);
      expect(machine.jenkins).to.equal("inactive");
    });

    it("refuses a home on the local disk", async () => {
      const machine = world.machine("i-1");
      machine.write("filesystem", "xfs\n");
      expect(await machine.run("check-home")).to.equal(1);
      expect(machine.said).to.include("xfs instead of nfs4");
    });

    it("waits for a home that cannot be written yet", async () => {
      const machine = world.machine("i-1");
      machine.write("filesystem", "nfs4\n");
      const checked = machine.run("check-home");
      await eventually("it says that it waits", () =>
        machine.said.includes("cannot be written yet"),
      );
      mkdirSync(join(machine.directory, "home"));
      expect(await checked).to.equal(0);
    });
  });
});

describe("lease settings", () => {
  it("refuse values that a shell would read as more than a value", () => {
    for (const evil of ["$(reboot)", "a b\nROLE=active", "`id`", 'x"; reboot; "', "a\\"]) {
      expect(() => renderLeaseSettings({ ...settings, leaseTable: evil }), evil).to.throw(
        /LEASE_TABLE/,
      );
      expect(
        () =>
          renderLeaseSettings({ ...settings, homes: [{ home: evil, accessPointId: "fsap-1" }] }),
        evil,
      ).to.throw(/home/);
    }
  });

  it("refuse a timing that lets two machines overlap", () => {
    const timing = { ...defaultLeaseTiming, killBefore: 2 };
    expect(() => renderLeaseSettings({ ...settings, timing })).to.throw(/clocks/);
    const hasty = { ...defaultLeaseTiming, stopBefore: 80 };
    expect(() => renderLeaseSettings({ ...settings, timing: hasty })).to.throw(/stopBefore/);
  });
});

import { expect } from "chai";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { renderLeaseSettings } from "../../../components/jenkins/leaseSettingsRenderer";
import { defaultLeaseTiming, takeoverSeconds } from "../../../components/jenkins/leaseTiming";
import type { LeaseMachine } from "./leaseMachines";
import { LeaseWorld, settings } from "./leaseWorld";

const { region, peerRegion: otherRegion } = settings;
const { lease, renew, stopBefore, killBefore, call } = defaultLeaseTiming;
const { retry } = settings.timing ?? defaultLeaseTiming;
/** When another machine may start at the earliest, after the last renewal that it saw. */
const takeover = takeoverSeconds(defaultLeaseTiming);

describe("the start lease, run in bash", () => {
  let world: LeaseWorld;
  beforeEach(async () => {
    world = await LeaseWorld.start();
  });
  afterEach(async () => {
    await world.destroy();
    world.check();
  });

  const starts = (machine: LeaseMachine): Promise<void> =>
    world.time.until(`${machine.instance} starts`, () => machine.jenkins === "active");
  const ends = (machine: LeaseMachine): Promise<void> =>
    world.time.until(`${machine.instance} has stopped`, () => machine.jenkins !== "active");
  const started = async (instance: string): Promise<LeaseMachine> => {
    const machine = world.machine(instance).boot();
    await starts(machine);
    return machine;
  };
  const writtenBy = (machine: LeaseMachine): readonly number[] =>
    world.written.filter(({ instance }) => instance === machine.instance).map(({ at }) => at);

  describe("one writer", () => {
    it("lets one of two racers start, and the other only after a lease without a renewal", async () => {
      const racers = [world.machine("i-1").boot(), world.machine("i-2").boot()];
      await world.time.until("one starts", () =>
        racers.some(({ jenkins }) => jenkins === "active"),
      );
      await world.time.pass(2 * lease);
      const [first] = racers.filter(({ jenkins }) => jenkins === "active");
      const [second] = racers.filter(({ jenkins }) => jenkins !== "active");
      if (first === undefined || second === undefined) throw new Error("both started, or none");
      expect(world.lease("ma")?.owner).to.equal(first.instance);

      await first.powerOff();
      const lost = world.time.seconds;
      await starts(second);
      const waited = world.time.seconds - lost;
      expect(waited).to.be.within(takeover - renew, takeover + 2 * retry);
    });

    it("lets the same machine start again at once after a crash of its lease process", async () => {
      world.setLease("ma", { owner: "i-1", generation: 1 });
      const machine = world.machine("i-1").boot();
      await world.time.pass(1);
      expect(machine.jenkins).to.equal("active");
    });

    it("takes a lease that was given back at once, whoever held it", async () => {
      world.setLease("ma", { owner: "i-9", generation: 1, expiresAt: 0 });
      const machine = world.machine("i-1").boot();
      await world.time.pass(1);
      expect(machine.jenkins).to.equal("active");
    });

    it("refuses a lease of a higher generation, even one that was given back", async () => {
      world.setLease("ma", { owner: "i-9", generation: 3, expiresAt: 0 });
      const machine = world.machine("i-1", { generation: 2 }).boot();
      await world.time.pass(2 * lease);
      expect(machine.jenkins).to.equal("inactive");
      expect(world.lease("ma")).to.include({ owner: "i-9", generation: 3 });
    });

    it("gives each controller of an active-active team a home of its own", async () => {
      const homes = [1, 2].map((slot) => ({
        home: `devops/controller-${slot}`,
        accessPointId: `fsap-${slot}`,
      }));
      const machines = ["i-1", "i-2", "i-3"].map((id) => world.machine(id, { homes }).boot());
      await world.time.pass(2 * lease);
      const running = machines.filter(({ jenkins }) => jenkins === "active");
      expect(running).to.have.length(2);
      const owners = homes.map(({ home }) => world.lease(home)?.owner);
      expect(owners).to.have.members(running.map(({ instance }) => instance));
      for (const machine of running) {
        const slot = owners.indexOf(machine.instance) + 1;
        expect(machine.mountOptions).to.include(`accesspoint=fsap-${slot},`);
      }
    });

    it("waits for as long as the holder's own lease lives, were it longer than its own", async () => {
      const patient = { ...defaultLeaseTiming, lease: 300, stopBefore: 100 };
      const holder = world.machine("i-1", { timing: patient }).boot();
      await starts(holder);
      const contender = world.machine("i-2").boot();
      await world.time.pass(1);
      holder.network = "hangs";
      await ends(holder);
      await world.time.until("the other starts", () => contender.jenkins === "active");
      expect(Math.max(...writtenBy(holder))).to.be.below(Math.min(...writtenBy(contender)));
      expect(contender.timeOf("start --no-block jenkins.service")).to.be.at.least(10_300);
    });
  });

  describe("no machine trusts another one's clock", () => {
    for (const error of [-3600, 3600]) {
      const hour = error > 0 ? "an hour ahead" : "an hour behind";

      it(`a contender whose clock is ${hour} waits like any other`, async () => {
        const holder = await started("i-1");
        const contender = world.machine("i-2");
        contender.clockError = error;
        contender.boot();
        await world.time.pass(2 * lease);
        expect([holder.jenkins, contender.jenkins]).to.deep.equal(["active", "inactive"]);
        await holder.powerOff();
        await starts(contender);
      });

      it(`a holder whose clock jumps and is ${hour} keeps its lease, and leaves none for ever`, async () => {
        const holder = await started("i-1");
        const contender = world.machine("i-2").boot();
        holder.clockError = error;
        await world.time.pass(2 * lease);
        expect([holder.jenkins, contender.jenkins]).to.deep.equal(["active", "inactive"]);
        await holder.powerOff();
        const lost = world.time.seconds;
        await starts(contender);
        expect(world.time.seconds - lost).to.be.at.most(takeover + 2 * retry);
      });
    }
  });

  describe("a machine that stands still", () => {
    it("loses Jenkins by the watchdog while its lease process is frozen, before another starts", async () => {
      const holder = await started("i-1");
      const contender = world.machine("i-2").boot();
      await world.time.pass(2 * lease);
      holder.freeze("lease");
      const frozen = world.time.seconds;
      await ends(holder);
      expect(world.time.seconds - frozen).to.be.below(lease);
      await starts(contender);
      holder.thaw();
      await world.time.pass(2 * lease);
      expect(Math.max(...writtenBy(holder))).to.be.below(Math.min(...writtenBy(contender)));
      expect([holder.jenkins, contender.jenkins]).to.deep.equal(["inactive", "active"]);
    });

    it("has Jenkins killed while both are frozen, so that it never writes after its thaw", async () => {
      const holder = await started("i-1");
      const contender = world.machine("i-2").boot();
      holder.freeze("lease", "jenkins");
      const frozen = world.time.seconds;
      await starts(contender);
      holder.thaw();
      await world.time.pass(lease);
      expect(Math.max(...writtenBy(holder))).to.be.at.most(frozen);
      expect(holder.jenkins).to.equal("inactive");
    });

    it("starts Jenkins after all when it stood still with time left in its lease", async () => {
      const slow = world.machine("i-1");
      slow.freezeAfterNext("update-item");
      slow.boot();
      await world.time.pass(lease - stopBefore + 5);
      slow.thaw();
      await starts(slow);
    });

    it("is not spared by calls that fail first: only a renewal keeps the watchdog quiet", async () => {
      const holder = await started("i-1");
      const contender = world.machine("i-2").boot();
      await world.time.pass(renew + 1);
      const renewed = world.time.seconds - 1;
      holder.network = "refuses";
      await world.time.pass(lease - stopBefore - 3);
      expect(holder.jenkins).to.equal("active");
      holder.freeze("lease");
      await ends(holder);
      expect(world.time.seconds - renewed).to.be.at.most(lease - killBefore);
      await starts(contender);
    });

    it("kills a Jenkins that ignores the stop, although the lease process is frozen", async () => {
      const holder = world.machine("i-1");
      holder.stubborn = true;
      holder.boot();
      await starts(holder);
      const contender = world.machine("i-2").boot();
      await world.time.pass(renew);
      holder.freeze("lease");
      await starts(contender);
      expect(Math.max(...writtenBy(holder)) - (10_000 + renew)).to.be.below(lease);
    });

    it("does not start Jenkins on a lease that ended while it stood still", async () => {
      const slow = world.machine("i-1");
      slow.freezeAfterNext("update-item");
      slow.boot();
      const contender = world.machine("i-2").boot();
      await starts(contender);
      slow.thaw();
      await world.time.pass(2 * lease);
      expect(writtenBy(slow)).to.deep.equal([]);
      expect(contender.jenkins).to.equal("active");
    });
  });

  describe("when it cannot renew", () => {
    for (const how of ["refuses", "hangs"] as const) {
      it(`stops Jenkins before the lease can end while DynamoDB ${how}, and starts none`, async () => {
        const holder = await started("i-1");
        const contender = world.machine("i-2").boot();
        await world.time.pass(renew + 1);
        world.table = how;
        const broken = world.time.seconds;
        await ends(holder);
        expect(world.time.seconds - broken).to.be.within(
          lease - stopBefore - 2,
          lease - killBefore,
        );
        await world.time.pass(2 * lease);
        expect(contender.jenkins).to.equal("inactive");
        world.table = "answers";
        await world.time.until("either starts", () =>
          [holder, contender].some(({ jenkins }) => jenkins === "active"),
        );
      });
    }

    it("has stopped before a machine on the other side of a partition starts", async () => {
      const holder = await started("i-1");
      const contender = world.machine("i-2").boot();
      await world.time.pass(2 * lease);
      holder.network = "hangs";
      await starts(contender);
      expect(holder.jenkins).to.equal("inactive");
      expect(Math.min(...writtenBy(contender)) - Math.max(...writtenBy(holder))).to.be.at.least(
        killBefore,
      );
      holder.network = "answers";
      await world.time.pass(2 * lease);
      expect([holder.jenkins, contender.jenkins]).to.deep.equal(["inactive", "active"]);
    });

    it("kills a Jenkins that does not stop, still before the lease can end", async () => {
      const machine = world.machine("i-1");
      machine.stubborn = true;
      machine.boot();
      await starts(machine);
      world.table = "refuses";
      const broken = world.time.seconds;
      await ends(machine);
      await world.time.pass(lease);
      // The machine's own systemd kills after 20 s; the script would at the lease's end.
      expect(Math.max(...writtenBy(machine)) - broken).to.be.below(lease - killBefore);
    });

    it("kills Jenkins at once when another machine holds the lease", async () => {
      const machine = world.machine("i-1");
      machine.stubborn = true;
      machine.boot();
      await starts(machine);
      world.setLease("ma", { owner: "i-2", generation: 1 });
      await ends(machine);
      await world.time.quiet();
      expect(machine.timeOf("kill --signal=SIGKILL jenkins.service")).to.be.at.most(
        10_000 + renew + 1,
      );
      expect(world.lease("ma")).to.include({ owner: "i-2" });
    });

    it("is not undone by its own release that arrives after it took the lease anew", async () => {
      const machine = await started("i-1");
      const contender = world.machine("i-2").boot();
      await world.time.pass(1);
      machine.network = "late";
      await world.time.until("the release is on its way", () =>
        machine.said.includes("was not given back"),
      );
      machine.network = "answers";
      await world.time.until("it starts anew", () => machine.starts === 2);
      expect(world.deliverLate()).to.not.include(0);
      await world.time.pass(2 * lease);
      expect([machine.jenkins, contender.jenkins]).to.deep.equal(["active", "inactive"]);
    });
  });

  describe("the failover record", () => {
    it("stops a Jenkins whose region has lost the generation", async () => {
      world.serves(region, 1, otherRegion);
      const machine = await started("i-1");
      world.serves(otherRegion, 2, otherRegion);
      const lost = world.time.seconds;
      await ends(machine);
      expect(world.time.seconds - lost).to.be.at.most(renew + 1);
      await world.time.pass(lease);
      expect(machine.starts).to.equal(1);
      expect(machine.said).to.include(`generation 2 is served by ${otherRegion}`);
    });

    it("starts a waiting region's Jenkins once the record names the region", async () => {
      world.serves(otherRegion, 1, region);
      const machine = world.machine("i-1", { role: "waiting" }).boot();
      await world.time.pass(lease);
      expect(machine.jenkins).to.equal("inactive");
      expect(world.lease("ma"), "a lease that was not due").to.equal(undefined);

      world.serves(region, 2, region);
      await world.time.pass(retry + 1);
      expect(machine.jenkins).to.equal("active");
      expect(world.lease("ma")?.generation).to.equal(2);
    });

    it("waits for old leases while it waits for its region's turn", async () => {
      world.setLease("ma", { owner: "i-lost", generation: 1 });
      world.serves(otherRegion, 1, region);
      const machine = world.machine("i-1", { role: "waiting" }).boot();
      await world.time.pass(takeover + retry);
      world.serves(region, 2, region);
      await world.time.pass(retry + 1);
      expect(machine.jenkins).to.equal("active");
    });

    it("goes on when the record cannot be read any more, or only an older one", async () => {
      world.serves(region, 2, region);
      const machine = world.machine("i-1", { role: "waiting" }).boot();
      await starts(machine);
      world.record(region, undefined);
      world.serves(otherRegion, 1, otherRegion);
      await world.time.pass(2 * lease);
      expect(machine.jenkins).to.equal("active");
      expect(machine.starts).to.equal(1);
    });

    const nothingReadable = {
      "no table": undefined,
      "an empty item": {},
      nonsense: { generation: { N: "two" }, activeRegion: { S: "moon base" } },
      "half an item": { activeRegion: { S: "eu-west-1" } },
    };
    for (const [what, item] of Object.entries(nothingReadable)) {
      it(`decides by its rendered role where there is ${what}`, async () => {
        for (const each of [region, otherRegion]) world.record(each, item);
        const active = world.machine("i-1").boot();
        const homes = [{ home: "ba", accessPointId: "fsap-ba" }];
        const waiting = world.machine("i-2", { role: "waiting", homes }).boot();
        await world.time.pass(lease);
        expect([active.jenkins, waiting.jenkins]).to.deep.equal(["active", "inactive"]);
      });
    }

    it("ignores a record that is older than what the machine was rendered with", async () => {
      world.serves(otherRegion, 1, otherRegion);
      await starts(world.machine("i-1", { generation: 2 }).boot());
    });

    it("believes its own region's record where two of one generation disagree", async () => {
      world.serves(region, 2, region);
      world.serves(otherRegion, 2, otherRegion);
      await starts(world.machine("i-1").boot());
    });
  });

  describe("going away", () => {
    it("stops Jenkins, then gives the lease back, so that the next machine need not wait", async () => {
      const machine = await started("i-1");
      const next = world.machine("i-2").boot();
      await world.time.pass(lease);
      machine.isTerminating = true;
      const left = machine.run("watch");
      await world.time.pass(retry + 2);
      expect(await left).to.equal(0);
      expect([machine.jenkins, next.jenkins]).to.deep.equal(["inactive", "active"]);
      expect(world.completed).to.deep.equal(["i-1 jenkins-ma-terminate CONTINUE"]);
    });

    it("completes the lifecycle action only after it was asked to leave", async () => {
      const machine = await started("i-1");
      void machine.run("watch");
      await world.time.pass(10 * retry);
      expect(world.completed).to.deep.equal([]);
      machine.isTerminating = true;
      await world.time.pass(2 * retry);
      expect(world.completed).to.have.length(1);
    });

    it("does not give back what another machine holds by now", async () => {
      const machine = world.machine("i-1");
      machine.hold("ma i-1 1 session-1 10050\n");
      world.setLease("ma", { owner: "i-2", generation: 1 });
      await Promise.all([machine.run("release"), world.time.pass(1)]);
      expect(world.lease("ma")).to.include({ owner: "i-2", expiresAt: 9e9 });
      expect(machine.said).to.include("was not given back");
    });

    it("leaves builds no time while an unplanned failover waits for its end, and time otherwise", async () => {
      const leaveIn = async (phase: string, planned: boolean) => {
        const machine = await started(`i-${phase}-${planned}`);
        world.record(otherRegion, {
          generation: { N: "1" },
          activeRegion: { S: region },
          phase: { S: phase },
          planned: { BOOL: planned },
        });
        machine.isTerminating = true;
        await Promise.all([machine.run("watch"), world.time.pass(retry + 2)]);
        return machine.drains;
      };
      expect(await leaveIn("recovering", false)).to.equal(false);
      expect(await leaveIn("blocked", false)).to.equal(false);
      expect(await leaveIn("recovering", true)).to.equal(true);
      expect(await leaveIn("standby", false)).to.equal(true);
    });
  });

  describe("the home", () => {
    it("is mounted again after a mount failed, which systemd itself never repeats", async () => {
      const machine = world.machine("i-1");
      machine.canMount = false;
      machine.boot();
      await world.time.until("it tries again", () => machine.starts >= 2);
      expect(machine.said).to.include("could not be mounted: starting Jenkins again");
      machine.canMount = true;
      await starts(machine);
    });

    it("is not mounted again and again for ever", async () => {
      const timing = { ...defaultLeaseTiming, mountPatience: 6 * renew };
      const machine = world.machine("i-1", { timing });
      machine.canMount = false;
      machine.boot();
      await world.time.pass(8 * renew);
      expect(machine.said).to.include("not trying any more");
      const { starts: before } = machine;
      await world.time.pass(4 * renew);
      expect(machine.starts).to.equal(before);
      expect(world.lease("ma")?.owner, "the lease, until the machine is replaced").to.equal("i-1");
    });

    it("does not bring back a Jenkins that was stopped while its home is mounted", async () => {
      const machine = await started("i-1");
      await machine.supervisor.stopJenkins();
      await world.time.pass(4 * renew);
      expect(machine.starts).to.equal(1);
    });

    it("is not mounted again by a machine that stopped Jenkins itself", async () => {
      const machine = await started("i-1");
      machine.failMount();
      world.serves(otherRegion, 2, otherRegion);
      await world.time.pass(4 * renew);
      expect([machine.starts, machine.jenkins]).to.deep.equal([1, "inactive"]);
    });

    it("refuses a home on the local disk", async () => {
      const machine = world.machine("i-1");
      machine.fileSystem = "xfs";
      expect(await machine.run("check-home")).to.equal(1);
      expect(machine.said).to.include("xfs instead of nfs4");
    });

    it("is waited for while it cannot be written, and the lease is kept meanwhile", async () => {
      const machine = world.machine("i-1");
      const home = join(machine.directory, "home");
      rmSync(home);
      machine.boot();
      await world.time.pass(2 * lease);
      expect(machine.said).to.include("cannot be written yet");
      expect(machine.jenkins).to.equal("activating");
      mkdirSync(home);
      await world.time.pass(retry + 1);
      expect(machine.jenkins).to.equal("active");
    });
  });

  describe("under a cluster manager", () => {
    it("starts and mounts nothing: who starts Jenkins waits for the lease", async () => {
      const machine = world.machine("i-1", { startedBy: "cluster" }).boot();
      await world.time.pass(2 * lease);
      expect(machine.log).to.deep.equal([]);
      expect(machine.supervisor.leaseState).to.equal("active");
      expect(() => machine.mountOptions).to.throw("ENOENT");
      expect(await machine.run("check-home")).to.equal(0);
    });

    it("lets Jenkins wait for a lease, whoever starts it", async () => {
      const machine = world.machine("i-1", { startedBy: "cluster" });
      let status: number | null | undefined;
      void machine.run("check-home").then((ended) => (status = ended));
      await world.time.pass(2 * lease);
      expect(status).to.equal(undefined);
      expect(machine.said).to.include("the lease of this home is not held");
      machine.boot();
      await world.time.pass(retry + 1);
      expect(status).to.equal(0);
    });
  });

  it("gives each call its limit and no more", async () => {
    const machine = await started("i-1");
    world.table = "hangs";
    await world.time.pass(renew + call + 1);
    expect(machine.said).to.include("the lease table does not answer");
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
    const wrong = {
      killBefore: [{ killBefore: 6 }, /Raise killBefore/],
      drift: [{ drift: 1 }, /Raise drift/],
      stopBefore: [{ stopBefore: 69 }, /stopBefore/],
      noTimeToStop: [{ stopBefore: 29 }, /stopBefore \(29\)/],
      watchdog: [{ renew: 25 }, /watchdog/],
      fraction: [{ lease: 90.5 }, /whole seconds/],
    } as const;
    for (const [name, [change, message]] of Object.entries(wrong)) {
      const timing = { ...defaultLeaseTiming, ...change };
      expect(() => renderLeaseSettings({ ...settings, timing }), name).to.throw(message);
    }
  });
});

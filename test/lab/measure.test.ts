import { expect } from "chai";
import { movesAfter, readAddressChange } from "../../lab/measure/addressMoves";
import { outageOf, servedSteadily, serversOf } from "../../lab/measure/outage";
import { longestSilence } from "../../lab/measure/streams";
import { stripOf } from "../../lab/measure/strip";
import { writerProblems } from "../../lab/measure/writers";
import { readUserRecord } from "../../lab/users/samples";
import { samples } from "./samples";

describe("what the lab makes of what it saw", () => {
  describe("an outage", () => {
    it("is none while every request is served, however long one waits for its answer", () => {
      const waited = samples("....").map((sample) => ({ ...sample, took: 1_900 }));
      expect(outageOf(waited)).to.deep.equal({
        longest: 0,
        ended: true,
        failed: 0,
        slowest: 1_900,
      });
    });

    it("lasts from the first request that fails to the next one that is served", () => {
      expect(outageOf(samples("..xxxx..x."))).to.include({ longest: 200, ended: true, failed: 5 });
    });

    it("counts requests that nobody took at first, though they did not fail", () => {
      expect(outageOf(samples("..ss.."))).to.include({ longest: 100, failed: 0, slowest: 1_005 });
      expect(outageOf(samples("..xss.."))).to.include({ longest: 150, failed: 1 });
    });

    it("has not ended when the last request failed, and lasts until that one gave up", () => {
      expect(outageOf(samples("..xx"))).to.include({ longest: 3_050, ended: false, failed: 2 });
    });

    it("does not depend on the order in which answers come", () => {
      const inOrder = samples(".xx.x..");
      expect(outageOf([...inOrder].reverse())).to.deep.equal(outageOf(inOrder));
    });
  });

  describe("steady service", () => {
    const stretch = { from: 0, until: 500, interval: 50 };
    it("is every request of the stretch, served", () => {
      expect(servedSteadily(samples(".........."), stretch)).to.equal(true);
      expect(servedSteadily(samples(".....x...."), stretch)).to.equal(false);
      expect(servedSteadily(samples(".....s...."), stretch)).to.equal(false);
    });
    it("is not there while requests still wait, whose samples are missing", () => {
      expect(servedSteadily(samples("........"), stretch)).to.equal(false);
      expect(servedSteadily([], stretch)).to.equal(false);
    });
  });

  it("names who served in the order of their first answers", () => {
    const [first, second] = [samples("..x."), samples("....", "ba-m2")];
    const later = second.map((sample) => ({ ...sample, begun: sample.begun + 1_000 }));
    expect(serversOf([...later, ...first])).to.deep.equal(["ba-m1", "ba-m2"]);
  });

  it("joins neighbours of a timeline, with the fault at 0", () => {
    expect(stripOf(samples("..xx."), 100)).to.deep.equal([
      { from: -100, to: 0, servedBy: "ba-m1" },
      { from: 0, to: 100 },
      { from: 100, to: 100, servedBy: "ba-m1" },
    ]);
  });

  describe("a home's log of writers", () => {
    const log = (...lines: string[]) => `${lines.join("\n")}\n`;
    it("is fine with one writer after the other", () => {
      expect(writerProblems("ba/m1", log("a 1 10", "a 2 11", "b 1 12", "b 2 13"))).to.be.empty;
    });
    it("shows a second writer who comes back", () => {
      const problems = writerProblems("ba/m1", log("a 1 10", "b 1 11", "a 2 12"));
      expect(problems).to.have.length(1);
      expect(problems[0]).to.equal("ba/m1, line 3: a writes, though b had the home");
    });
    it("shows lines that are lost, doubled, out of time or nobody's", () => {
      expect(writerProblems("h", log("a 1 10", "a 3 11"))[0]).to.include("number 3 after 1");
      expect(writerProblems("h", log("a 1 10", "a 1 11"))[0]).to.include("number 1 after 1");
      expect(writerProblems("h", log("a 1 10", "a 2 9"))[0]).to.include("before the line above");
      expect(writerProblems("h", log("a 1 10", "what"))[0]).to.include('no controller\'s: "what"');
    });
    it("forgives the line that a loss of power cut off, and no other", () => {
      expect(writerProblems("h", "a 1 10\na 2")).to.be.empty;
      expect(writerProblems("h", "a 1 10\na\na 2 12\n")).not.to.be.empty;
    });
  });

  describe("a stream's silence", () => {
    const change = (kind: "up" | "down", at: number) =>
      ({ team: "ba", kind: "agent", change: kind, at }) as const;
    it("is the time from its last answer to the next connection's first", () => {
      const changes = [change("up", 0), change("down", 100), change("up", 700)];
      expect(longestSilence(changes, 50, 900)).to.equal(600);
    });
    it("is none before the fault, and goes on while it is broken", () => {
      const changes = [change("up", 0), change("down", 10), change("up", 40)];
      expect(longestSilence(changes, 50, 900)).to.equal(0);
      expect(longestSilence([...changes, change("down", 100)], 50, 900)).to.equal(800);
    });
  });

  describe("moves of the address", () => {
    const gained =
      "2: eth0    inet 10.77.1.100/24 scope global secondary eth0\\       valid_lft forever";
    it("are read from what `ip monitor` prints", () => {
      expect(readAddressChange(gained, "10.77.1.100")).to.equal("gained");
      expect(readAddressChange(`Deleted ${gained}`, "10.77.1.100")).to.equal("lost");
      expect(readAddressChange(gained, "10.77.1.10")).to.equal(undefined);
    });
    it("count when a machine got it since the fault", () => {
      const moves = [
        { at: 1, machine: "m1", change: "gained" },
        { at: 5, machine: "m1", change: "lost" },
        { at: 6, machine: "m2", change: "gained" },
      ] as const;
      expect(movesAfter(moves, 2)).to.deep.equal([moves[2]]);
    });
  });

  it("reads what the users' process prints", () => {
    expect(readUserRecord('["request","ba",10,0.5,3,"ba-m1",null]')).to.deep.equal({
      kind: "sample",
      sample: { team: "ba", begun: 10, connected: 0.5, took: 3, servedBy: "ba-m1" },
    });
    expect(readUserRecord('["request","ba",10,null,500,null,"ECONNREFUSED"]')).to.deep.equal({
      kind: "sample",
      sample: { team: "ba", begun: 10, took: 500, failure: "ECONNREFUSED" },
    });
    expect(readUserRecord('["stream","ba","agent","down",9,null]')).to.deep.equal({
      kind: "stream",
      stream: { team: "ba", kind: "agent", change: "down", at: 9 },
    });
  });
});

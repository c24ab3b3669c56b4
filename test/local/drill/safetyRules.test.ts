import { expect } from "chai";
import type { FailoverRecord } from "../../../failover/model";
import { checkSafety } from "../../../local/drill/safetyRules";
import type { LoggedCall } from "../../../local/gateway/callLog";
import { answers, call, goodTrace, history, limits, lost, type Parts, put, traceOf } from "./trace";

type Call = Omit<LoggedCall, "number">;
type Calls = { -readonly [Key in keyof Parts["calls"]]: Call };
type Events = Parts["events"];

/** Evidence of the rules that are broken, by rule. */
function broken(
  change: (calls: Calls, events: Events) => void = () => undefined,
  extra: Parameters<typeof traceOf>[1] = [],
  happened: Parameters<typeof traceOf>[2] = [],
): Record<string, string> {
  const parts = goodTrace();
  change(parts.calls, parts.events);
  const results = checkSafety(traceOf(parts, extra, happened), limits);
  const missed = results.filter(({ held }) => !held);
  return Object.fromEntries(missed.map(({ rule, evidence }) => [rule, evidence]));
}

/** Without it, as if it had never been made. */
function omit(parts: object, ...keys: string[]): void {
  for (const key of keys) Reflect.deleteProperty(parts, key);
}

const { confirming, fencing, committed, done } = history();
const next = (parts: Partial<FailoverRecord>): FailoverRecord => ({
  ...done,
  version: 5,
  ...parts,
});

describe("the safety rules over a drill's trace", () => {
  it("hold for a failover as it should be, and say what they were checked on", () => {
    const results = checkSafety(traceOf(goodTrace()), limits);
    expect(results.filter(({ held }) => !held)).to.deep.equal([]);
    expect(results.map(({ rule }) => rule)).to.deep.equal(
      ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S10", "S11"], // S9 is pulumi up's
    );
    // Both the promotion (200) and the end of the replication (204) count.
    expect(results[0]?.evidence).to.contain("2 irreversible requests");
  });

  describe("S1, one writer", () => {
    it("breaks if a replica is promoted before the record names its region", () => {
      const { S1 } = broken((calls) => (calls.fence = { ...calls.promote, at: 121_500 }));
      expect(S1).to.contain("PromoteReadReplica (call 4) came before the record named");
    });
    it("breaks if a replication is ended before, though EFS answers 204", () => {
      const { S1 } = broken((calls) => (calls.fence = { ...calls.free, at: 121_500 }));
      expect(S1).to.contain("DeleteReplicationConfiguration (call 4) came before");
    });
    it("breaks if a controller answers before the commit", () => {
      const { S1 } = broken(undefined, [], [answers(400_000)]);
      expect(S1).to.equal("1 controller answered before the commit.");
    });
    it("breaks if the generation changes twice", () => {
      const { S1 } = broken(undefined, [put(850_000, next({ generation: 3 }))]);
      expect(S1).to.contain("The generation changed 2 times.");
    });
    it("is not proven by a failover that did nothing", () => {
      const { S1 } = broken((calls) => {
        omit(calls, "promote", "free");
      });
      expect(S1).to.contain("nothing was proven");
    });
  });

  describe("S2, traffic last", () => {
    for (const [key, evidence] of [
      ["promoted", "The database was not promoted yet."],
      ["writable", "The home was not writable yet."],
      ["answers", "Only 0 of 1 required teams answered."],
    ] as const) {
      it(`breaks without: ${key}`, () => {
        const { S2 } = broken((_, events) => {
          omit(events, key);
        });
        expect(S2).to.equal(evidence);
      });
    }
    it("breaks if traffic moves too early by DNS", () => {
      const early = { at: 500_000, service: "route53", action: "ChangeResourceRecordSets" };
      expect(broken(undefined, [call(early)]).S2).to.contain("not promoted yet");
    });
    it("breaks if traffic never moves", () => {
      const { S2 } = broken((calls) => {
        omit(calls, "move");
      });
      expect(S2).to.equal("Traffic was never moved.");
    });
  });

  describe("S3, fence first", () => {
    it("breaks if nobody tried to fence", () => {
      const { S3 } = broken((calls) => {
        omit(calls, "fence");
      });
      expect(S3).to.contain("before any attempt to fence");
    });
    it("breaks if the old region answered less than fenceTimeout ago", () => {
      const { S3 } = broken(
        (calls) => (calls.fence = { ...calls.fence, at: 200_000, status: 400 }),
      );
      expect(S3).to.contain("went on unfenced after 221 s");
    });
    it("takes a server error for no answer, as the failover does", () => {
      const { S3 } = broken(
        (calls) => (calls.fence = { ...calls.fence, at: 200_000, status: 500 }),
      );
      expect(S3).to.equal(undefined);
    });
    it("breaks if the record knows no fence", () => {
      const { S3 } = broken(
        (calls) => (calls.committed = put(420_000, { ...committed, steps: fencing.steps })),
      );
      expect(S3).to.contain("PromoteReadReplica met no fence.");
    });
    it("breaks if nobody is told", () => {
      const { S3 } = broken(
        (calls) => (calls.committed = put(420_000, { ...committed, outbox: [] })),
      );
      expect(S3).to.equal("Nobody was told that the failover went on unfenced.");
    });
  });

  it("S4, the latch, breaks if the old region's controllers answer or the record goes back", () => {
    expect(broken(undefined, [], [answers(850_000, lost)]).S4).to.contain("answered again");
    const back = put(850_000, next({ activeRegion: lost }));
    expect(broken(undefined, [back]).S4).to.contain("names the old region");
    const { S4 } = broken((calls) => {
      omit(calls, "done");
    });
    expect(S4).to.contain("At the end the record is recovering.");
  });

  it("S4 lets machines without a home start with their region, but not stay", () => {
    const started = { ...answers(850_000, lost), resource: "i-1" };
    const gone = {
      ...started,
      at: 900_000,
      service: "autoscaling",
      what: "app-shop: instance i-1 is terminating: the desired capacity is smaller",
    };
    const seen = (...happened: (typeof started)[]): boolean | null | undefined => {
      const { calls, events } = goodTrace();
      const results = checkSafety(traceOf({ calls, events }, [], happened), {
        ...limits,
        hasHome: false,
      });
      return results.find(({ rule }) => rule === "S4")?.held;
    };
    expect(seen(started, gone)).to.equal(true);
    expect(seen(started)).to.equal(false);
  });

  it("S5, stale means no, breaks if the record changes after serving or never serves", () => {
    const again = put(850_000, next({ phase: "confirming" }));
    expect(broken(undefined, [again]).S5).to.equal(
      "850 s after the loss the record changed to confirming, generation 2.",
    );
    const { S5 } = broken((calls) => {
      omit(calls, "done");
    });
    expect(S5).to.contain("nothing was proven");
  });

  describe("S6, the RPO gate", () => {
    const withLag = (parts: Partial<FailoverRecord>) =>
      broken((calls) => (calls.committed = put(420_000, { ...committed, ...parts }))).S6;
    it("breaks if a lag is unknown or above its limit", () => {
      expect(withLag({ lag: { home: 1 } })).to.contain("database unknown, home 1");
      expect(withLag({ lag: { database: 301, home: 1 } })).to.contain("database 301");
      expect(withLag({ lag: { database: 1, home: 901 } })).to.contain("home 901");
    });
    it("holds if a person accepted the loss", () => {
      const trigger = { kind: "direct", id: "1", at: 1, human: true, force: true } as const;
      expect(withLag({ trigger, lag: { database: 301 } })).to.equal(undefined);
    });
  });

  it("S7, convergence, breaks if a version is written over another or none is", () => {
    expect(broken(undefined, [put(850_000, next({ version: 4 }))]).S7).to.equal(
      "Version 4 was written over 4.",
    );
    const { S7 } = broken((calls) => {
      omit(calls, "confirming", "fencing", "committed", "done");
    });
    expect(S7).to.contain("nothing was proven");
  });

  it("S8, never stuck, breaks if a running step or a blockage says nothing", () => {
    const steps = { ...fencing.steps, fence: { state: "running" } } as const;
    const mute = broken((calls) => (calls.fencing = put(120_000, { ...fencing, steps })));
    expect(mute.S8).to.equal("Version 2 does not say what fence waits for.");
    const blocked = { ...fencing, phase: "blocked" } as const;
    const stuck = broken((calls) => (calls.fencing = put(120_000, blocked)));
    expect(stuck.S8).to.equal("Version 2 does not say what blocks it.");
    expect(confirming.steps.confirm?.waitsFor).to.be.a("string");
  });

  it("S10, detection from outside, breaks if the probe is silent or in the lost region", () => {
    const own = { MetricData: [{ MetricName: "Phase", Value: 1 }] };
    // The failover's own metrics are no probe.
    const silent = broken((calls) => (calls.probe = { ...calls.probe, input: own }));
    expect(silent.S10).to.equal("The probe published nothing.");
    const inside = broken((calls) => (calls.probe = { ...calls.probe, region: lost }));
    expect(inside.S10).to.equal("Call 1 published in the lost region.");
  });

  it("S11, former data, breaks if anything that held state is deleted", () => {
    const parts = { at: 850_000, service: "elasticfilesystem", action: "DeleteFileSystem" };
    expect(broken(undefined, [call({ ...parts, status: 204 })]).S11).to.equal(
      "Call 10 was DeleteFileSystem by failover.",
    );
    expect(broken(undefined, [call({ ...parts, status: 409 })]).S11).to.equal(undefined);
  });
});

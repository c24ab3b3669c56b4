import { expect } from "chai";
import type { AcceptedTrigger, Observation, Policy } from "../../../failover/model";
import { gate } from "../../../failover/reconcile/gate";
import { homeless, known, now, policy, recordOf, unknown } from "./situations";

const asked: AcceptedTrigger = { kind: "direct", id: "a", at: now, human: true, force: false };

const lags = (database: number | undefined, home: number | undefined): Observation => ({
  replica: known({
    status: "available",
    replicates: true,
    ...(database === undefined ? {} : { lagSeconds: database }),
  }),
  home: known({ state: "replicating", ...(home === undefined ? {} : { lagSeconds: home }) }),
});

describe("the RPO gate", () => {
  const record = recordOf({ trigger: asked });
  const forced = recordOf({ trigger: { ...asked, force: true } });
  const withoutDatabase: Policy = { ...policy, hasDatabase: false };

  it("opens up to both limits, and notes what is lost", () => {
    const verdict = gate(record, lags(300, 1200), policy);
    expect(verdict).to.deep.equal({ open: true, lag: { database: 300, home: 1200 } });
  });

  it("asks no home where machines keep nothing, and nothing at all where nothing is kept", () => {
    const { replica } = lags(60, undefined);
    expect(gate(record, { replica: replica! }, homeless)).to.deep.equal({
      open: true,
      lag: { database: 60 },
    });
    const nothing = gate(record, {}, { ...homeless, hasDatabase: false });
    expect(nothing).to.deep.equal({ open: true, lag: {} });
  });

  it("asks no replica where there is no database", () => {
    const { home } = lags(undefined, 60);
    const verdict = gate(record, { home: home! }, withoutDatabase);
    expect(verdict).to.deep.equal({ open: true, lag: { home: 60 } });
  });

  const refused: Record<string, [Observation, "database" | "home", RegExp]> = {
    "a replica that is further behind": [
      lags(300.6, 0),
      "database",
      /replica was 301 s .* 300 s is allowed/,
    ],
    "a replica of unknown lag": [
      lags(undefined, 0),
      "database",
      /replica's lag is unknown; up to 300 s/,
    ],
    "a home that is further behind": [
      lags(0, 1201),
      "home",
      /home was 1201 s .* 1200 s is allowed/,
    ],
    "a home of unknown lag": [lags(0, undefined), "home", /home's lag is unknown; up to 1200 s/],
  };
  for (const [what, [seen, step, reason]] of Object.entries(refused)) {
    it(`refuses ${what}, and says how a person can accept it`, () => {
      const verdict = gate(record, seen, policy);
      expect(verdict).to.include({ open: false, step });
      expect(verdict).to.have.property("reason").that.matches(reason);
      expect(verdict)
        .to.have.property("remedy")
        .that.matches(/--stack dr --force --reason/);
    });
  }

  const unread: Record<string, [Observation, "database" | "home", RegExp]> = {
    "the replica cannot be read": [
      { ...lags(1, 1), replica: unknown("failed", "boom") },
      "database",
      /replica cannot be read \(boom\)/,
    ],
    "nobody looked at the replica": [{ home: lags(1, 1).home! }, "database", /not observed/],
    "the home cannot be read": [
      { ...lags(1, 1), home: unknown("failed", "boom") },
      "home",
      /home cannot be read \(boom\)/,
    ],
    "nobody looked at the home": [{ replica: lags(1, 1).replica! }, "home", /not observed/],
  };
  for (const [what, [seen, step, reason]] of Object.entries(unread)) {
    it(`is undecided while ${what}`, () => {
      const verdict = gate(record, seen, policy);
      expect(verdict).to.include({ open: "unread", step });
      expect(verdict).to.have.property("reason").that.matches(reason);
      expect(verdict).to.have.property("remedy").that.includes("--abort");
    });
  }

  it("opens to a person's force, and notes the lag as far as it is known", () => {
    const verdict = (seen: Observation) => gate(forced, seen, policy);
    expect(verdict(lags(9999, undefined))).to.deep.equal({ open: true, lag: { database: 9999 } });
    expect(verdict(lags(undefined, 9999))).to.deep.equal({ open: true, lag: { home: 9999 } });
    expect(verdict({ replica: unknown("failed"), home: unknown("failed") })).to.deep.equal({
      open: true,
      lag: {},
    });
    expect(verdict({})).to.deep.equal({ open: true, lag: {} });
  });

  describe("for a planned role change", () => {
    const trigger: AcceptedTrigger = { ...asked, planned: true };
    const fencedAt = now - 60_000;
    const fenced = recordOf({ trigger, steps: { fence: { state: "done", endedAt: fencedAt } } });
    const synced = (database: number | undefined, home: number | undefined): Observation => ({
      replica: known({
        status: "available",
        replicates: true,
        ...(database === undefined ? {} : { syncedUntil: database }),
      }),
      home: known({ state: "replicating", ...(home === undefined ? {} : { syncedUntil: home }) }),
    });

    it("is the ordinary one until the fence stands", () => {
      expect(gate(recordOf({ trigger }), lags(301, 0), policy)).to.include({ open: false });
    });

    it("opens after it once nothing of before it is missing", () => {
      const verdict = gate(fenced, synced(fencedAt, fencedAt), policy);
      expect(verdict).to.deep.equal({ open: true, lag: { database: 0, home: 0 } });
      const { home } = synced(undefined, fencedAt);
      const alone = gate(fenced, { home: home! }, withoutDatabase);
      expect(alone).to.deep.equal({ open: true, lag: { home: 0 } });
    });

    const waits: Record<string, [Observation, "database" | "home", RegExp]> = {
      "a replica that lacks a moment": [
        synced(fencedAt - 1, fencedAt),
        "database",
        /complete until 11:58:59 UTC; the fence stood at 11:59:00 UTC/,
      ],
      "a replica that does not say": [
        synced(undefined, fencedAt),
        "database",
        /replica does not say how far it is/,
      ],
      "a home that lacks a moment": [
        synced(fencedAt, fencedAt - 1),
        "home",
        /home is complete until 11:58:59 UTC/,
      ],
      "a home that cannot be read": [
        { ...synced(fencedAt, undefined), home: unknown("failed", "boom") },
        "home",
        /cannot be read \(boom\)/,
      ],
      "a replica at which nobody looked": [
        { home: synced(fencedAt, fencedAt).home! },
        "database",
        /not observed/,
      ],
    };
    for (const [what, [seen, step, reason]] of Object.entries(waits)) {
      it(`waits for ${what}`, () => {
        const verdict = gate(fenced, seen, policy);
        expect(verdict).to.include({ open: "unread", step });
        expect(verdict).to.have.property("reason").that.matches(reason);
      });
    }

    it("waits where the fence's own time is unknown", () => {
      const undated = recordOf({ trigger, steps: { fence: { state: "done" } } });
      const verdict = gate(undated, synced(now, now), policy);
      expect(verdict).to.include({ open: "unread", step: "database" });
      expect(verdict).to.have.property("reason").that.includes("a time that is not on record");
    });
  });
});

import { expect } from "chai";
import type { FailoverRecord, Trigger, UnfencedAcceptance } from "../../../failover/model";
import { run } from "../../../failover/run";
import { admit } from "../../../failover/reconcile";
import { acceptanceHolds } from "../../../failover/reconcile/unfenced";
import { minutes, SimulatedClock, SimulatedCloud } from "../../support/simulatedCloud";
import { lacking, now, policy, recordOf } from "./situations";

const accepting = (changes: object = {}): Extract<Trigger, { kind: "direct" | "config" }> => ({
  kind: "direct",
  id: "accept-1",
  at: now,
  command: "acceptUnfenced",
  force: false,
  generation: 2,
  reason: "us-east-1 is lost for weeks",
  by: "ada on laptop",
  ...changes,
});

/** Serves; the former region has been silent for just long enough. */
const unfenced = recordOf({
  phase: "serving",
  generation: 2,
  activeRegion: "eu-west-1",
  committedAt: now - 900_000,
  silentSince: now - policy.fenceTimeout,
  steps: { fence: { state: "unconfirmed", startedAt: 1, endedAt: 2 } },
});

const acceptance: UnfencedAcceptance = { id: "a", at: now, by: "ada", reason: "lost" };

describe("giving up a region that was never seen fenced", () => {
  it("notes who, when and why, and tells everybody", () => {
    const { record, accepted } = admit(unfenced, accepting(), policy, now);
    expect(accepted).to.equal(true);
    expect(record.unfencedAcceptance).to.deep.equal({
      id: "accept-1",
      at: now,
      by: "ada on laptop",
      reason: "us-east-1 is lost for weeks",
    });
    expect(record.outbox.map(({ id, severity }) => [id, severity])).to.deep.equal([
      ["unfenced-accepted-accept-1", "page"],
    ]);
    expect(record.outbox[0]?.body).to.match(
      /ada on laptop accepts that us-east-1 was never seen fenced: us-east-1 is lost for weeks .*Fencing goes on.*lost/,
    );
    const rest = ["unfencedAcceptance", "outbox", "seenTriggers"] as const;
    expect(lacking(record, ...rest), "nothing else changes").to.deep.equal(
      lacking(unfenced, ...rest),
    );
  });

  it("says so where nobody gave a name", () => {
    const { record } = admit(unfenced, lacking(accepting(), "by"), policy, now);
    expect(record.unfencedAcceptance?.by).to.equal("an unnamed person");
  });

  const refused: Record<string, [FailoverRecord, object, RegExp]> = {
    "without a reason": [unfenced, { reason: undefined }, /needs a reason/],
    "with an empty reason": [unfenced, { reason: "  " }, /needs a reason/],
    "for another generation": [unfenced, { generation: 1 }, /generation 1; this is 2/],
    "that was confirmed": [
      { ...unfenced, steps: { fence: { state: "done" } } },
      {},
      /no unconfirmed fence/,
    ],
    "before the failover serves": [
      { ...unfenced, phase: "recovering" },
      {},
      /no unconfirmed fence/,
    ],
    "where nothing was ever failed over": [recordOf(), { generation: 1 }, /no unconfirmed fence/],
    "while the region answers": [
      lacking(unfenced, "silentSince"),
      {},
      /us-east-1 has answered within the last 5 min.*wait/,
    ],
    "that has answered just now": [
      { ...unfenced, silentSince: now - policy.fenceTimeout + 1 },
      {},
      /answered within the last 5 min/,
    ],
    twice: [{ ...unfenced, unfencedAcceptance: acceptance }, {}, /ada has accepted it already/],
  };
  for (const [what, [record, changes, because]] of Object.entries(refused)) {
    it(`is refused ${what}, and changes nothing`, () => {
      const admission = admit(record, accepting(changes), policy, now);
      expect(admission.accepted).to.equal(false);
      expect(admission.because).to.match(because);
      expect(lacking(admission.record, "seenTriggers")).to.deep.equal(
        lacking(record, "seenTriggers"),
      );
    });
  }

  it("may be said again in another silence", () => {
    const earlier = { ...acceptance, at: unfenced.silentSince! - 1 };
    const record = { ...unfenced, unfencedAcceptance: earlier };
    expect(acceptanceHolds(record)).to.equal(false);
    expect(admit(record, accepting(), policy, now).accepted).to.equal(true);
  });

  it("holds for an open fence of the silence in which it was said, and for nothing else", () => {
    const at = unfenced.silentSince!;
    const record = { ...unfenced, unfencedAcceptance: { ...acceptance, at } };
    expect(acceptanceHolds(record)).to.equal(true);
    expect(acceptanceHolds(unfenced)).to.equal(false);
    expect(acceptanceHolds(lacking(record, "silentSince"))).to.equal(false);
    expect(acceptanceHolds({ ...record, phase: "recovering" })).to.equal(false);
    expect(acceptanceHolds({ ...record, steps: { fence: { state: "done" } } })).to.equal(false);
  });

  it("does not end the fencing: a region that comes back is fenced, and that is announced", async () => {
    const clock = new SimulatedClock();
    const cloud = new SimulatedCloud(clock);
    const invoke = (trigger: Trigger, forMinutes: number) =>
      run(
        cloud,
        clock,
        trigger,
        { plan: cloud.plan, deadline: clock.now() + minutes(forMinutes) },
        () => undefined,
      );
    cloud.loseActiveRegion();
    const ask = { command: "failover", generation: 1, id: "r" };
    await invoke(accepting({ ...ask, at: clock.now() }), 60);
    expect(cloud.record).to.include({ phase: "serving" });
    const { accepted } = await invoke(accepting({ at: clock.now() }), 1);
    expect(accepted).to.equal(true);
    expect(acceptanceHolds(cloud.record!)).to.equal(true);
    expect(cloud.announced.at(-1)?.subject).to.include("given up UNFENCED");

    const asked = cloud.requested("fenceGroups");
    cloud.active.controlPlaneAnswers = true;
    await invoke({ kind: "schedule" }, 1);
    expect(cloud.requested("fenceGroups")).to.be.greaterThan(asked);
    expect(acceptanceHolds(cloud.record!), "it answers: it can be fenced").to.equal(false);
    clock.advance(minutes(2));
    await invoke({ kind: "schedule" }, 1);
    expect(cloud.record?.steps.fence?.state).to.equal("done");
    expect(cloud.announced.at(-1)?.subject).to.include("is fenced now");
    expect(cloud.record?.unfencedAcceptance?.reason, "on record for good").to.be.a("string");
  });
});

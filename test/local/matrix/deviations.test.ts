import { expect } from "chai";
import type { Blockage } from "../../../failover/model";
import { deviationsOf, type Witness } from "../../../local/matrix/deviations";
import { differences, type Outcome, servingEnd } from "../../../local/matrix/outcome";

const good: Witness = {
  minutes: 3,
  end: servingEnd,
  rules: [{ rule: "S1", statement: "One writer.", held: true, evidence: "One commit." }],
  unfenced: false,
  pages: ["The failover to generation 2 is complete after 3.0 min (RTO)."],
  errors: [],
  promotions: 1,
  freed: 1,
  touched: ["rds PromoteReadReplica eu-west-1"],
  unmet: [],
  defects: [],
};
const serving: Outcome = { kind: "serving", within: 5 };
const of = (seen: Partial<Witness>, promise: Outcome = serving): string[] =>
  deviationsOf({ promise }, { ...good, ...seen });

describe("a case of the failure matrix", () => {
  it("is as promised when everything is", () => {
    expect(of({})).to.deep.equal([]);
  });

  it("deviates by a wrong end state, and says where", () => {
    const [first, ...others] = servingEnd.newGroups;
    const end = { ...servingEnd, newGroups: [{ ...first!, instances: 2 }, ...others] };
    expect(of({ end })).to.deep.equal(["newGroups.0.instances is 2, not 1"]);
    expect(of({ end: { ...servingEnd, oldEndpoint: "0/128" } })).to.have.length(1);
    expect(
      of({ end: { ...servingEnd, record: { ...servingEnd.record, generation: 3 } } }),
    ).to.deep.equal(["record.generation is 3, not 2"]);
    expect(differences({ a: [1] }, { a: [1, 2] })).to.deep.equal(["a.1 is 2, not undefined"]);
  });

  it("deviates by a broken safety rule, but for the probe's, which does not run", () => {
    const rule = (name: string) => ({ rule: name, statement: "", held: false, evidence: "x" });
    expect(of({ rules: [rule("S1"), rule("S10")] })).to.deep.equal(["S1 is broken: x"]);
  });

  it("deviates by an effect that came twice or never", () => {
    expect(of({ promotions: 2 })).to.deep.equal(["The replica was promoted 2 times."]);
    expect(of({ freed: 0 })).to.deep.equal(["The home was freed 0 times."]);
  });

  it("deviates by trouble that met nothing, and by a defect of the local AWS", () => {
    expect(of({ unmet: ["throttle"] })).to.deep.equal(["The trouble met no call: throttle."]);
    expect(of({ defects: ["x"] })).to.deep.equal(["Defect of the local AWS: x"]);
  });

  it("deviates by being late, silent, blocked or unfenced without a promise of it", () => {
    expect(of({ minutes: 6 })[0]).to.contain("not within 5");
    expect(of({ pages: [] })).to.deep.equal(["Nobody was told of the end."]);
    const blockage = { step: "home", since: 1, reason: "r", remedy: "m", pagedAt: 1 } as const;
    expect(of({ blockage })).to.deep.equal(["It was blocked at home: r"]);
    expect(of({ unfenced: true })).to.deep.equal([
      "Nobody was told that it went on unfenced.",
      "It went on without a confirmed fence.",
    ]);
    expect(of({}, { ...serving, unfenced: true })).to.deep.equal(["It did not go on unfenced."]);
  });

  describe("that is to block", () => {
    const promise: Outcome = { kind: "blocked", step: "home", reason: "lag", remedy: "--force" };
    const blockage: Blockage = {
      ...{ step: "home" as const, since: 1, pagedAt: 1 },
      ...{ reason: "The home's lag is unknown.", remedy: "Ask with --force." },
    };
    const page = `Blocked since 1970: ${blockage.reason} What to do: ${blockage.remedy}`;
    const pages = [...good.pages, page];

    it("is as promised with step, since when, why and what to do", () => {
      expect(of({ blockage, pages }, promise)).to.deep.equal([]);
    });

    it("deviates without the blockage, and by each part of it that differs", () => {
      expect(of({}, promise)).to.deep.equal(["It was never blocked."]);
      const wrong = { ...blockage, step: "database", since: 0 } as const;
      expect(of({ blockage: wrong, pages }, promise)).to.have.length(2);
      const mute = { ...blockage, remedy: "", reason: "x" };
      expect(of({ blockage: mute, pages }, promise)).to.have.length(3);
      expect(of({ blockage }, promise)).to.deep.equal(["No page says why and what to do."]);
    });
  });

  it("whose runs are to fail deviates when none fails", () => {
    const promise: Outcome = { kind: "failing", error: "AccessDenied" };
    expect(of({ errors: ["AccessDeniedException: no"] }, promise)).to.deep.equal([]);
    expect(of({}, promise)[0]).to.contain("none failed");
  });

  it("that is to change nothing deviates by a touch, a phase and a generation", () => {
    const record = { ...servingEnd.record, phase: "standby", generation: 1 };
    const end = { ...servingEnd, record };
    const promise: Outcome = { kind: "unchanged", phase: "standby" };
    expect(of({ end, touched: [] }, promise)).to.deep.equal([]);
    expect(of({ end }, promise)).to.have.length(1);
    expect(of({ touched: [] }, promise)).to.have.length(2);
  });
});

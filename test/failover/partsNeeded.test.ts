import { expect } from "chai";
import { type FailoverRecord, initialRecord, type Step } from "../../failover/model";
import { partsNeeded } from "../../failover/reconcile";
import { policyOf } from "../../failover/plan";
import { homelessPlan, samplePlan } from "../support/simulatedCloud";

const policy = policyOf(samplePlan);

const done: Step = { state: "done" };

function record(changes: Partial<FailoverRecord>): FailoverRecord {
  return { ...initialRecord("eu-central-1", 1, 0), ...changes };
}

describe("what a round looks at", () => {
  it("is the alarm alone while nothing is wrong", () => {
    expect(partsNeeded(record({}), policy)).to.deep.equal(["alarm"]);
  });

  it("is also what an aborted attempt touched, until it was seen put back", () => {
    const aborted = record({ phase: "aborted" });
    expect(partsNeeded(aborted, policy)).to.include.members(["activeGroups", "traffic"]);
    expect(partsNeeded({ ...aborted, settledAt: 1 }, policy)).to.deep.equal(["alarm"]);
  });

  it("is the waiting groups until they are in service, and while nothing else keeps teams from answering", () => {
    const looksAtGroups = (steps: FailoverRecord["steps"]): boolean =>
      partsNeeded(record({ phase: "recovering", steps }), policy).includes("waitingGroups");
    expect(looksAtGroups({ capacity: { state: "running" } })).to.equal(true);
    expect(looksAtGroups({ capacity: done })).to.equal(false);
    expect(looksAtGroups({ capacity: done, home: done })).to.equal(true);
    expect(looksAtGroups({ capacity: done, home: done, controllers: done })).to.equal(false);
  });

  it("is the waiting groups of a region that serves until no run of an aborted attempt can lower them", () => {
    const serving = record({ phase: "serving" });
    expect(partsNeeded(serving, policy)).to.include("waitingGroups");
    expect(partsNeeded({ ...serving, settledAt: 1 }, policy)).not.to.include("waitingGroups");
  });

  it("is the old region's answers only until the commit", () => {
    const recovering = record({ phase: "recovering" });
    expect(partsNeeded(recovering, policy)).to.include("answers");
    expect(partsNeeded({ ...recovering, committedAt: 1 }, policy)).not.to.include("answers");
  });

  it("is the replica only where there is a database", () => {
    const recovering = record({ phase: "recovering" });
    expect(partsNeeded(recovering, policy)).to.include.members(["replica", "home"]);
    expect(partsNeeded(recovering, policyOf(homelessPlan)))
      .to.include("replica")
      .and.not.include("home");
    const without = partsNeeded(recovering, { ...policy, hasDatabase: false });
    expect(without).to.include("home").and.not.to.include("replica");
  });

  it("is all that its phase decides on, and no call more", () => {
    const parts = (changes: Partial<FailoverRecord>) => partsNeeded(record(changes), policy);
    const gate = ["replica", "home"] as const;
    expect(parts({ phase: "aborted" })).to.have.members([
      "alarm",
      "activeGroups",
      "waitingGroups",
      "traffic",
    ]);
    expect(parts({ edgeShut: true })).to.have.members(["alarm", "traffic"]);
    expect(parts({ phase: "confirming" })).to.have.members([
      "answers",
      "targets",
      "lastAlive",
      ...gate,
    ]);
    const after = ["lastAlive", "activeGroups", "waitingTeams", "traffic", ...gate] as const;
    const before = [...after, "waitingGroups", "answers"] as const;
    expect(parts({ phase: "recovering" })).to.have.members(before);
    const risen = { capacity: done, controllers: done };
    expect(parts({ phase: "recovering", committedAt: 1, steps: risen })).to.have.members(after);
    expect(parts({ phase: "serving", settledAt: 1 })).to.have.members(["activeGroups", "traffic"]);
  });

  it("is what a blocked failover was at when it was blocked", () => {
    const early = record({ phase: "blocked" });
    const late = record({ phase: "blocked", steps: { confirm: done } });
    expect(partsNeeded(early, policy)).to.include("targets");
    expect(partsNeeded(late, policy)).to.include("activeGroups");
  });
});

import { expect } from "chai";
import { type FailoverRequest, readTrigger } from "../../failover/failoverFunction";
import { humanCommands } from "../../failover/model";
import { samplePlan } from "../support/simulatedCloud";

describe("what the failover function is sent", () => {
  const request: FailoverRequest = {
    source: "direct",
    command: "failover",
    id: "direct-1",
    at: "2026-01-01T00:00:00Z",
    generation: 1,
  };

  for (const command of humanCommands) {
    it(`is a person's ${command}, with who and why`, () => {
      const sent = { ...request, command, reason: "why", by: "who" };
      expect(readTrigger(sent, samplePlan, 0)).to.deep.include({
        kind: "direct",
        command,
        at: Date.UTC(2026, 0, 1),
        reason: "why",
        by: "who",
      });
    });
  }

  it("is refused where its command is none, instead of taken for a failover", () => {
    expect(() => readTrigger({ ...request, command: "abrot" }, samplePlan, 0)).to.throw(
      /"abrot"; it is one of failover, abort, acceptUnfenced\. Nothing was asked for/,
    );
  });
});

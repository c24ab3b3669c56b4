import { expect } from "chai";
import { defaultLeaseTiming } from "../../components/jenkins/leaseTiming";
import { figuresOf, shortFigures } from "../../explore/lease/figures";
import { deployedGuards } from "../../explore/lease/guards";
import {
  type LeaseSabotageName,
  leaseSabotages,
  leaseScenarios,
} from "../../explore/lease/leaseScenarios";
import { exploreLease } from "../../explore/lease/leaseSearch";

/** How many steps the shortest trace to each loss takes. */
const traces: Readonly<Record<LeaseSabotageName, number>> = {
  patience: 8,
  condition: 6,
  sessions: 13,
  stopsInTime: 28,
  watchdog: 18,
  honestWatchdog: 21,
  promptAnswers: 21,
  checkedStart: 19,
  steadyWait: 3,
  fence: 19,
};

describe("the exploration of the start lease", () => {
  for (const [name, length] of Object.entries(traces) as [LeaseSabotageName, number][]) {
    const { what, mischief, guards } = leaseSabotages[name];

    it(`finds it when ${what}`, () => {
      const liveness = name === "steadyWait";
      const { violation } = exploreLease(shortFigures, mischief, guards, liveness);
      expect(violation?.trace).to.have.length(length);
    });
  }

  /** Machines that die as well would make it take several times as long. */
  const cutOff = { ...leaseScenarios.partition.mischief, crashes: false };

  it("finds no two writers with the deployed figures, and somebody who serves from every state", () => {
    const result = exploreLease(figuresOf(defaultLeaseTiming), cutOff, deployedGuards);
    expect(result.violation).to.equal(undefined);
    expect(result.complete).to.equal(true);
    expect(result.bound).to.be.at.most(110);
  });

  it("would notice a figure that breaks the proportions", () => {
    const figures = figuresOf({ ...defaultLeaseTiming, stopBefore: 10 });
    const { violation } = exploreLease(figures, cutOff, { ...deployedGuards, watchdog: false });
    expect(violation?.what).to.equal("Two machines write.");
  });
});

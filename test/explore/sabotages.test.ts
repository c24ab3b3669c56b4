import { expect } from "chai";
import { explore } from "../../explore/exploration";
import type { Rule } from "../../explore/rules/rule";
import { sabotages } from "../../explore/sabotage/sabotages";

/** How many transitions the shortest trace to each sabotage takes. */
const traces: Readonly<Record<Rule, number>> = {
  S1: 13,
  S2: 19,
  S3: 8,
  S4: 11,
  S5: 1,
  S6: 12,
  S7: 6,
  S8: 2,
};

describe("the exploration", () => {
  for (const [rule, length] of Object.entries(traces) as [Rule, number][]) {
    const { what, environment, decider } = sabotages[rule];

    it(`finds ${rule} broken when ${what}`, () => {
      const { violations } = explore(environment, decider, { until: [rule], limit: 100_000 });
      const found = violations.find((each) => each.rule === rule);
      expect(found?.trace, `violations: ${JSON.stringify(violations)}`).to.have.length(length);
    });
  }
});

import { expect } from "chai";
import { explore } from "../../explore/exploration";
import { type SabotageName, sabotages } from "../../explore/sabotage/sabotages";

/** How many transitions the shortest trace to each sabotage takes. */
const traces: Readonly<Record<SabotageName, number>> = {
  S1: 13,
  S2: 20,
  S3: 8,
  S4: 11,
  S5: 1,
  S6: 12,
  S7: 6,
  S8: 2,
  planned: 8,
};

describe("the exploration", () => {
  for (const [name, length] of Object.entries(traces) as [SabotageName, number][]) {
    const { rule, what, environment, decider } = sabotages[name];

    it(`finds ${rule} broken when ${what}`, () => {
      const { violations } = explore(environment, decider, { until: [rule], limit: 100_000 });
      const found = violations.find((each) => each.rule === rule);
      expect(found?.trace, `violations: ${JSON.stringify(violations)}`).to.have.length(length);
    });
  }
});

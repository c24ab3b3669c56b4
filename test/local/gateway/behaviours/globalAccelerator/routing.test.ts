import { expect } from "chai";
import fc from "fast-check";
import {
  route,
  type RoutedEndpoint,
  type RoutedGroup,
} from "../../../../../local/gateway/behaviours/globalAccelerator/routing";

const never = () => 0.999999;

function group(
  region: string,
  trafficDialPercentage: number,
  ...endpoints: readonly (readonly [weight: number, healthy: boolean])[]
): RoutedGroup {
  return {
    region,
    trafficDialPercentage,
    endpoints: endpoints.map(([weight, healthy], index) => ({
      endpointId: `${region}-${index}`,
      weight,
      healthy,
    })),
  };
}

/** Numbers in [0, 1) that repeat from run to run. */
function dice(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Share of connections by where they went and why. */
function shares(groups: readonly RoutedGroup[], connections = 4000): Record<string, number> {
  const draw = dice();
  const counts: Record<string, number> = {};
  for (let each = 0; each < connections; each++) {
    const chosen = route(groups, draw);
    const key = chosen === undefined ? "dropped" : `${chosen.endpointId} ${chosen.because}`;
    counts[key] = (counts[key] ?? 0) + 1 / connections;
  }
  return counts;
}

describe("Global Accelerator's routing", () => {
  describe("of an active and a waiting region", () => {
    // Every state that the pilot light can be in: dials, weights and health of both regions.
    const rows: [string, RoutedGroup, RoutedGroup, string][] = [
      [
        "both healthy: the active one",
        group("a", 100, [128, true]),
        group("w", 0, [128, true]),
        "a-0 dial",
      ],
      [
        "only the active one is healthy",
        group("a", 100, [128, true]),
        group("w", 0, [128, false]),
        "a-0 dial",
      ],
      [
        "the active one dies: a dial of 0 does not hold traffic back",
        group("a", 100, [128, false]),
        group("w", 0, [128, true]),
        "w-0 failover",
      ],
      [
        "nothing is healthy: fails open to the closest",
        group("a", 100, [128, false]),
        group("w", 0, [128, false]),
        "a-0 failOpen",
      ],
      [
        "failed over, the old region dead",
        group("a", 0, [0, false]),
        group("w", 100, [128, true]),
        "w-0 dial",
      ],
      [
        "failed over, the old region revived: weight 0 draws nothing back",
        group("a", 0, [0, true]),
        group("w", 100, [128, true]),
        "w-0 dial",
      ],
      [
        "failed over, then the new region dies while the old one is healthy",
        group("a", 0, [0, true]),
        group("w", 100, [128, false]),
        "w-0 failOpen",
      ],
      [
        "weight set to 0 but the dial still at 100",
        group("a", 100, [0, true]),
        group("w", 0, [128, true]),
        "w-0 failover",
      ],
      [
        "dials moved but the old weight left: drifts back when the new region dies",
        group("a", 0, [128, true]),
        group("w", 100, [128, false]),
        "a-0 failover",
      ],
      [
        "dial 0 with a weight left gets nothing while the other is healthy",
        group("a", 0, [128, true]),
        group("w", 100, [128, true]),
        "w-0 dial",
      ],
      [
        "both dials at 0: the closest healthy one",
        group("a", 0, [128, true]),
        group("w", 0, [128, true]),
        "a-0 failover",
      ],
      [
        "all weights 0: nobody takes it",
        group("a", 100, [0, true]),
        group("w", 100, [0, true]),
        "dropped",
      ],
    ];
    for (const [name, active, waiting, expected] of rows) {
      it(name, () => {
        expect(shares([active, waiting], 50)).to.have.all.keys(expected);
      });
    }
  });

  it("lets a dial take its share and hands the rest to the next group", () => {
    const result = shares([group("a", 30, [128, true]), group("b", 100, [128, true])]);
    expect(result["a-0 dial"]).to.be.closeTo(0.3, 0.03);
    expect(result["b-0 dial"]).to.be.closeTo(0.7, 0.03);
  });

  it("shares inside of a group by weight among the healthy", () => {
    const result = shares([group("a", 100, [64, true], [192, true], [255, false], [0, true])]);
    expect(result["a-0 dial"]).to.be.closeTo(0.25, 0.03);
    expect(result["a-1 dial"]).to.be.closeTo(0.75, 0.03);
    expect(Object.keys(result)).to.have.length(2);
  });

  it("keeps traffic that every dial turns away with the closest dialled group", () => {
    const groups = [group("a", 0, [128, true]), group("b", 10, [128, true])];
    expect(route(groups, never)).to.include({ region: "b", because: "dial" });
  });

  it("looks at three other groups only before it fails open", () => {
    const dead = ["b", "c", "d"].map((region) => group(region, 100, [128, false]));
    const far = group("e", 100, [128, true]);
    expect(route([group("a", 100, [128, false]), ...dead, far], () => 0)).to.include({
      region: "a",
      because: "failOpen",
    });
    expect(route([group("a", 100, [128, false]), ...dead.slice(1), far], () => 0)).to.include({
      region: "e",
      because: "failover",
    });
  });

  it("has no route without groups or endpoints", () => {
    expect(route([], () => 0)).to.equal(undefined);
    expect(route([group("a", 100)], () => 0)).to.equal(undefined);
  });

  describe("always", () => {
    const endpoint = fc.record({
      weight: fc.constantFrom(0, 1, 128, 255),
      healthy: fc.boolean(),
    });
    const groups = fc
      .array(
        fc.record({
          dial: fc.constantFrom(0, 1, 50, 100),
          endpoints: fc.array(endpoint, { maxLength: 3 }),
        }),
        // With all dials at 0 a fourth group is beyond a failover's reach, see above.
        { maxLength: 3 },
      )
      .map((made) =>
        made.map(({ dial, endpoints }, index): RoutedGroup => ({
          region: `r${index}`,
          trafficDialPercentage: dial,
          endpoints: endpoints.map((each, at): RoutedEndpoint => ({
            ...each,
            endpointId: `r${index}-${at}`,
          })),
        })),
      );
    const all = (made: readonly RoutedGroup[]) => made.flatMap(({ endpoints }) => endpoints);

    function holds(check: (made: readonly RoutedGroup[], draw: () => number) => void): void {
      fc.assert(
        fc.property(groups, fc.integer({ min: 1 }), (made, seed) => {
          check(made, dice(seed));
        }),
        { numRuns: 1000 },
      );
    }

    it("never chooses an endpoint of weight 0", () => {
      holds((made, draw) => {
        const chosen = route(made, draw);
        const endpoint_ = all(made).find(({ endpointId }) => endpointId === chosen?.endpointId);
        expect(endpoint_?.weight ?? 1).to.be.greaterThan(0);
      });
    });

    it("chooses a healthy endpoint while there is one with weight", () => {
      holds((made, draw) => {
        const able = all(made).some(({ healthy, weight }) => healthy && weight > 0);
        const chosen = route(made, draw);
        if (able) expect(chosen?.because).to.be.oneOf(["dial", "failover"]);
        else expect(chosen?.because ?? "failOpen").to.equal("failOpen");
      });
    });

    it("drops a connection only when no endpoint has weight", () => {
      holds((made, draw) => {
        const dropped = route(made, draw) === undefined;
        expect(dropped).to.equal(all(made).every(({ weight }) => weight === 0));
      });
    });

    it("leaves a group whose dial is 0 alone unless it is a failover or fails open", () => {
      holds((made, draw) => {
        const chosen = route(made, draw);
        if (chosen?.because !== "dial") return;
        const group_ = made.find(({ region }) => region === chosen.region);
        expect(group_?.trafficDialPercentage).to.be.greaterThan(0);
      });
    });
  });
});

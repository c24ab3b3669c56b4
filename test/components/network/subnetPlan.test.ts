import { expect } from "chai";
import fc from "fast-check";
import { bastionRange, planSubnets, subnetProblems } from "../../../components/network/subnetPlan";

function bounds(range: string): [number, number] {
  const [address, mask] = range.split("/") as [string, string];
  const first = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [first, first + 2 ** (32 - Number(mask)) - 1];
}

describe("subnet plan", () => {
  it("divides a /16 over two zones", () => {
    expect(planSubnets("10.10.0.0/16", 2).ranges).to.deep.equal({
      private: ["10.10.0.0/18", "10.10.128.0/18"],
      public: ["10.10.64.0/20", "10.10.192.0/20"],
      isolated: ["10.10.80.0/20", "10.10.208.0/20"],
    });
    expect(bastionRange("10.10.0.0/16", 2)).to.equal("10.10.127.240/28");
  });

  it("never lets ranges overlap or leave the VPC, and starts each where its size demands", () => {
    const vpcs = fc.tuple(
      fc.integer({ min: 16, max: 20 }),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(2, 3),
    );
    fc.assert(
      fc.property(vpcs, ([mask, second, zones]) => {
        const cidr = `10.${second}.0.0/${mask}`;
        const [vpcFirst, vpcLast] = bounds(cidr);
        const { ranges } = planSubnets(cidr, zones);
        const all = [...Object.values(ranges).flat(), bastionRange(cidr, zones)]
          .map(bounds)
          .sort(([a], [b]) => a - b);
        expect(all).to.have.length(3 * zones + 1);
        all.forEach(([first, last], index) => {
          expect(first).to.be.at.least(vpcFirst);
          expect(last).to.be.at.most(vpcLast);
          expect(first % (last - first + 1)).to.equal(0);
          const before = all[index - 1];
          if (before !== undefined) expect(first).to.be.above(before[1]);
        });
      }),
    );
  });

  it("keeps public subnets large enough for a load balancer in the smallest VPC", () => {
    const smallest = planSubnets("10.0.0.0/20", 3).tiers.find(({ tier }) => tier === "public");
    expect(smallest?.cidrMask).to.be.at.most(27);
  });

  it("refuses ranges and zones that do not work, all at once", () => {
    expect(subnetProblems("10.10.0.0/16", 2)).to.deep.equal([]);
    expect(subnetProblems("10.10.0.1/16", 1).map(({ path }) => path)).to.deep.equal([
      "cidr",
      "availabilityZones",
    ]);
    for (const cidr of ["10.0.0.0/8", "10.0.0.0/24", "300.0.0.0/16", "ten", "10.0.0.0"]) {
      expect(subnetProblems(cidr, 2), cidr).to.have.length(1);
    }
  });
});

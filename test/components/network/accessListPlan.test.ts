import { expect } from "chai";
import {
  type AccessListEntry,
  type Flow,
  mostAccessListEntries,
  planAccessLists,
} from "../../../components/network/accessListPlan";
import { planSubnets } from "../../../components/network/subnetPlan";
import { webFlows } from "../../../components/webapp/securityGroupPlan";

const subnets = planSubnets("10.30.0.0/16", 2);
const [privateOne] = subnets.ranges.private;
const [isolatedOne] = subnets.ranges.isolated;

/** Whether a list lets a packet to or from a range and a port through. */
function lets(entries: readonly AccessListEntry[], range: string, port: number): boolean {
  return entries.some(
    ({ cidrBlock, fromPort, toPort }) =>
      (cidrBlock === range || cidrBlock === "0.0.0.0/0") && fromPort <= port && port <= toPort,
  );
}

describe("access list plan", () => {
  it("opens the way there and the way back, at both ends, and no other", () => {
    const lists = planAccessLists(subnets, [{ from: "private", to: "isolated", port: 3306 }]);
    expect(lets(lists.private.egress, isolatedOne!, 3306)).to.equal(true);
    expect(lets(lists.isolated.ingress, privateOne!, 3306)).to.equal(true);
    expect(lets(lists.isolated.egress, privateOne!, 40_000)).to.equal(true);
    expect(lets(lists.private.ingress, isolatedOne!, 40_000)).to.equal(true);
    expect(lets(lists.isolated.ingress, privateOne!, 22)).to.equal(false);
    expect(lets(lists.isolated.egress, "198.51.100.7/32", 443)).to.equal(false);
    expect(lists.public).to.deep.equal({ ingress: [], egress: [] });
  });

  it("numbers each entry once, and leaves out what another covers", () => {
    const flows: Flow[] = [
      { from: "anywhere", to: "public", port: 443 },
      { from: "private", to: "public", port: 443 },
      { from: "anywhere", to: "public", port: 443 },
    ];
    const { ingress } = planAccessLists(subnets, flows).public;
    expect(ingress).to.deep.equal([
      { ruleNo: 100, cidrBlock: "0.0.0.0/0", fromPort: 443, toPort: 443 },
    ]);
  });

  it("lets a bastion's own subnet in where there is one", () => {
    const flows: Flow[] = [{ from: "bastion", to: "private", port: 22 }];
    expect(planAccessLists(subnets, flows, "10.30.127.240/28").private.ingress).to.deep.equal([
      { ruleNo: 100, cidrBlock: "10.30.127.240/28", fromPort: 22, toPort: 22 },
    ]);
  });

  it("fits the web application into AWS's quota, over two zones and three", () => {
    for (const zones of [2, 3]) {
      const lists = planAccessLists(planSubnets("10.30.0.0/16", zones), webFlows);
      for (const { ingress, egress } of Object.values(lists)) {
        expect(Math.max(ingress.length, egress.length)).to.be.at.most(mostAccessListEntries);
      }
    }
  });

  it("refuses more entries than AWS takes", () => {
    const flows = Array.from({ length: 11 }, (_, index): Flow => {
      return { from: "private", to: "isolated", port: 5_000 + index };
    });
    expect(() => planAccessLists(subnets, flows)).to.throw(/needs 22 entries.*allows 20/);
  });
});

import { expect } from "chai";
import { vpcArguments } from "../../../local/provider/awsx/vpcArguments";
import { layoutSubnets } from "../../../local/provider/awsx/vpcLayout";

const layout = {
  subnetStrategy: "Auto",
  subnetSpecs: [
    { type: "Public", cidrMask: 24 },
    { type: "Private", cidrMask: 20 },
  ],
};

describe("awsx:ec2:Vpc of the local provider", () => {
  it("divides the range as awsx does: aligned, zone by zone, public first", () => {
    const subnets = layoutSubnets({
      vpcName: "net",
      cidrBlock: "10.0.0.0/16",
      availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
      subnetSpecs: [
        { type: "Isolated", cidrMask: 24 },
        { type: "Unused", cidrMask: 24 },
        { type: "Private", cidrMask: 20 },
        { type: "Public", cidrMask: 24, name: "edge" },
      ],
    });
    expect(subnets.slice(0, 4).map(({ name, cidrBlock }) => [name, cidrBlock])).to.deep.equal([
      ["net-edge-1", "10.0.32.0/24"],
      ["net-private-1", "10.0.16.0/20"],
      ["net-isolated-1", "10.0.0.0/24"],
      ["net-edge-2", "10.0.96.0/24"],
    ]);
    expect(subnets).to.have.length(9);
  });

  it("refuses subnets that do not fit into a zone's part", () => {
    const request = {
      vpcName: "net",
      cidrBlock: "10.0.0.0/20",
      availabilityZones: ["a", "b"],
      subnetSpecs: [{ type: "Private" as const, cidrMask: 20 }],
    };
    expect(() => layoutSubnets(request)).to.throw("Subnets are too large for VPC");
  });

  it("has awsx's defaults", () => {
    expect(vpcArguments(layout)).to.deep.include({
      cidrBlock: "10.0.0.0/16",
      availabilityZones: 3,
      natStrategy: "OnePerAz",
    });
  });

  const wrong: [string, object, string][] = [
    ["an unmodelled argument", { ipv6CidrBlock: "x" }, "ipv6CidrBlock of awsx:ec2:Vpc"],
    ["the legacy strategy", { subnetStrategy: undefined }, '"Legacy" is not modelled'],
    ["an unmodelled part of a spec", { subnetSpecs: [{ type: "Public", size: 4 }] }, "size of"],
    ["an unknown subnet type", { subnetSpecs: [{ type: "Secret" }] }, 'got "Secret"'],
    ["an unknown NAT strategy", { natGateways: { strategy: "Two" } }, 'got "Two"'],
    ["fixed addresses", { natGateways: { elasticIpAllocationIds: [] } }, "elasticIpAllocationIds"],
    ["no specs", { subnetSpecs: undefined }, "subnetSpecs must be given"],
    [
      "zones by name and number",
      { availabilityZoneNames: ["a"], numberOfAvailabilityZones: 2 },
      "Only one of",
    ],
  ];
  for (const [what, change, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => vpcArguments({ ...layout, ...change })).to.throw(message);
    });
  }
});

import { expect } from "chai";
import { unknownValue } from "../../../local/provider/wire";
import { checkOf, lifecycleOf, secret } from "./support";

describe("Check of the local provider", () => {
  const vpc = lifecycleOf("aws:ec2/vpc:Vpc");

  it("names an argument that AWS's provider does not have", () => {
    const { failures } = vpc.check(checkOf({ cidrBlok: "10.0.0.0/16" }));
    expect(failures).to.deep.equal([
      { property: "cidrBlok", reason: "aws:ec2/vpc:Vpc has no argument cidrBlok" },
    ]);
  });

  it("names an argument that is not modelled", () => {
    const { failures } = vpc.check(checkOf({ ipv4IpamPoolId: "ipam-1" }));
    expect(failures).to.have.length(1);
    expect(failures[0]?.property).to.equal("ipv4IpamPoolId");
    expect(failures[0]?.reason).to.contain("not modelled by the local AWS");
  });

  it("names everything that is wrong, not the first thing only", () => {
    const { failures } = vpc.check(checkOf({ cidrBlok: "x", ipv6CidrBlock: "y" }));
    expect(failures.map(({ property }) => property)).to.deep.equal(["cidrBlok", "ipv6CidrBlock"]);
  });

  it("fills in the region, the defaults and all tags", () => {
    const { inputs, failures } = vpc.check(checkOf({ cidrBlock: "10.0.0.0/16", tags: { a: "b" } }));
    expect(failures).to.deep.equal([]);
    expect(inputs).to.deep.include({
      region: "eu-west-1",
      instanceTenancy: "default",
      enableDnsSupport: true,
      tagsAll: { project: "jenkins-pilot-light", a: "b" },
    });
  });

  it("leaves a resource's own region alone", () => {
    const { inputs } = vpc.check(checkOf({ cidrBlock: "10.0.0.0/16", region: "us-west-2" }));
    expect(inputs.region).to.equal("us-west-2");
  });

  it("gives no region to a resource of a global service", () => {
    const { inputs } = lifecycleOf("aws:iam/role:Role").check(checkOf({ assumeRolePolicy: "{}" }));
    expect(inputs).not.to.have.property("region");
  });

  it("cannot know all tags while the resource's own are unknown", () => {
    const { inputs } = vpc.check(checkOf({ cidrBlock: "10.0.0.0/16", tags: unknownValue }));
    expect(inputs.tagsAll).to.equal(unknownValue);
  });

  it("keeps a secret in its envelope", () => {
    const { inputs } = lifecycleOf("aws:ssm/parameter:Parameter").check(
      checkOf({ type: "SecureString", value: secret("hush") }),
    );
    expect(inputs.value).to.deep.equal(secret("hush"));
  });

  describe("of names", () => {
    const group = lifecycleOf("aws:ec2/securityGroup:SecurityGroup");

    it("makes one from the logical name, the same in preview and update", () => {
      const first = group.check(checkOf({}));
      const second = group.check(checkOf({}));
      expect(first.inputs.name).to.match(/^web-[0-9a-f]{7}$/);
      expect(second.inputs.name).to.equal(first.inputs.name);
    });

    it("keeps the one that was generated", () => {
      const olds = group.check(checkOf({})).inputs;
      const { inputs } = group.check(checkOf({}, { olds, randomSeed: Buffer.from("other") }));
      expect(inputs.name).to.equal(olds.name);
    });

    it("generates a new one when the program takes its own away", () => {
      const olds = group.check(checkOf({ name: "mine" })).inputs;
      expect(group.check(checkOf({}, { olds })).inputs.name).to.match(/^web-/);
    });

    it("cuts a logical name to AWS's limit", () => {
      const request = checkOf({}, { name: "w".repeat(80) });
      const name = lifecycleOf("aws:lb/loadBalancer:LoadBalancer").check(request).inputs.name;
      expect(name).to.have.length(32);
    });
  });
});

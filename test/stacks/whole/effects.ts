import { expect } from "chai";
import { filesOf } from "../../reference/inspection";
import type { Registrations } from "../../support/registrations";
import { changedStacks } from "./changedStacks";

/** What a setting is for must reach what is deployed, in both stacks alike. */
describe("settings that are changed take effect", function () {
  this.timeout(60_000);
  const stacks: Record<string, Registrations> = {};

  before(async () => {
    const { primary, dr } = await changedStacks();
    Object.assign(stacks, { primary: primary.registrations, dr: dr.registrations });
  });

  const alarm = (stack: Registrations, name: string) =>
    stack
      .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
      .find(({ inputs }) => inputs.name === `jenkins-${name}`)?.inputs;

  for (const name of ["primary", "dr"]) {
    describe(name, () => {
      it("puts the firewall in front of each load balancer", () => {
        const acl = stacks[name]!.one("aws:wafv2/webAcl:WebAcl");
        const behind = stacks[name]!.ofType("aws:wafv2/webAclAssociation:WebAclAssociation");
        const balancers = stacks[name]!.ofType("aws:lb/loadBalancer:LoadBalancer").filter(
          ({ inputs }) => inputs.loadBalancerType === "application",
        );
        expect(behind.map(({ inputs }) => String(inputs.resourceArn))).to.have.members(
          balancers.map(({ outputs }) => String(outputs.arn)),
        );
        for (const { inputs } of behind) expect(inputs.webAclArn).to.equal(acl.outputs.arn);
      });

      it("keeps access logs for as long as was set", () => {
        const expiry = stacks[name]!.one(
          "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
          "jenkins-access-logs-expiry",
        ).inputs.rules as { expiration: unknown }[];
        expect(expiry[0]?.expiration).to.deep.equal({ days: 10 });
      });

      it("warns of certificate and quota where it was set", () => {
        expect(alarm(stacks[name]!, "certificate-expiry")?.threshold).to.equal(20);
        expect(alarm(stacks[name]!, "vcpu-quota-used")?.threshold).to.equal(0.5);
      });

      it("boots the Jenkins version that was set", () => {
        const template = stacks[name]!.one("aws:ec2/launchTemplate:LaunchTemplate", "jenkins-ma");
        const files = [...filesOf(template)];
        const [, script] = files.find(([path]) => path.endsWith("/machine-software")) ?? [];
        expect(script).to.include('"jenkins-2.563.1"');
      });
    });
  }

  it("builds the image with the very same version", () => {
    const component = stacks.primary!.one("aws:imagebuilder/component:Component");
    expect(component.inputs.data).to.include('"jenkins-2.563.1"');
  });
});

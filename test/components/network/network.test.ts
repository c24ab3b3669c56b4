import { expect } from "chai";
import { Network, type NetworkArgs } from "../../../components/network/network";
import {
  egressRules,
  ingressRules,
  jenkinsSecurityGroups,
  type JenkinsSecurityGroup,
} from "../../../components/jenkins/securityGroupPlan";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { primaryDeployment } from "../deployments";

const args: NetworkArgs<JenkinsSecurityGroup> = {
  deployment: primaryDeployment,
  cidr: "10.10.0.0/16",
  availabilityZones: 2,
  nat: "single",
  interfaceEndpoints: ["ssm", "elasticfilesystem"],
  flowLogRetentionDays: 30,
  securityGroups: jenkinsSecurityGroups,
};

function run(changes: Partial<NetworkArgs<JenkinsSecurityGroup>> = {}) {
  return runComponent(() => new Network("network", { ...args, ...changes }));
}

async function refusal(changes: Partial<NetworkArgs<JenkinsSecurityGroup>>): Promise<string> {
  return run(changes).then(
    () => "",
    (error: unknown) => String(error),
  );
}

describe("Network", () => {
  it("keeps to the security policy, with and without a bastion", async () => {
    expectSafe((await run()).registrations);
    const bastion = { allowFrom: ["203.0.113.7/32"], instanceType: "t4g.nano", imageId: "ami-1" };
    expectSafe((await run({ bastion })).registrations);
  });

  it("asks awsx for exactly the planned layout and NAT", async () => {
    const { registrations, result } = await run({ availabilityZones: 3, nat: "perAz" });
    const vpc = registrations.one("awsx:ec2:Vpc");
    expect(vpc.inputs.subnetStrategy).to.equal("Auto");
    expect(vpc.inputs.natGateways).to.deep.equal({ strategy: "OnePerAz" });
    expect(vpc.inputs.subnetSpecs).to.deep.equal([
      { type: "Private", name: "private", cidrMask: 19 },
      { type: "Public", name: "public", cidrMask: 21 },
      { type: "Isolated", name: "isolated", cidrMask: 21 },
    ]);
    expect(await valueOf(result.isolatedSubnetIds)).to.have.length(3);
  });

  it("reaches S3 and DynamoDB by gateway from every route table, the rest by interface", async () => {
    const { registrations } = await run();
    const endpoints = registrations.ofType("aws:ec2/vpcEndpoint:VpcEndpoint");
    const of = (type: string) =>
      endpoints
        .filter(({ inputs }) => inputs.vpcEndpointType === type)
        .map(({ inputs }) => String(inputs.serviceName).split(".").pop());
    expect(of("Gateway")).to.deep.equal(["s3", "dynamodb"]);
    expect(of("Interface")).to.deep.equal(["ssm", "elasticfilesystem"]);
    expect(endpoints[0]?.inputs.routeTableIds).to.have.length(6);
    expect(endpoints[2]?.inputs.privateDnsEnabled).to.equal(true);
  });

  it("empties the default security group", async () => {
    const group = (await run()).registrations.one(
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    );
    expect([group.inputs.ingress, group.inputs.egress]).to.deep.equal([[], []]);
  });

  it("admits by group: whoever is let in from a group is let out of that group", async () => {
    for (const { from, to, port } of ingressRules) {
      if (from === "anywhere") continue;
      const out = egressRules.some(
        (rule) =>
          rule.from === from &&
          (rule.to === to || rule.to === "anywhere") &&
          (rule.port === undefined || rule.port === port),
      );
      expect(out, `${from} to ${to}:${port}`).to.equal(true);
    }
    const rules = (await run()).registrations.ofType(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    );
    const byRange = rules.filter(({ inputs }) => inputs.cidrIpv4 !== undefined);
    expect(byRange.map(({ name }) => name)).to.have.members([
      "network-load-balancer-from-anywhere-443",
      "network-load-balancer-from-anywhere-80",
    ]);
  });

  it("writes flow logs by a role that can write nothing else", async () => {
    const { registrations } = await run();
    const log = registrations.one("aws:ec2/flowLog:FlowLog");
    expect(log.inputs.trafficType).to.equal("ALL");
    const policy = registrations.one("aws:iam/rolePolicy:RolePolicy");
    expect(policy.inputs.policy).to.contain("log-group:/jenkins/vpc-flow-log:*");
    expect(registrations.one("aws:cloudwatch/logGroup:LogGroup").inputs.retentionInDays).to.equal(
      30,
    );
  });

  it("gives the bastion a subnet whose access list admits the given ranges alone", async () => {
    const allowFrom = ["203.0.113.7/32", "198.51.100.0/24"];
    const { registrations } = await run({
      bastion: { allowFrom, instanceType: "t4g.nano", imageId: "ami-1" },
    });
    const list = registrations.one("aws:ec2/networkAcl:NetworkAcl");
    const ingress = list.inputs.ingress as { cidrBlock: string; fromPort: number }[];
    expect(
      ingress.filter(({ fromPort }) => fromPort === 22).map(({ cidrBlock }) => cidrBlock),
    ).to.deep.equal(allowFrom);
    expect(
      ingress.filter(({ fromPort }) => fromPort !== 22).map(({ cidrBlock }) => cidrBlock),
    ).to.deep.equal(["10.10.0.0/16"]);
    expect((await run()).registrations.ofType("aws:ec2/instance:Instance")).to.have.length(0);
  });

  it("names everything that is wrong at once, before it makes anything", async () => {
    const message = await refusal({
      cidr: "10.10.0.0/8",
      flowLogRetentionDays: 31,
      interfaceEndpoints: ["ssm", "ssm", "s3"],
      bastion: { allowFrom: ["0.0.0.0/0"], instanceType: "t4g.nano", imageId: "ami-1" },
    });
    for (const part of [
      "cidr",
      "flowLogRetentionDays",
      "interfaceEndpoints[1]",
      "interfaceEndpoints[2]",
      "0.0.0.0/0",
    ]) {
      expect(message).to.contain(part);
    }
  });
});

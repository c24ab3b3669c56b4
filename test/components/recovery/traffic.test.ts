import { expect } from "chai";
import { Traffic, type TrafficArgs } from "../../../components/recovery/traffic";
import { trafficProblems } from "../../../components/recovery/trafficPlan";
import { expectSafe } from "../../support/policyRules";
import type { Registrations } from "../../support/registrations";
import { runComponent, valueOf } from "../../support/strictMocks";
import { deployment } from "./samples";

const group = "aws:globalaccelerator/endpointGroup:EndpointGroup";
const record = "aws:route53/record:Record";
const primary = {
  ...deployment,
  stack: "primary",
  region: "eu-central-1",
  peerRegion: "eu-west-1",
};

function argsOf(changes: Partial<TrafficArgs> = {}): TrafficArgs {
  return {
    deployment: primary,
    role: "active",
    edge: "globalAccelerator",
    domain: "jenkins.example.com",
    hostedZoneId: "Z1",
    teams: [
      { team: "ma", hosts: ["ma.jenkins.example.com"], shard: 0 },
      { team: "ba", hosts: ["ba.jenkins.example.com"], shard: 1 },
    ],
    loadBalancers: [1, 2].map((shard) => ({
      arn: `arn:alb-${shard}`,
      dnsName: `alb-${shard}.amazonaws.com`,
      zoneId: "ZALB",
    })),
    ...changes,
  };
}

async function run(
  changes: Partial<TrafficArgs> = {},
): Promise<{ result: Traffic; registrations: Registrations }> {
  return runComponent(() => new Traffic("traffic", argsOf(changes)));
}

const waiting: Partial<TrafficArgs> = {
  deployment,
  role: "waiting",
  listenerArns: ["listener-1", "listener-2"],
};

describe("Traffic by Global Accelerator", () => {
  it("makes an accelerator a load balancer, for 80 and 443, and points each team's name at its own", async () => {
    const { registrations } = await run();
    expectSafe(registrations);
    expect(registrations.ofType("aws:globalaccelerator/accelerator:Accelerator")).to.have.length(2);
    const ports = registrations.one(
      "aws:globalaccelerator/listener:Listener",
      "traffic-listener-1",
    );
    expect(ports.inputs.portRanges).to.deep.equal([
      { fromPort: 80, toPort: 80 },
      { fromPort: 443, toPort: 443 },
    ]);
    const [alias] = registrations.one(record, "traffic-ba.jenkins.example.com").inputs.aliases as {
      name: string;
    }[];
    expect(alias?.name).to.equal("traffic-accelerator-2.awsglobalaccelerator.com");
  });

  it("opens the active region and holds the waiting one back by its dial, not by its weight", async () => {
    const active = (await run()).registrations.one(group, "traffic-endpoints-1").inputs;
    expect(active).to.include({ endpointGroupRegion: "eu-central-1", trafficDialPercentage: 100 });
    const joined = (await run(waiting)).registrations.one(group, "traffic-endpoints-1").inputs;
    expect(joined).to.include({ endpointGroupRegion: "eu-west-1", trafficDialPercentage: 0 });
    for (const { endpointConfigurations } of [active, joined]) {
      expect((endpointConfigurations as { weight: number }[])[0]?.weight).to.equal(128);
    }
  });

  it("leaves dials and weights to the failover", async () => {
    for (const each of (await run()).registrations.ofType(group)) {
      expect(each.ignoreChanges).to.have.members([
        "trafficDialPercentage",
        "endpointConfigurations",
      ]);
    }
  });

  it("joins an edge without making accelerators, listeners or records", async () => {
    const { registrations } = await run(waiting);
    expect(registrations.ofType("aws:globalaccelerator/accelerator:Accelerator")).to.be.empty;
    expect(registrations.ofType(record)).to.be.empty;
    expect(
      registrations.ofType(group).map(({ inputs }) => inputs.listenerArn as string),
    ).to.deep.equal(["listener-1", "listener-2"]);
  });

  it("says to deploy the primary stack first when a listener is missing", async () => {
    const error = await run({ ...waiting, listenerArns: ["listener-1"] }).then(
      () => "accepted",
      (reason: unknown) => String(reason),
    );
    expect(error).to.include("pulumi up --stack primary");
  });

  it("writes flow logs only where a bucket is given", async () => {
    const attributesOf = async (changes: Partial<TrafficArgs>): Promise<unknown> =>
      (await run(changes)).registrations.one(
        "aws:globalaccelerator/accelerator:Accelerator",
        "traffic-accelerator-1",
      ).inputs.attributes;
    expect(await attributesOf({})).to.equal(undefined);
    expect(await attributesOf({ flowLogs: { bucket: "logs", prefix: "edge/" } })).to.deep.include({
      flowLogsEnabled: true,
    });
  });
});

describe("Traffic by Route 53", () => {
  it("weights one record a region and shard, and aliases every host to it", async () => {
    const { registrations, result } = await run({ edge: "route53" });
    const edge = registrations.one(record, "traffic-edge-1");
    expect(edge.inputs).to.include({
      name: "edge-1.jenkins.example.com",
      setIdentifier: "eu-central-1",
    });
    expect(edge.inputs.weightedRoutingPolicies).to.deep.equal([{ weight: 100 }]);
    expect(edge.ignoreChanges).to.deep.equal(["weightedRoutingPolicies"]);
    const [alias] = registrations.one(record, "traffic-ma.jenkins.example.com").inputs.aliases as {
      name: string;
    }[];
    expect(alias?.name).to.equal("edge-1.jenkins.example.com");
    expect(await valueOf(result.endpointGroupArns)).to.deep.equal([]);
  });

  it("makes each host's alias after the record that it points to, which Route 53 insists on", async () => {
    const { registrations } = await run({ edge: "route53" });
    const targets = { "ma.jenkins.example.com": 1, "ba.jenkins.example.com": 2 };
    for (const [host, shard] of Object.entries(targets)) {
      const target = registrations.one(record, `traffic-edge-${shard}`);
      const alias = registrations.one(record, `traffic-${host}`);
      expect(alias.propertyDependencies.aliases, host).to.deep.equal([target.urn]);
    }
  });

  it("never lets health decide: a revived region must not draw users back", async () => {
    const stacks = [
      await run({ edge: "route53" }),
      await run({ ...waiting, edge: "route53", listenerArns: [] }),
    ];
    const records = stacks.flatMap(({ registrations }) => registrations.ofType(record));
    expect(records).to.have.length(6);
    for (const { inputs, name } of records) {
      for (const alias of inputs.aliases as { evaluateTargetHealth: boolean }[]) {
        expect(alias.evaluateTargetHealth, name).to.equal(false);
      }
    }
  });

  it("gives the waiting region no weight", async () => {
    const { registrations } = await run({ ...waiting, edge: "route53", listenerArns: [] });
    for (const each of registrations.ofType(record)) {
      expect(each.inputs.weightedRoutingPolicies).to.deep.equal([{ weight: 0 }]);
    }
  });
});

describe("trafficProblems", () => {
  it("names every host and shard that does not fit", () => {
    const problems = trafficProblems(
      [
        { team: "ma", hosts: ["ma.example.com", "ma.example.com"], shard: 0 },
        { team: "ba", hosts: ["ba.elsewhere.org"], shard: 2 },
      ],
      "example.com",
      1,
    ).map(({ path, reason }) => `${path}: ${reason}`);
    expect(problems).to.have.length(3);
    expect(problems[0]).to.include("already belongs to team ma");
    expect(problems[1]).to.include("load balancer 2 does not exist");
    expect(problems[2]).to.include('"ba.elsewhere.org" is not in "example.com"');
  });
});

import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import {
  PilotLightRegion,
  type PilotLightRegionArgs,
} from "../../../components/recovery/pilotLightRegion";
import { Traffic } from "../../../components/recovery/traffic";
import type { WorkloadTeam } from "../../../components/workload";
import type { Deployment } from "../../../components/deployment";
import { expectSafe } from "../../support/policyRules";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { packageOf } from "./functionPackage";
import { deployment, failoverArgs, topics, keyArn } from "./samples";

function team(name: string, strategy: "active-passive" | "local-only"): WorkloadTeam {
  return {
    moves: strategy !== "local-only",
    hosts: [`${name}.jenkins.example.com`],
    targetGroupArn: pulumi.output(`arn:waiting:${name}`),
    loadBalancerIndex: 0,
    serving: { min: 2, max: 4, desired: 3 },
  };
}

const home = { home: { fileSystemId: "fs-replica" } };

function workloadOf(
  teams: PilotLightRegionArgs["workload"]["teams"],
  kept: Pick<PilotLightRegionArgs["workload"], "home"> = home,
) {
  const loadBalancer = {
    arn: pulumi.output("arn:alb"),
    dnsName: pulumi.output("waiting.elb.amazonaws.com"),
    zoneId: pulumi.output("ZALB"),
  };
  return { loadBalancers: [loadBalancer], teams, healthPaths: ["/login"], ...kept };
}

/** Teams whose machines the failover takes for a pair's, by the plan in its package. */
async function plannedPairs(registrations: Registrations): Promise<string[]> {
  const lambda = registrations
    .ofType("aws:lambda/function:Function")
    .find(({ inputs }) => inputs.name === "jenkins-failover")!;
  const { code } = await packageOf(lambda);
  const paired = [...code.matchAll(/(__plan_value_teams_\d+)\.pair = true;/g)];
  return paired.map(([, value = ""]) => new RegExp(`${value}\\.team = "(\\w+)"`).exec(code)![1]!);
}

function mayStopMachines(registrations: Registrations): boolean {
  return policyDocuments(registrations)
    .flatMap(({ statements }) => statements)
    .some(({ actions }) => actions.includes("ec2:StopInstances"));
}

const homelessSide = {
  loadBalancerDnsNames: ["active.elb.amazonaws.com"],
  targetGroupArns: { ma: "arn:active:ma", lab: "arn:active:lab" },
  endpointGroupArns: ["endpoint-group-active"],
  databaseIdentifier: "jenkins-g1",
  kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/active",
};
const activeSide = { ...homelessSide, homeFileSystemId: "fs-source" };

function make(
  changes: Partial<PilotLightRegionArgs> = {},
  to: Deployment = deployment,
): PilotLightRegion {
  const common = {
    deployment: to,
    edge: "globalAccelerator",
    domain: "jenkins.example.com",
    hostedZoneId: "Z1",
  } as const;
  const traffic = new Traffic("traffic", {
    ...common,
    role: "waiting",
    teams: [],
    loadBalancers: workloadOf({}).loadBalancers,
    listenerArns: ["listener-1"],
  });
  return new PilotLightRegion("pilot-light", {
    ...common,
    traffic,
    workload: workloadOf({ ma: team("ma", "active-passive"), lab: team("lab", "local-only") }),
    active: activeSide,
    database: { identifier: "jenkins-g1-replica" },
    policy: { ...failoverArgs.limits, periods: 2, outOf: 3 },
    topics,
    recordTable: failoverArgs.recordTable,
    kmsKeyArn: keyArn,
    dailySnapshots: { retentionDays: 7, hourUtc: 2 },
    ...changes,
  });
}

describe("PilotLightRegion", () => {
  let registrations: Registrations;
  before(async () => {
    ({ registrations } = await runComponent(() => make()));
  });

  it("keeps to the security policy", () => {
    expectSafe(registrations);
  });

  it("composes probe, failover and daily snapshots, each its own function", () => {
    expect(
      registrations
        .ofType("aws:lambda/function:Function")
        .map(({ inputs }) => inputs.name as string),
    ).to.have.members(["jenkins-probe", "jenkins-failover", "jenkins-snapshots"]);
  });

  it("plans with the serving sizes and both sides of the edge, without local-only teams", async () => {
    const lambda = registrations
      .ofType("aws:lambda/function:Function")
      .find(({ inputs }) => inputs.name === "jenkins-failover")!;
    const { code } = await packageOf(lambda);
    expect(code).to.include("ma.jenkins.example.com").and.not.include("lab.jenkins.example.com");
    expect(code).to.include("endpoint-group-active");
    expect(code).to.match(/min: 2, max: 4, desired: 3/);
  });

  it("plans the fence of pairs, and allows it, where a team has one and nowhere else", async () => {
    const pair = { ...team("ma", "active-passive"), pair: { name: "jenkins-ma-pair" } };
    const workload = workloadOf({ ma: pair, lab: team("lab", "local-only") });
    const { registrations: paired } = await runComponent(() => make({ workload }));
    expect(await plannedPairs(paired)).to.deep.equal(["ma"]);
    expect(mayStopMachines(paired)).to.equal(true);
    expect(await plannedPairs(registrations)).to.be.empty;
    expect(mayStopMachines(registrations)).to.equal(false);
  });

  it("frees no home, and may not, where the workload's machines keep nothing", async () => {
    const workload = workloadOf({ ma: team("ma", "active-passive") }, {});
    const { registrations: without } = await runComponent(() =>
      make({ workload, active: homelessSide }),
    );
    const mayFree = (made: Registrations): boolean =>
      policyDocuments(made)
        .flatMap(({ statements }) => statements)
        .some(({ actions }) =>
          actions.includes("elasticfilesystem:DeleteReplicationConfiguration"),
        );
    expect(mayFree(registrations)).to.equal(true);
    expect(mayFree(without)).to.equal(false);
    expectSafe(without);
  });

  it("refuses one half of a home, and a workload that cannot be asked", async () => {
    const workload = workloadOf({ ma: team("ma", "active-passive") }, {});
    const error = await runComponent(() =>
      make({ workload: { ...workload, healthPaths: [] } }),
    ).catch(String);
    expect(error).to.include("active.homeFileSystemId").and.include("workload.healthPaths");
  });

  it("subscribes the failover to the region's alarm topic", () => {
    const [subscription] = registrations
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .filter(({ inputs }) => inputs.protocol === "lambda");
    expect(subscription?.inputs.topic).to.equal(
      "arn:aws:sns:eu-west-1:123456789012:jenkins-alarms",
    );
  });

  it("refuses to watch the region that it runs in", async () => {
    const here = { ...deployment, activeRegion: deployment.region };
    const error = await runComponent(() => make({}, here)).catch(String);
    expect(error).to.be.a("string").that.includes("deployment.activeRegion");
  });

  it("refuses a workload in which nothing is protected", async () => {
    const workload = workloadOf({ lab: team("lab", "local-only") });
    const error = await runComponent(() => make({ workload })).catch(String);
    expect(error).to.be.a("string").that.includes("nothing to protect");
  });
});

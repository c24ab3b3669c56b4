import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import {
  PilotLightRegion,
  type PilotLightRegionArgs,
} from "../../../components/recovery/pilotLightRegion";
import { Traffic } from "../../../components/recovery/traffic";
import type { WorkloadTeam } from "../../../components/recovery/workload";
import type { Deployment } from "../../../components/deployment";
import { expectSafe } from "../../support/policyRules";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { packageOf } from "./functionPackage";
import { deployment, failoverArgs, topics, keyArn } from "./samples";

function team(name: string, strategy: WorkloadTeam["strategy"]): WorkloadTeam {
  return {
    strategy,
    hosts: [`${name}.jenkins.example.com`],
    targetGroupArn: pulumi.output(`arn:waiting:${name}`),
    loadBalancerIndex: 0,
    serving: { min: 2, max: 4, desired: 3 },
  };
}

function make(
  changes: Partial<PilotLightRegionArgs> = {},
  to: Deployment = deployment,
): PilotLightRegion {
  const loadBalancer = {
    arn: pulumi.output("arn:alb"),
    dnsName: pulumi.output("waiting.elb.amazonaws.com"),
    zoneId: pulumi.output("ZALB"),
  };
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
    loadBalancers: [loadBalancer],
    listenerArns: ["listener-1"],
  });
  return new PilotLightRegion("pilot-light", {
    ...common,
    traffic,
    workload: {
      loadBalancers: [loadBalancer],
      teams: { ma: team("ma", "active-passive"), lab: team("lab", "local-only") },
    },
    active: {
      loadBalancerDnsNames: ["active.elb.amazonaws.com"],
      targetGroupArns: { ma: "arn:active:ma", lab: "arn:active:lab" },
      endpointGroupArns: ["endpoint-group-active"],
      homeFileSystemId: "fs-source",
      databaseIdentifier: "jenkins-g1",
      kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/active",
    },
    home: { fileSystemId: "fs-replica" },
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
    const workload = { loadBalancers: [], teams: { lab: team("lab", "local-only") } };
    const error = await runComponent(() => make({ workload })).catch(String);
    expect(error).to.be.a("string").that.includes("nothing to protect");
  });
});

import { expect } from "chai";
import { plannedAlarms, type WatchedRegion } from "../../../components/operations/alarmPlan";
import {
  type DashboardContent,
  renderDashboard,
} from "../../../components/operations/dashboardRenderer";
import {
  Observability,
  type ObservabilityArgs,
} from "../../../components/operations/observability";
import { servingVcpus, vcpusOf } from "../../../components/operations/quotaPlan";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { deployment } from "../recovery/samples";

const active: WatchedRegion<string> = {
  role: "active",
  loadBalancers: ["app/jenkins-1/1"],
  teams: [
    {
      name: "ma",
      autoScalingGroup: "jenkins-ma",
      targetGroup: "targetgroup/jenkins-ma/1",
      loadBalancer: "app/jenkins-1/1",
      minimum: 2,
    },
  ],
  home: { id: "fs-1", replicaId: "fs-2", throughput: "elastic" },
  database: { identifier: "jenkins-g1", allocatedStorageGb: 100 },
  bucket: { source: "a", destination: "b", ruleId: "all" },
  certificateArn: "arn:certificate",
  limits: { maxHomeLag: 1800, maxReplicaLag: 300, certificateDays: 45 },
};
const alarmNames = (region: WatchedRegion<string>): string[] =>
  plannedAlarms(region).map(({ name }) => name);

describe("plannedAlarms", () => {
  it("watches what serves in the active region", () => {
    expect(alarmNames(active)).to.have.members([
      "load-balancer-1-5xx",
      "ma-unhealthy",
      "ma-capacity",
      "home-io-limit",
      "home-replication-lag",
      "database-storage",
      "database-cpu",
      "artifacts-replication-latency",
      "artifacts-replication-failed",
      "certificate-expiry",
    ]);
  });

  it("does not call machines at zero an alarm in the waiting region, and watches the replica's lag", () => {
    const names = alarmNames({ ...active, role: "waiting" });
    expect(names).not.to.include("ma-unhealthy");
    expect(names).to.include.members([
      "database-lag",
      "database-lag-unknown",
      "certificate-expiry",
    ]);
  });

  it("takes an unknown lag for an alarm, not for zero", () => {
    const alarms = plannedAlarms({ ...active, role: "waiting" });
    const byName = (name: string) => alarms.find((alarm) => alarm.name === name)!;
    expect(byName("database-lag").missing).to.equal("breaching");
    expect(byName("database-lag-unknown")).to.include({ comparison: "below", threshold: 0 });
  });

  it("warns of a lag while half of the failover's gate is left", () => {
    const threshold = (role: "active" | "waiting", name: string) =>
      plannedAlarms({ ...active, role }).find((alarm) => alarm.name === name)?.threshold;
    expect(threshold("active", "home-replication-lag")).to.equal(900);
    expect(threshold("waiting", "database-lag")).to.equal(150);
  });

  it("warns of a certificate as many days before its end as was asked for", () => {
    const expiry = plannedAlarms(active).find(({ name }) => name === "certificate-expiry");
    expect(expiry).to.include({ threshold: 45, comparison: "below" });
    expect(expiry?.says).to.include("45 days");
  });

  it("watches burst credits only where they are spent", () => {
    const bursting = { id: "fs-1", throughput: "bursting" } as const;
    expect(alarmNames({ ...active, home: bursting })).to.include("home-burst-credits");
  });
});

describe("vcpusOf", () => {
  const cases: [string, number | undefined][] = [
    ["t4g.small", 2],
    ["m7g.medium", 1],
    ["t3.medium", 2],
    ["m7g.large", 2],
    ["c7g.xlarge", 4],
    ["r6i.16xlarge", 64],
    ["m7g.metal", undefined],
    ["p4d.24xlarge", undefined],
    ["inf2.xlarge", undefined],
    ["nonsense", undefined],
  ];
  for (const [type, vcpus] of cases) {
    it(`${type}: ${vcpus ?? "does not say"}`, () => {
      expect(vcpusOf(type)).to.equal(vcpus);
    });
  }

  it("adds up groups and names what it cannot count", () => {
    const groups = [
      { instanceType: "m7g.large", instances: 3 },
      { instanceType: "m7g.metal", instances: 1 },
    ];
    expect(servingVcpus(groups)).to.deep.equal({ vcpus: 6, unknownTypes: ["m7g.metal"] });
  });
});

describe("renderDashboard", () => {
  const content: DashboardContent = {
    prefix: "jenkins",
    region: "eu-west-1",
    role: "waiting",
    metricNamespace: "JenkinsPilotLight",
    activeRegion: "eu-central-1",
    waitingRegion: "eu-west-1",
    loadBalancers: ["app/jenkins-1/1"],
    teams: Array.from({ length: 500 }, (_, index) => ({
      name: `team-${index}`,
      autoScalingGroup: `jenkins-team-${index}`,
      targetGroup: `targetgroup/t/${index}`,
      loadBalancer: "app/jenkins-1/1",
    })),
    fileSystemId: "fs-1",
    alarmArns: [],
  };
  const widgetsOf = (text: string) =>
    (
      JSON.parse(text) as {
        widgets: {
          x: number;
          y: number;
          width: number;
          height: number;
          properties: { title?: string };
        }[];
      }
    ).widgets;

  it("overlaps no widget and leaves none outside of the grid", () => {
    const widgets = widgetsOf(renderDashboard(content));
    for (const [index, one] of widgets.entries()) {
      expect(one.x + one.width).to.be.at.most(24);
      for (const other of widgets.slice(index + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart, `${one.properties.title} and ${other.properties.title}`).to.equal(true);
      }
    }
  });

  it("says how many teams it does not show", () => {
    expect(renderDashboard(content)).to.include("first 40 teams; 460 more are not shown");
  });
});

describe("Observability", () => {
  const args: ObservabilityArgs = {
    deployment,
    role: "waiting",
    loadBalancers: [
      { arn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/jenkins-1/1" },
    ],
    teams: {
      ma: {
        autoScalingGroupName: "jenkins-ma",
        targetGroupArn:
          "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/jenkins-ma/1",
        loadBalancerIndex: 0,
        serving: { min: 1 },
      },
    },
    home: { fileSystemId: "fs-2", throughput: "elastic" },
    database: { identifier: "jenkins-g1-replica", allocatedStorageGb: 100 },
    certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    limits: { maxHomeLag: 1800, maxReplicaLag: 300, certificateDays: 45 },
    quotaWarning: 0.7,
    servingGroups: [{ instanceType: "m7g.large", instances: 4 }],
    announcementsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
  };

  it("sends every alarm to people and none to the failover", async () => {
    const { registrations, result } = await runComponent(
      () => new Observability("observability", args),
    );
    expectSafe(registrations);
    const alarms = registrations.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    expect(alarms.length).to.be.greaterThan(3);
    for (const { inputs, name } of alarms) {
      expect(inputs.alarmActions, name).to.deep.equal([args.announcementsTopicArn]);
    }
    const quota = registrations.one(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "observability-vcpu-quota",
    );
    expect(quota.inputs).to.include({ threshold: 8, comparisonOperator: "LessThanThreshold" });
    const used = registrations.one(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "observability-vcpu-quota-used",
    );
    expect(used.inputs).to.include({
      threshold: 0.7,
      comparisonOperator: "GreaterThanThreshold",
    });
    expect(await valueOf(result.dashboardUrl)).to.include(
      "region=eu-west-1#dashboards:name=jenkins-eu-west-1",
    );
  });

  it("does not call a quota good of which AWS tells nothing while no machine runs", async () => {
    const { registrations } = await runComponent(() => new Observability("observability", args));
    const { inputs } = registrations.one(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "observability-vcpu-quota",
    );
    expect(inputs.treatMissingData).to.equal("missing");
    expect(String(inputs.alarmDescription))
      .to.include("aws service-quotas get-service-quota --region eu-west-1")
      .and.have.length.below(1_024);
  });

  it("tells of a quota that is nearly used in the region that serves, too", async () => {
    const { registrations } = await runComponent(
      () => new Observability("observability", { ...args, role: "active" }),
    );
    const names = registrations
      .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
      .map(({ inputs }) => String(inputs.name));
    expect(names).to.include("jenkins-vcpu-quota-used").and.not.include("jenkins-vcpu-quota");
  });

  it("refuses a team behind a load balancer that does not exist", async () => {
    const teams = { ma: { ...args.teams.ma!, loadBalancerIndex: 3 } };
    const error = await runComponent(
      () => new Observability("observability", { ...args, teams }),
    ).catch(String);
    expect(error).to.be.a("string").that.includes("teams.ma.loadBalancerIndex");
  });
});

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { RehearsalMachines } from "../../../components/jenkins/rehearsalMachines";
import type { Team } from "../../../components/jenkins/team";
import { Rehearsal, type RehearsalArgs } from "../../../components/recovery/rehearsal";
import { expectSafe } from "../../support/policyRules";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { invokeBare, packageOf } from "./functionPackage";
import { deployment, failoverArgs, keyArn, topics } from "./samples";

const team: Team = {
  name: "ma",
  strategy: "active-passive",
  standby: "cold",
  capacity: { min: 1, desired: 1, max: 1 },
  instanceType: "m7g.large",
  heapMb: 4096,
  scaling: { cpuPercent: 60, requestsPerMinute: 100 },
  agents: {
    kind: "none",
    instanceTypes: [],
    min: 0,
    max: 0,
    executors: 1,
    idleTimeoutSeconds: 600,
    vcpu: 1,
    memoryGb: 2,
    containerImage: "",
  },
};

const args: RehearsalArgs = {
  deployment,
  teams: ["ma"],
  subnetIds: ["subnet-a", "subnet-b"],
  machines: {
    targetGroupArn:
      "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/jenkins-rehearsal/1",
    securityGroupId: "sg-machines",
    databaseSecurityGroupId: "sg-database",
    roleArn: "arn:aws:iam::123456789012:role/jenkins-rehearsal-machines-eu-west-1",
  },
  homeFileSystemId: "fs-replica",
  database: {
    snapshotsOf: ["jenkins-g1-replica", "jenkins-g1"],
    instanceClass: "db.t4g.medium",
    subnetGroup: "jenkins-database",
  },
  recordTable: failoverArgs.recordTable,
  announcementsTopicArn: topics.announcementsTopicArn,
  kmsKeyArn: keyArn,
  schedule: "rate(7 days)",
  maxAgeHours: 840,
  timeout: 3_600_000,
};

function statementOf(registrations: Registrations, action: string) {
  const statements = policyDocuments(registrations)
    .filter((document) => document.kind === "identity")
    .flatMap((document) => document.statements)
    .filter((statement) => statement.actions.includes(action));
  expect(statements, action).to.have.length(1);
  return statements[0]!;
}

describe("Rehearsal", function () {
  this.timeout(30_000);
  let registrations: Registrations;

  before(async () => {
    registrations = (await runComponent(() => new Rehearsal("rehearsal", args))).registrations;
  });

  it("keeps to the security policy", () => {
    expectSafe(registrations);
  });

  it("may end and delete what carries a rehearsal's tag alone, and write its own record alone", () => {
    const tag = "aws:ResourceTag/jenkins-pilot-light:rehearsal";
    for (const action of ["ec2:TerminateInstances", "rds:DeleteDBInstance"]) {
      expect(statementOf(registrations, action).conditions.Null, action).to.deep.equal({
        [tag]: "false",
      });
    }
    expect(statementOf(registrations, "rds:DeleteDBInstance").resources).to.deep.equal([
      "arn:aws:rds:eu-west-1:123456789012:db:jenkins-rehearsal-*",
    ]);
    expect(statementOf(registrations, "dynamodb:PutItem").conditions).to.deep.equal({
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["rehearsal"] },
    });
  });

  it("may not do anything that a failover does", () => {
    const allowed = policyDocuments(registrations)
      .filter(({ kind }) => kind === "identity")
      .flatMap(({ statements }) => statements.flatMap(({ actions }) => actions));
    for (const action of [
      "rds:PromoteReadReplica",
      "rds:CreateDBSnapshot",
      "autoscaling:UpdateAutoScalingGroup",
      "elasticfilesystem:DeleteReplicationConfiguration",
      "globalaccelerator:UpdateEndpointGroup",
      "route53:ChangeResourceRecordSets",
    ]) {
      expect(allowed).not.to.include(action);
    }
  });

  it("begins by a rule of its own, and alarms when one failed or none succeeded for too long", () => {
    const rules = registrations.ofType("aws:cloudwatch/eventRule:EventRule");
    expect(
      rules.map(({ inputs }) => `${String(inputs.name)} ${String(inputs.scheduleExpression)}`),
    ).to.include.members([
      "jenkins-rehearsal rate(1 minute)",
      "jenkins-rehearsal-start rate(7 days)",
    ]);
    const alarms = registrations.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    const thresholds = alarms.map(
      ({ inputs }) => `${String(inputs.metricName)} ${String(inputs.threshold)}`,
    );
    expect(thresholds).to.include.members(["RehearsalFailed 1", "RehearsalAge 840"]);
  });

  it("runs in a bare Node process up to the first AWS call", async () => {
    const { code } = await packageOf(registrations.one("aws:lambda/function:Function"));
    const { output } = await invokeBare(code, { source: "aws.events" });
    expect(output).to.match(/^ERROR .*ECONNREFUSED/m);
  });

  it("refuses a timeout that no rehearsal could keep", async () => {
    const broken = runComponent(() => new Rehearsal("rehearsal", { ...args, timeout: 1_000 }));
    await broken.then(
      () => expect.fail("it was accepted"),
      (error: unknown) => {
        expect((error as Error).message).to.include("timeout: is 1000");
      },
    );
  });
});

describe("RehearsalMachines", () => {
  async function machines(): Promise<Registrations> {
    const run = await runComponent(
      () =>
        new RehearsalMachines("rehearsal", {
          deployment,
          network: { vpcId: "vpc-1", securityGroups: { loadBalancer: "sg-lb", home: "sg-home" } },
          vpcCidr: "10.20.0.0/16",
          home: {
            fileSystemId: "fs-0123456789abcdef0",
            accessPointIds: { ma: "fsap-0123456789abcdef0" },
            grantReading: () => undefined,
          },
          imageId: "ami-1",
          jenkinsVersion: "2.555.3",
          teams: [team],
          listenerArn: pulumi.output("arn:listener"),
          logGroupName: "/jenkins/controllers",
          metricsNamespace: "JenkinsPilotLight",
          volumeGb: 100,
        }),
    );
    return run.registrations;
  }

  it("keep to the security policy, and are neither in the controllers' group nor in the database's", async () => {
    const registrations = await machines();
    expectSafe(registrations);
    const template = registrations.one("aws:ec2/launchTemplate:LaunchTemplate");
    expect(template.inputs).to.include({
      name: "jenkins-rehearsal-ma",
      instanceType: "m7g.large",
      instanceInitiatedShutdownBehavior: "terminate",
    });
    expect(template.inputs.vpcSecurityGroupIds).to.deep.equal(["rehearsal-machines-id"]);
  });

  it("are checked under a name that nobody can have, in a target group of their own", async () => {
    const registrations = await machines();
    const rule = registrations.one("aws:lb/listenerRule:ListenerRule");
    expect(rule.inputs.conditions).to.deep.equal([
      { hostHeader: { values: ["rehearsal.invalid"] } },
    ]);
    const group = registrations.one("aws:lb/targetGroup:TargetGroup");
    expect(group.inputs).to.include({ name: "jenkins-rehearsal", port: 8080 });
  });
});

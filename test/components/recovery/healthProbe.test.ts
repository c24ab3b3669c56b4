import { expect } from "chai";
import { HealthProbe } from "../../../components/recovery/healthProbe";
import { expectSafe } from "../../support/policyRules";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { invokeBare, packageOf } from "./functionPackage";
import { probeArgs } from "./samples";

describe("HealthProbe", () => {
  let registrations: Registrations;
  before(async () => {
    ({ registrations } = await runComponent(() => new HealthProbe("health", probeArgs)));
  });

  it("keeps to the security policy", () => {
    expectSafe(registrations);
  });

  it("alarms on both signals together alone", () => {
    const alarm = registrations.one("aws:cloudwatch/compositeAlarm:CompositeAlarm");
    expect(alarm.inputs.alarmRule).to.equal(
      'ALARM("jenkins-teams-down") AND ALARM("jenkins-control-plane-down")',
    );
    expect(alarm.inputs.alarmActions).to.deep.equal([
      "arn:aws:sns:eu-west-1:123456789012:jenkins-alarms",
    ]);
  });

  it("takes missing data for no sign of death", () => {
    for (const name of ["health-teams-down", "health-control-plane-down"]) {
      const { inputs } = registrations.one("aws:cloudwatch/metricAlarm:MetricAlarm", name);
      expect(inputs, name).to.include({
        treatMissingData: "notBreaching",
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
      });
      expect(inputs.dimensions).to.deep.equal({ Deployment: "jenkins", Region: "eu-central-1" });
      expect(inputs.alarmActions, "a single signal starts nothing").to.equal(undefined);
    }
  });

  it("tells its own troubles to people and not to the failover", () => {
    const own = registrations
      .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter(({ inputs }) => inputs.alarmActions !== undefined);
    expect(own).to.have.length(4);
    for (const { inputs } of own) {
      expect(inputs.alarmActions).to.deep.equal([
        "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
      ]);
    }
  });

  it("is one small file that runs in a bare Node process", async () => {
    const { files, code, zippedBytes } = await packageOf(
      registrations.one("aws:lambda/function:Function"),
    );
    expect(files).to.deep.equal(["__index.js"]);
    expect(zippedBytes).to.be.below(64 * 1024);
    const { output } = await invokeBare(code, { source: "aws.events" });
    // It ran to its end and only then met that nobody takes its data points.
    expect(output).to.include('"controlPlane":["unreachable","unreachable"]');
    expect(output).to.match(/^ERROR .*ECONNREFUSED/m);
  });

  it("names every bad argument together", async () => {
    const policy = { threshold: 0, quorum: 0, periods: 4, outOf: 3 };
    const error = await runComponent(
      () => new HealthProbe("health", { ...probeArgs, policy }),
    ).then(
      () => "accepted",
      (reason: unknown) => String(reason),
    );
    for (const key of ["threshold", "quorum", "outOf"]) expect(error).to.include(`policy.${key}`);
  });
});

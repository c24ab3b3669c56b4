import { expect } from "chai";
import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { TargetCheck } from "../../../../../local/gateway/behaviours/targetHealth/targetCheck";

const group: TargetGroup = {
  HealthCheckProtocol: "HTTP",
  HealthyThresholdCount: 3,
  UnhealthyThresholdCount: 2,
  Matcher: { HttpCode: "200,301-302" },
};

const after = (results: readonly (number | undefined)[], settings = group): string => {
  const check = new TargetCheck("i-1", 8080);
  for (const result of results) check.take(result, settings);
  const { State, Reason } = check.describe();
  return [State, Reason].filter(Boolean).join(" ");
};

describe("a target's health", () => {
  const cases: [string, (number | undefined)[], string][] = [
    ["before any check", [], "initial Elb.RegistrationInProgress"],
    ["new, one bad check", [undefined], "initial Elb.InitialHealthChecking"],
    ["new, one good check", [200], "healthy"],
    ["new, bad up to the threshold, no answer", [undefined, undefined], "unhealthy Target.Timeout"],
    ["new, bad up to the threshold, 503", [503, 503], "unhealthy Target.ResponseCodeMismatch"],
    [
      "unhealthy, not yet good enough",
      [503, 503, 200, 200],
      "unhealthy Target.ResponseCodeMismatch",
    ],
    ["unhealthy, good up to the threshold", [503, 503, 200, 200, 200], "healthy"],
    [
      "unhealthy, interrupted",
      [503, 503, 200, 200, 503, 200],
      "unhealthy Target.ResponseCodeMismatch",
    ],
    ["healthy, one bad check", [200, undefined], "healthy"],
    ["healthy, bad checks that do not follow each other", [200, 503, 200, 503], "healthy"],
    ["healthy, bad up to the threshold", [200, undefined, undefined], "unhealthy Target.Timeout"],
    ["another code of the matcher", [302], "healthy"],
    ["a code outside of the matcher", [303, 303], "unhealthy Target.ResponseCodeMismatch"],
  ];
  for (const [what, results, expected] of cases) {
    it(`${what}: ${expected}`, () => {
      expect(after(results)).to.equal(expected);
    });
  }

  it("takes any answer for good where the check is a TCP connection", () => {
    const tcp: TargetGroup = { HealthCheckProtocol: "TCP", UnhealthyThresholdCount: 2 };
    expect(after([503], tcp)).to.equal("healthy");
    expect(after([undefined, undefined], tcp)).to.equal("unhealthy Target.Timeout");
  });
});

import { expect } from "chai";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { zoneAnswer } from "../../../../../local/gateway/behaviours/route53/zoneAnswer";

const balancer = (region: string): string => `jenkins-1.${region}.elb.amazonaws.com`;

function alias(Name: string, DNSName: string, parts: object = {}): ResourceRecordSet {
  const AliasTarget = { HostedZoneId: "Z1", DNSName, EvaluateTargetHealth: false };
  return { Name, Type: "A", AliasTarget, ...parts };
}

const weighted = (region: string, Weight: number): ResourceRecordSet =>
  alias("edge-1.example.com.", `${balancer(region)}.`, { SetIdentifier: region, Weight });

function target(records: readonly ResourceRecordSet[], draw = 0): string | undefined {
  return zoneAnswer(
    [alias("ma.example.com.", "edge-1.example.com."), ...records],
    "ma.example.com",
    () => draw,
  )?.target;
}

describe("what Route 53 answers", () => {
  const both = (west: number, central: number): ResourceRecordSet[] => [
    weighted("eu-west-1", west),
    weighted("eu-central-1", central),
  ];

  it("is the load balancer behind a host's aliases, for a minute", () => {
    const records = [weighted("eu-west-1", 100)];
    expect(zoneAnswer(records, "edge-1.example.com", () => 0.5)).to.deep.equal({
      target: balancer("eu-west-1"),
      ttlMs: 60_000,
    });
    expect(target(records)).to.equal(balancer("eu-west-1"));
  });

  it("never leads to a weight of 0 while another one is more", () => {
    for (const draw of [0, 0.5, 0.999]) {
      expect(target(both(0, 100), draw)).to.equal(balancer("eu-central-1"));
      expect(target(both(100, 0), draw)).to.equal(balancer("eu-west-1"));
    }
  });

  it("follows the weights' proportion, and treats weights that are all 0 alike", () => {
    expect(target(both(1, 3), 0.24)).to.equal(balancer("eu-west-1"));
    expect(target(both(1, 3), 0.26)).to.equal(balancer("eu-central-1"));
    expect(target(both(0, 0), 0.49)).to.equal(balancer("eu-west-1"));
    expect(target(both(0, 0), 0.51)).to.equal(balancer("eu-central-1"));
  });

  it("is nothing for a name that nobody made, and for records of another type", () => {
    expect(zoneAnswer([], "ma.example.com", () => 0)).to.equal(undefined);
    const text: ResourceRecordSet = { Name: "ma.example.com.", Type: "TXT", TTL: 60 };
    expect(zoneAnswer([text], "ma.example.com", () => 0)).to.equal(undefined);
  });

  it("is an error for what is not modelled, and for a circle", () => {
    const healthy = {
      HostedZoneId: "Z1",
      DNSName: balancer("eu-west-1"),
      EvaluateTargetHealth: true,
    };
    const refused: readonly [ResourceRecordSet, RegExp][] = [
      [alias("edge-1.example.com.", "x", { AliasTarget: healthy }), /has EvaluateTargetHealth/],
      [alias("edge-1.example.com.", "x", { HealthCheckId: "h" }), /has HealthCheckId/],
      [
        alias("edge-1.example.com.", "x", { SetIdentifier: "a", Failover: "PRIMARY" }),
        /not weighted/,
      ],
      [{ Name: "edge-1.example.com.", Type: "A", TTL: 60 }, /an address of its own/],
      [alias("edge-1.example.com.", "ma.example.com"), /circle/],
    ];
    for (const [record, why] of refused) expect(() => target([record])).to.throw(why);
  });
});

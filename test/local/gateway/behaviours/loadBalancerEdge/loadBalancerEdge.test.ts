import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { LambdaBehaviour } from "../../../../../local/gateway/behaviours/lambda/lambda";
import { chooseAction } from "../../../../../local/gateway/behaviours/loadBalancerEdge/listenerRules";
import { LoadBalancerEdge } from "../../../../../local/gateway/behaviours/loadBalancerEdge/loadBalancerEdge";
import { startLocalAws, type LocalAws } from "../localAws";

const dnsName = "jenkins-1.eu-west-1.elb.amazonaws.com";

const fixed = (StatusCode: string, MessageBody = ""): Rule["Actions"] => [
  { Type: "fixed-response", FixedResponseConfig: { StatusCode, MessageBody } },
];
const rules: Rule[] = [
  { IsDefault: true, Priority: "default", Actions: fixed("503", "no such team") },
  {
    Priority: "20",
    Conditions: [
      { Field: "host-header", HostHeaderConfig: { Values: ["ma.jenkins.example.com"] } },
    ],
    Actions: [{ Type: "forward", TargetGroupArn: "ma" }],
  },
  {
    Priority: "10",
    Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/always-healthy"] } }],
    Actions: fixed("200"),
  },
  {
    Priority: "30",
    Conditions: [
      { Field: "host-header", HostHeaderConfig: { Values: ["*.old.example.com"] } },
      { Field: "path-pattern", PathPatternConfig: { Values: ["/job/*"] } },
    ],
    Actions: [
      {
        Type: "redirect",
        RedirectConfig: { Host: "jenkins.example.com", StatusCode: "HTTP_301" },
      },
    ],
  },
];

/** A probe as the product writes it: the load balancer's address, the team's name in Host and SNI. */
const probe = `exports.handler = (event) => new Promise((resolve) => {
  const request = require("https").request(
    { host: event.address, port: 443, servername: event.host, headers: { host: event.host },
      path: event.path, method: "GET", agent: false, signal: AbortSignal.timeout(5000) },
    (response) => { response.resume(); resolve({ status: response.statusCode, location: response.headers.location }); });
  request.on("error", (error) => resolve({ error: error.code }));
  request.end();
});`;

describe("the load balancer edge", () => {
  let aws: LocalAws;
  let lambda: LambdaClient;
  let healthy: string[];

  before(async () => {
    aws = await startLocalAws({
      behaviours: [new LoadBalancerEdge(), new LambdaBehaviour()],
      latencies: { overrides: { lambdaUpdate: "0 seconds" } },
      stub: {
        "elasticloadbalancing DescribeLoadBalancers": () => ({
          LoadBalancers: [{ DNSName: dnsName, LoadBalancerArn: "lb" }],
        }),
        "elasticloadbalancing DescribeListeners": () => ({
          Listeners: [
            { Port: 80, ListenerArn: "http" },
            { Port: 443, ListenerArn: "https" },
          ],
        }),
        "elasticloadbalancing DescribeTargetGroups": () => ({
          TargetGroups: [{ TargetGroupArn: "ma", Port: 8080 }],
        }),
        "elasticloadbalancing DescribeRules": (input: { ListenerArn: string }) => {
          expect(input.ListenerArn).to.equal("https");
          return { Rules: rules };
        },
      },
    });
    aws.gateway.world.targetHealth = { healthyTargets: (arn) => (arn === "ma" ? healthy : []) };
    aws.gateway.world.controllers = {
      started: () => undefined,
      stopping: () => undefined,
      stopped: () => undefined,
      healthCheckStatus: (id, port, path) =>
        id === "i-1" && port === 8080 ? (path === "/login" ? 200 : 403) : undefined,
    };
    lambda = aws.client(LambdaClient, "us-west-2");
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: "probe",
        Role: "arn:aws:iam::123456789012:role/probe",
        Runtime: "nodejs22.x",
        Handler: "__index.handler",
        Timeout: 600,
        Code: { ZipFile: zipSync({ "__index.js": strToU8(probe) }) },
      }),
    );
  });
  after(() => aws.stop());
  beforeEach(() => {
    healthy = ["i-1"];
  });
  afterEach(() => {
    aws.gateway.faults.reviveRegion("eu-west-1");
  });

  async function get(host: string, path = "/login", address = dnsName) {
    const { Payload } = await lambda.send(
      new InvokeCommand({
        FunctionName: "probe",
        Payload: Buffer.from(JSON.stringify({ host, path, address })),
      }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString()) as Record<string, unknown>;
  }

  it("answers a team's host with what its healthy controller says", async () => {
    expect(await get("ma.jenkins.example.com")).to.deep.equal({ status: 200 });
    expect(await get("MA.jenkins.example.com", "/manage")).to.deep.equal({ status: 403 });
  });

  it("answers 503 for a team without a healthy target, and by the default rule", async () => {
    healthy = [];
    expect(await get("ma.jenkins.example.com")).to.deep.equal({ status: 503 });
    expect(await get("unknown.jenkins.example.com")).to.deep.equal({ status: 503 });
  });

  it("answers the always-healthy path without any team", async () => {
    healthy = [];
    expect(await get("anything", "/always-healthy")).to.deep.equal({ status: 200 });
  });

  it("redirects as the rule says", async () => {
    const answered = await get("ci.old.example.com", "/job/a");
    expect(answered).to.deep.equal({
      status: 301,
      location: "https://jenkins.example.com:443/job/a",
    });
  });

  it("does not answer while the region is dead, nor for a load balancer that does not exist", async () => {
    aws.gateway.faults.loseRegion("eu-west-1");
    expect(await get("ma.jenkins.example.com", "/always-healthy")).to.have.property("error");
    aws.gateway.faults.reviveRegion("eu-west-1");
    expect(await get("ma.jenkins.example.com")).to.deep.equal({ status: 200 });
    const other = "other-2.eu-west-1.elb.amazonaws.com";
    expect(await get("ma.jenkins.example.com", "/login", other)).to.have.property("error");
  });

  it("goes by priority, not by the order of the rules, and names a condition it does not know", () => {
    const both = { host: "ma.jenkins.example.com", path: "/always-healthy" };
    expect(chooseAction(rules, both)?.Type).to.equal("fixed-response");
    const odd: Rule[] = [{ Priority: "1", Conditions: [{ Field: "source-ip" }], Actions: [] }];
    expect(() => chooseAction(odd, both)).to.throw("source-ip");
  });
});

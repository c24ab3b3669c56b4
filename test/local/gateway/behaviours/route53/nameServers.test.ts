import { expect } from "chai";
import {
  ChangeResourceRecordSetsCommand,
  type ChangeResourceRecordSetsCommandInput,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { Resolver } from "../../../../../local/dataPlane/edge/resolver";
import type { BehaviourContext } from "../../../../../local/gateway/behaviour";
import { NameServers } from "../../../../../local/gateway/behaviours/route53/nameServers";
import { LatencyTable } from "../../../../../local/gateway/latencies";
import { AwsError } from "../../../../../local/gateway/wire/awsError";
import { startLocalAws, SteppedTime, type LocalAws } from "../localAws";
import { nameOfError } from "../refusals";

const host = "ma.example.com";

describe("Route 53's name servers", () => {
  let aws: LocalAws;
  let servers: NameServers;
  let records: ResourceRecordSet[];
  let time: SteppedTime;

  beforeEach(async () => {
    servers = new NameServers();
    records = [];
    time = new SteppedTime();
    aws = await startLocalAws({
      behaviours: [servers],
      scale: 1,
      realTime: time,
      latencies: { overrides: { route53Propagation: "30 seconds" } },
      stub: {
        "route53 ChangeResourceRecordSets": ({
          ChangeBatch,
        }: ChangeResourceRecordSetsCommandInput) => {
          const [change] = ChangeBatch?.Changes ?? [];
          if (change?.Action !== "UPSERT" || change.ResourceRecordSet === undefined) {
            throw new AwsError("InvalidChangeBatch", "no", 400);
          }
          records = [change.ResourceRecordSet];
          return { ChangeInfo: { Id: "C1", Status: "INSYNC", SubmittedAt: new Date(0) } };
        },
        "route53 ListResourceRecordSets": () => ({
          ResourceRecordSets: records,
          IsTruncated: false,
          MaxItems: 100,
        }),
      },
    });
  });
  afterEach(() => aws.stop());

  async function change(DNSName: string, Action: "UPSERT" | "DELETE" = "UPSERT"): Promise<void> {
    const AliasTarget = { HostedZoneId: "Z2", DNSName, EvaluateTargetHealth: false };
    const ResourceRecordSet = { Name: `${host}.`, Type: "A" as const, AliasTarget };
    await aws.client(Route53Client).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: "Z1",
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
      }),
    );
  }

  const context = { latencies: new LatencyTable() } as BehaviourContext;
  const answer = () => servers.ask(host, context)?.target;

  it("know a change when it has propagated, and not before", async () => {
    await change("one.elb");
    await time.pass(29_000);
    expect(answer()).to.equal(undefined);
    await time.pass(31_000);
    expect(answer()).to.equal("one.elb");
    await change("two.elb");
    await time.pass(29_000);
    expect(answer()).to.equal("one.elb");
    await time.pass(31_000);
    expect(answer()).to.equal("two.elb");
    expect(aws.gateway.events.all().map(({ what }) => what)).to.deep.equal([
      "all name servers know change 1 of Z1",
      "all name servers know change 2 of Z1",
    ]);
  });

  it("know nothing of a change that was refused", async () => {
    expect(await nameOfError(change("one.elb", "DELETE"))).to.equal("InvalidChangeBatch");
    await time.pass(31_000);
    expect(answer()).to.equal(undefined);
  });
});

describe("the users' resolver", () => {
  it("keeps an answer for its TTL, and asks again for a name that was not there", () => {
    let now = 0;
    let target: string | undefined;
    const resolver = new Resolver(
      () => (target === undefined ? undefined : { target, ttlMs: 60_000 }),
      () => now,
    );
    expect(resolver.resolve(host)).to.equal(undefined);
    target = "one";
    expect(resolver.resolve(host)).to.equal("one");
    target = "two";
    now = 59_999;
    expect(resolver.resolve(host)).to.equal("one");
    now = 60_000;
    expect(resolver.resolve(host)).to.equal("two");
  });
});

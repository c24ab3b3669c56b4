import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { requireTaken } from "../../../components/recovery/failoverFlag";
import { Failover, type FailoverArgs } from "../../../components/recovery/failover";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import { expectSafe } from "../../support/policyRules";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { invokeBare, packageOf } from "./functionPackage";
import { deployment, failoverArgs } from "./samples";

const lambdaType = "aws:lambda/function:Function";

let unchanged: Promise<Registrations> | undefined;

/** Serializing the function takes a second: tests that change nothing share one run. */
async function registered(changes?: Partial<FailoverArgs>): Promise<Registrations> {
  if (changes === undefined) return (unchanged ??= registered({}));
  const run = await runComponent(() => new Failover("failover", { ...failoverArgs, ...changes }));
  return run.registrations;
}

function statementOf(registrations: Registrations, action: string) {
  const statements = policyDocuments(registrations)
    .filter((document) => document.kind === "identity")
    .flatMap((document) => document.statements)
    .filter((statement) => statement.actions.includes(action));
  expect(statements, action).to.have.length(1);
  return statements[0]!;
}

describe("Failover", () => {
  it("keeps to the security policy", async () => {
    expectSafe(await registered());
  });

  it("cannot be run twice at once, and ends before a person's abort or force waits long", async () => {
    const lambda = (await registered()).one(lambdaType);
    expect(lambda.inputs).to.include({
      name: "jenkins-failover",
      runtime: "nodejs22.x",
      timeout: 110,
      memorySize: 512,
      reservedConcurrentExecutions: 1,
    });
    expect(lambda.inputs.architectures).to.deep.equal(["arm64"]);
    expect(lambda.inputs.deadLetterConfig).to.have.property("targetArn").that.includes("sqs");
  });

  it("has a role of its own and none of AWS's FullAccess policies", async () => {
    const registrations = await registered();
    const role = registrations.one("aws:iam/role:Role");
    expect(registrations.one(lambdaType).inputs.role).to.equal(role.outputs.arn);
    expect(registrations.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")).to.be.empty;
  });

  it("may act on this deployment's groups, replica, home, edge, record and topic alone", async () => {
    const registrations = await registered();
    expect(
      statementOf(registrations, "autoscaling:UpdateAutoScalingGroup").resources,
    ).to.have.members(
      ["eu-central-1", "eu-west-1"].map(
        (region) =>
          `arn:aws:autoscaling:${region}:123456789012:autoScalingGroup:*:autoScalingGroupName/jenkins-*`,
      ),
    );
    expect(statementOf(registrations, "rds:PromoteReadReplica").resources).to.deep.equal([
      "arn:aws:rds:eu-west-1:123456789012:db:jenkins-g1-replica",
    ]);
    expect(
      statementOf(registrations, "globalaccelerator:UpdateEndpointGroup").resources,
    ).to.have.length(2);
    expect(statementOf(registrations, "dynamodb:PutItem").resources).to.deep.equal([
      "arn:aws:dynamodb:eu-west-1:123456789012:table/jenkins-failover",
    ]);
    expect(statementOf(registrations, "sns:Publish").resources).to.deep.equal([
      failoverArgs.announcementsTopicArn,
    ]);
    for (const resource of statementOf(
      registrations,
      "elasticfilesystem:DeleteReplicationConfiguration",
    ).resources) {
      expect(resource).to.match(/file-system\/fs-(replica|source)$/);
    }
  });

  it("may change the edge's records and no others under route53", async () => {
    const edge = {
      kind: "route53",
      hostedZoneId: "Z1",
      names: ["edge-1.jenkins.example.com"],
    } as const;
    const registrations = await registered({ edge });
    const change = statementOf(registrations, "route53:ChangeResourceRecordSets");
    expect(change.resources).to.deep.equal(["arn:aws:route53:::hostedzone/Z1"]);
    expect(change.conditions["ForAllValues:StringEquals"]).to.deep.include({
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["edge-1.jenkins.example.com"],
    });
    expect(
      JSON.stringify(policyDocuments(registrations).map((each) => each.statements)),
    ).not.to.include("globalaccelerator");
  });

  it("asks for no permission on a database where there is none", async () => {
    const withoutDatabase = { ...failoverArgs };
    Reflect.deleteProperty(withoutDatabase, "replica");
    const run = await runComponent(() => new Failover("failover", withoutDatabase));
    const actions = policyDocuments(run.registrations).flatMap((document) =>
      document.statements.flatMap((statement) => statement.actions),
    );
    expect(actions.filter((action) => action.startsWith("rds:"))).to.be.empty;
  });

  it("may stop, start and mark the machines of this deployment's pairs alone", async () => {
    const registrations = await registered({ hasPairs: true });
    expectSafe(registrations);
    const machines = ["eu-central-1", "eu-west-1"].map(
      (region) => `arn:aws:ec2:${region}:123456789012:instance/*`,
    );
    const ours = { "aws:ResourceTag/pilot-light-pair": "jenkins-*-pair" };
    for (const action of ["ec2:StopInstances", "ec2:StartInstances", "ec2:CreateTags"]) {
      const { resources, conditions } = statementOf(registrations, action);
      expect(resources, action).to.have.members(machines);
      expect(conditions.StringLike, action).to.deep.equal(ours);
    }
    // The tag by which a pair is found must not be given to other machines.
    expect(
      statementOf(registrations, "ec2:CreateTags").conditions["ForAllValues:StringEquals"],
    ).to.deep.equal({ "aws:TagKeys": ["pilot-light-launch"] });
    expect(statementOf(registrations, "ec2:DescribeInstances").resources).to.deep.equal(["*"]);
  });

  it("may do nothing on EC2 where no team has a pair", async () => {
    const actions = policyDocuments(await registered()).flatMap((document) =>
      document.statements.flatMap((statement) => statement.actions),
    );
    expect(actions.filter((action) => action.startsWith("ec2:"))).to.be.empty;
  });

  it("runs each minute and on the region alarm's topic, each allowed by source", async () => {
    const registrations = await registered();
    expect(
      registrations.one("aws:cloudwatch/eventRule:EventRule").inputs.scheduleExpression,
    ).to.equal("rate(1 minute)");
    expect(registrations.one("aws:sns/topicSubscription:TopicSubscription").inputs).to.include({
      topic: failoverArgs.alarmsTopicArn,
      protocol: "lambda",
    });
    const sources = registrations
      .ofType("aws:lambda/permission:Permission")
      .map(({ inputs }) => [inputs.principal, inputs.sourceArn] as const);
    expect(sources).to.have.deep.members([
      ["sns.amazonaws.com", failoverArgs.alarmsTopicArn],
      ["events.amazonaws.com", "arn:aws:events:eu-west-1:123456789012:rule/jenkins-failover"],
    ]);
  });

  it("drops events after the ten minutes that make a trigger stale", async () => {
    const delivery = (await registered()).one(
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    );
    expect(delivery.inputs.maximumEventAgeInSeconds).to.equal(600);
  });

  it("tells people, and never itself, when its machinery fails", async () => {
    const alarms = (await registered()).ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    expect(alarms.map(({ inputs }) => inputs.metricName as string)).to.have.members([
      "Errors",
      "Throttles",
      "Invocations",
      "ApproximateNumberOfMessagesVisible",
      "FailoverBlocked",
      "FailoverUnfenced",
    ]);
    for (const alarm of alarms) {
      expect(alarm.inputs.alarmActions, alarm.name).to.deep.equal([
        failoverArgs.announcementsTopicArn,
      ]);
    }
    const silent = alarms.find(({ inputs }) => inputs.metricName === "Invocations")!;
    expect(silent.inputs.treatMissingData).to.equal("breaching");
  });

  it("names every bad limit together", async () => {
    const limits = { ...failoverArgs.limits, threshold: 1.5, quorum: 0, confirmLimit: 1 };
    try {
      await registered({ limits });
    } catch (error) {
      expect(String(error))
        .to.include("limits.threshold: 1.5")
        .and.include("limits.quorum: 0")
        .and.include("limits.confirmLimit: 1");
      return;
    }
    expect.fail("bad limits were accepted");
  });
});

describe("Failover's config flag", () => {
  const invocation = "aws:lambda/invocation:Invocation";
  let run: Promise<Registrations> | undefined;
  const triggered = (): Promise<Registrations> => (run ??= registered({ trigger: true }));

  it("sends nothing while it is not set", async () => {
    expect((await registered()).ofType(invocation)).to.be.empty;
  });

  it("sends one request on creation and none on deletion or change", async () => {
    const request = (await triggered()).one(invocation);
    expect(request.inputs.lifecycleScope).to.equal("CREATE_ONLY");
    expect(request.ignoreChanges).to.deep.equal(["input"]);
  });

  it("carries a token that only the generation changes", async () => {
    const later = { trigger: true, deployment: { ...deployment, generation: 2 } };
    const requestOf = (registrations: Registrations): unknown =>
      JSON.parse(String(registrations.one(invocation).inputs.input));
    const request = { source: "config", command: "failover", reason: "config flag of stack dr" };
    expect(requestOf(await triggered())).to.deep.equal({
      ...request,
      id: "config-jenkins-generation-1",
      generation: 1,
    });
    expect(requestOf(await registered(later))).to.deep.equal({
      ...request,
      id: "config-jenkins-generation-2",
      generation: 2,
    });
  });

  it("fails the update when the function did not take the request, with what to do instead", () => {
    const answer = { phase: "aborted", generation: 1, activeRegion: "eu-central-1", rounds: 1 };
    const seen = {
      ...answer,
      accepted: false,
      trigger: "config-jenkins-generation-1 was seen before.",
    };
    expect(() => requireTaken(JSON.stringify(seen), "dr"))
      .to.throw(pulumi.RunError)
      .with.property("message")
      .that.matches(
        /was seen before\. Nothing was moved .*phase aborted.*npm run failover -- --stack dr/s,
      );
    const taken = { ...answer, accepted: true, trigger: "Accepted config x." };
    expect(requireTaken(JSON.stringify(taken), "dr")).to.equal("Accepted config x.");
  });

  it("waits until the function has its permissions and its alarm", async () => {
    const registrations = await triggered();
    const { dependsOn } = registrations.one(invocation);
    expect(dependsOn).to.include(registrations.one("aws:iam/rolePolicy:RolePolicy").urn);
    expect(dependsOn).to.include(
      registrations.one("aws:sns/topicSubscription:TopicSubscription").urn,
    );
  });
});

describe("the failover function's package", () => {
  it("is one file of at most 64 kB", async () => {
    const { files, zippedBytes } = await packageOf((await registered()).one(lambdaType));
    expect(files).to.deep.equal(["__index.js"]);
    expect(zippedBytes).to.be.below(64 * 1024);
  });

  it("still is with 500 teams", async () => {
    const teams = Array.from({ length: 500 }, (_, index) => ({
      team: `team-${index}`,
      host: `team-${index}.jenkins.example.com`,
      shard: Math.floor(index / 90),
      serving: { min: 1, max: 1, desired: 1 },
    }));
    const { zippedBytes } = await packageOf((await registered({ teams })).one(lambdaType));
    expect(zippedBytes).to.be.below(64 * 1024);
  });

  it("runs in a bare Node process up to the first AWS call", async () => {
    const { code } = await packageOf((await registered()).one(lambdaType));
    const { output } = await invokeBare(code, { source: "aws.events" });
    expect(output).to.match(/^ERROR .*ECONNREFUSED/m);
  });

  it("refuses an event that it is not meant to get", async () => {
    const { code } = await packageOf((await registered()).one(lambdaType));
    const { output } = await invokeBare(code, { hello: "world" });
    expect(output).to.include("none of SNS, schedule or request");
  });
});

/**
 * The reference system "pilot light": a second region that holds the state and little else until the
 * first one is lost. Step by step, on both stacks as the sample settings deploy them; the dr stack
 * has read what the primary stack published.
 */
import { expect } from "chai";
import { policyDocuments } from "../support/policyRules/policyDocuments";
import type { Registrations } from "../support/registrations";
import type { Properties } from "../support/typeRow";
import { wholeStacks } from "../support/wholeStacks";
import {
  functionNamed,
  groupOf,
  launchTemplateOf,
  scheduleOf,
  teams,
  userDataOf,
} from "./inspection";

const active = "eu-central-1";
const waiting = "eu-west-1";

describe("the reference system pilot light", function () {
  this.timeout(60_000);
  let primary: Registrations;
  let dr: Registrations;
  let outputs: Properties;

  before(async () => {
    const stacks = await wholeStacks();
    primary = stacks.primary.registrations;
    dr = stacks.dr.registrations;
    outputs = stacks.dr.result;
  });

  /** What a function's own role allows, as `action` → resources. */
  function permissionsOf(lambda: string): ReadonlyMap<string, readonly string[]> {
    const arn = functionNamed(dr, lambda).inputs.role as string;
    const role = dr.ofType("aws:iam/role:Role").find(({ outputs: made }) => made.arn === arn);
    const statements = policyDocuments(dr)
      .filter(({ owner, kind }) => kind === "identity" && owner.inputs.role === role?.id)
      .flatMap((document) => document.statements);
    return new Map(
      statements.flatMap(({ actions, resources }) =>
        actions.map((action) => [action, resources] as const),
      ),
    );
  }

  it("step 1: two regions, each with a network of its own that does not overlap the other's", () => {
    const [near, far] = [primary, dr].map((stack) => stack.one("awsx:ec2:Vpc").inputs);
    expect(near?.cidrBlock).not.to.equal(far?.cidrBlock);
    expect(primary.one("aws:rds/instance:Instance").region).to.equal(active);
    expect(dr.one("aws:rds/instance:Instance").region).to.equal(waiting);
    expect(outputs.region).to.equal(waiting);
  });

  it("step 2: one golden image, distributed to both regions and used by both", () => {
    const { distributions } = primary.one(
      "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
    ).inputs;
    const regions = (distributions as Properties[]).map(({ region }) => region as string);
    expect(regions).to.have.members([active, waiting]);
    const images = primary.one("aws:imagebuilder/image:Image").outputs.outputResources as {
      amis: { region: string; image: string }[];
    }[];
    for (const [stack, region] of [
      [primary, active],
      [dr, waiting],
    ] as const) {
      const copy = images[0]?.amis.find((ami) => ami.region === region)?.image;
      expect(copy).to.be.a("string");
      for (const template of stack.ofType("aws:ec2/launchTemplate:LaunchTemplate")) {
        expect(template.inputs.imageId, `${template.name} in ${region}`).to.equal(copy);
      }
    }
  });

  it("step 3: launch templates in the waiting region, complete for its own home and database", () => {
    const endpoint = dr.one("aws:rds/instance:Instance").outputs.address as string;
    const [mount] = dr.ofType("aws:efs/mountTarget:MountTarget");
    for (const team of teams) {
      const here = launchTemplateOf(dr, groupOf(dr, team));
      const there = launchTemplateOf(primary, groupOf(primary, team));
      expect(here.inputs.instanceType).to.equal(there.inputs.instanceType);
      const text = userDataOf(here);
      expect(text, `${team} mounts the replica`).to.include(mount?.inputs.fileSystemId);
      expect(text, `${team} uses the replica`).to.include(endpoint);
      expect(text).to.match(/ROLE="?waiting/);
      expect(userDataOf(there)).to.match(/ROLE="?active/);
    }
  });

  it("step 4: Auto Scaling groups of zero in the waiting region, which Pulumi will not set back", () => {
    for (const team of teams) {
      const group = groupOf(dr, team);
      expect(group.inputs, team).to.include({ minSize: 0, maxSize: 0, desiredCapacity: 0 });
      expect(group.ignoreChanges).to.include.members([
        "minSize",
        "maxSize",
        "desiredCapacity",
        "suspendedProcesses",
      ]);
      expect(groupOf(primary, team).inputs.desiredCapacity, team).to.be.at.least(1);
    }
  });

  it("step 5: a replica of the database across the regions, under a key of its region", () => {
    const source = primary.one("aws:rds/instance:Instance");
    const replica = dr.one("aws:rds/instance:Instance");
    expect(replica.inputs.replicateSourceDb).to.equal(source.outputs.arn);
    expect(source.inputs.backupRetentionPeriod, "a replica needs backups").to.be.at.least(1);
    expect(replica.inputs.storageEncrypted).to.equal(true);
    expect(replica.inputs.kmsKeyId).to.match(new RegExp(`:kms:${waiting}:`));
    expect(replica.ignoreChanges, "promotion belongs to the failover").to.include(
      "replicateSourceDb",
    );
  });

  it("step 6: parameters and secrets in both regions, readable where the controllers start", () => {
    const parameters = primary.ofType("aws:ssm/parameter:Parameter");
    const names = new Set(parameters.map(({ inputs }) => inputs.name as string));
    expect(names).to.have.property("size").at.least(1);
    for (const name of names) {
      const places = parameters.filter(({ inputs }) => inputs.name === name);
      expect(
        places.map(({ region }) => region),
        name,
      ).to.have.members([active, waiting]);
      const values = new Set(places.map(({ inputs }) => inputs.value as string));
      expect(values.size, `${name} is the same in both`).to.equal(1);
    }
    const secrets = primary.ofType("aws:secretsmanager/secret:Secret");
    expect(secrets).not.to.be.empty;
    for (const { name, inputs } of secrets) {
      const [copy] = inputs.replicas as Properties[];
      expect(copy?.region, name).to.equal(waiting);
      expect(copy?.kmsKeyId, name).to.match(new RegExp(`:kms:${waiting}:`));
    }
  });

  it("step 7: artifacts replicated by S3 both ways, within 15 minutes", () => {
    const ways = primary
      .ofType("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
      .map(({ region, inputs }) => {
        const [rule] = inputs.rules as Properties[];
        expect(rule?.status).to.equal("Enabled");
        const { bucket, replicationTime } = rule?.destination as Properties;
        expect(replicationTime).to.deep.equal({ status: "Enabled", time: { minutes: 15 } });
        return `${region ?? ""} → ${String(bucket)}`;
      });
    const bucket = (region: string): string =>
      primary.one("aws:s3/bucket:Bucket", `artifacts-${region}`).outputs.arn as string;
    expect(ways).to.have.members([
      `${active} → ${bucket(waiting)}`,
      `${waiting} → ${bucket(active)}`,
    ]);
    for (const region of [active, waiting]) {
      expect(
        primary.one("aws:s3/bucketVersioning:BucketVersioning", `artifacts-${region}-versioning`)
          .inputs.versioningConfiguration,
      ).to.include({ status: "Enabled" });
    }
  });

  it("step 8: alarms in the waiting region → SNS → the failover function there", () => {
    const alarm = dr.one("aws:cloudwatch/compositeAlarm:CompositeAlarm");
    const lambda = functionNamed(dr, outputs.failoverFunction as string);
    expect(alarm.region).to.equal(waiting);
    expect(alarm.inputs.alarmName).to.equal(outputs.regionAlarm);
    const signals = [...(alarm.inputs.alarmRule as string).matchAll(/ALARM\("([^"]+)"\)/g)];
    expect(signals, "one signal is not enough").to.have.length(2);
    expect(alarm.inputs.alarmRule).to.include(" AND ");
    for (const [, name] of signals) {
      const signal = dr
        .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
        .find(({ inputs }) => inputs.name === name);
      expect(signal?.inputs.treatMissingData, `${name!}: missing data is not death`).to.equal(
        "notBreaching",
      );
    }
    const [topicArn] = alarm.inputs.alarmActions as string[];
    const subscription = dr
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .find(({ inputs }) => inputs.protocol === "lambda");
    expect(subscription?.inputs).to.include({
      topic: topicArn,
      endpoint: lambda.outputs.arn as string,
    });
    const invoker = dr
      .ofType("aws:lambda/permission:Permission")
      .find(({ inputs }) => inputs.principal === "sns.amazonaws.com");
    expect(invoker?.inputs).to.include({
      sourceArn: topicArn,
      function: lambda.outputs.name as string,
    });
    expect(lambda.region).to.equal(waiting);
    expect(scheduleOf(dr, lambda), "transitions alone are not enough").to.equal("rate(1 minute)");
    expect(lambda.inputs.reservedConcurrentExecutions).to.equal(1);
  });

  it("step 9: the function may promote, free the home, scale up and move traffic, and no more", () => {
    const allowed = permissionsOf(outputs.failoverFunction as string);
    const replica = dr.one("aws:rds/instance:Instance").outputs.arn as string;
    expect(allowed.get("rds:PromoteReadReplica")).to.deep.equal([replica]);
    expect(allowed.get("autoscaling:UpdateAutoScalingGroup")).to.have.length(2);
    const groups = [primary, dr].map(
      (stack) =>
        stack.one("aws:globalaccelerator/endpointGroup:EndpointGroup").outputs.arn as string,
    );
    expect(allowed.get("globalaccelerator:UpdateEndpointGroup")).to.have.members(groups);
    expect(allowed.get("elasticfilesystem:DeleteReplicationConfiguration")).to.not.be.empty;
    const deletes = [...allowed.keys()].filter((action) =>
      /:(Delete|Terminate|Remove)/.test(action),
    );
    expect(deletes, "it can destroy nothing").to.deep.equal([
      "elasticfilesystem:DeleteReplicationConfiguration",
    ]);
  });

  it("step 10: the accelerator sends everybody to the active region until the failover", () => {
    const [near, far] = [primary, dr].map((stack) =>
      stack.one("aws:globalaccelerator/endpointGroup:EndpointGroup"),
    );
    expect(near?.inputs).to.include({ endpointGroupRegion: active, trafficDialPercentage: 100 });
    expect(far?.inputs).to.include({ endpointGroupRegion: waiting, trafficDialPercentage: 0 });
    expect(far?.inputs.listenerArn).to.equal(near?.inputs.listenerArn);
    for (const group of [near, far]) {
      expect(group?.ignoreChanges).to.include.members([
        "trafficDialPercentage",
        "endpointConfigurations",
      ]);
    }
  });

  it("step 11: a function that takes a snapshot each day and keeps a copy in the waiting region", () => {
    const lambda = functionNamed(dr, "jenkins-snapshots");
    expect(lambda.region).to.equal(waiting);
    expect(scheduleOf(dr, lambda)).to.equal("rate(1 hour)");
    const allowed = permissionsOf("jenkins-snapshots");
    const source = primary.one("aws:rds/instance:Instance").outputs.arn as string;
    expect(allowed.get("rds:CreateDBSnapshot")).to.include(source);
    expect(allowed.get("rds:CopyDBSnapshot")?.join()).to.include(`:rds:${waiting}:`);
    for (const resource of allowed.get("rds:DeleteDBSnapshot") ?? []) {
      expect(resource, "it deletes its own snapshots alone").to.match(
        /:snapshot:jenkins-daily-\*$/,
      );
    }
    const alarm = (name: string): Properties =>
      dr.one("aws:cloudwatch/metricAlarm:MetricAlarm", `pilot-light-snapshots-${name}`).inputs;
    expect(alarm("copy-age").metricName).to.equal("NewestSnapshotCopyAge");
    expect(alarm("copy-age").alarmActions).to.not.be.empty;
    expect(alarm("inline-silent").treatMissingData, "it must not fall silent").to.equal(
      "breaching",
    );
  });

  // Step 12, container images by their URLs: containerImages.test.ts.

  it("step 13: e-mail for every alarm and every phase of a failover", () => {
    const subscriptions = dr
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .filter(({ inputs }) => inputs.protocol === "email");
    for (const topic of dr.ofType("aws:sns/topic:Topic")) {
      const addresses = subscriptions
        .filter(({ inputs }) => inputs.topic === topic.outputs.arn)
        .map(({ inputs }) => inputs.endpoint as string);
      expect(addresses, topic.name).to.deep.equal(["platform-team@example.com"]);
    }
    const announcements = dr
      .ofType("aws:sns/topic:Topic")
      .find(({ inputs }) => (inputs.name as string).endsWith("-announcements"));
    const allowed = permissionsOf(outputs.failoverFunction as string);
    expect(allowed.get("sns:Publish")).to.deep.equal([announcements?.outputs.arn]);
  });
});

/**
 * The reference system "active-active Jenkins on AWS", step by step, on the whole primary stack as
 * the sample settings deploy it. Its active-active team is `devops`.
 */
import { expect } from "chai";
import type { Registration, Registrations } from "../support/registrations";
import type { Properties } from "../support/typeRow";
import { runStack, wholePrimary } from "../support/wholeStacks";
import { alarmsOf, groupOf, launchTemplateOf, userDataOf, subnetsOf } from "./inspection";

describe("the reference system active-active Jenkins", function () {
  this.timeout(60_000);
  let stack: Registrations;
  let outputs: Properties;
  let group: Registration;

  before(async () => {
    const primary = await wholePrimary();
    stack = primary.registrations;
    outputs = primary.result;
    group = groupOf(stack, "devops");
  });

  it("step 1: a VPC over two or more availability zones, its tiers in subnets of their own", () => {
    const vpc = stack.one("awsx:ec2:Vpc").inputs;
    expect(vpc.numberOfAvailabilityZones).to.be.at.least(2);
    const [edge, machines] = [subnetsOf(stack, "public"), subnetsOf(stack, "private")];
    const state = subnetsOf(stack, "isolated");
    for (const tier of [edge, machines, state]) {
      expect(tier).to.have.length(vpc.numberOfAvailabilityZones as number);
    }
    for (const balancer of stack.ofType("aws:lb/loadBalancer:LoadBalancer")) {
      expect(balancer.inputs.subnets, balancer.name).to.deep.equal(edge);
    }
    for (const fleet of stack.ofType("aws:autoscaling/group:Group")) {
      expect(fleet.inputs.vpcZoneIdentifiers, fleet.name).to.deep.equal(machines);
    }
    expect(stack.one("aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds).to.deep.equal(state);
  });

  it("step 2: two or more live controllers, each in its zone and with a home of its own", () => {
    expect(group.inputs.minSize).to.be.at.least(2);
    expect(group.inputs.desiredCapacity).to.be.at.least(2);
    expect(group.inputs.vpcZoneIdentifiers).to.have.length.at.least(2);
    // A replacement comes before what it replaces: the team is never short of a controller.
    expect(group.inputs.instanceMaintenancePolicy).to.include({ minHealthyPercentage: 100 });
    const homes = stack
      .ofType("aws:efs/accessPoint:AccessPoint")
      .map(({ inputs }) => (inputs.rootDirectory as { path: string }).path)
      .filter((path) => path.includes("devops"));
    expect(new Set(homes).size, "one home a slot").to.equal(group.inputs.maxSize);
    for (const single of ["ma", "ba", "tw"]) {
      const { inputs } = groupOf(stack, single);
      expect(inputs, `${single} has one writer`).to.include({ maxSize: 1, minSize: 1 });
      expect(inputs.instanceMaintenancePolicy).to.include({
        minHealthyPercentage: 0,
        maxHealthyPercentage: 100,
      });
    }
  });

  it("step 3: a load balancer with health checks and TLS, that keeps a session on its controller", () => {
    const balancer = stack.one("aws:lb/loadBalancer:LoadBalancer", "jenkins-1");
    expect(balancer.inputs).to.include({ loadBalancerType: "application", internal: false });
    const listeners = stack
      .ofType("aws:lb/listener:Listener")
      .filter(({ inputs }) => inputs.loadBalancerArn === balancer.outputs.arn);
    const https = listeners.find(({ inputs }) => inputs.protocol === "HTTPS");
    expect(https?.inputs.sslPolicy).to.match(/TLS13/);
    expect(https?.inputs.certificateArn).to.equal(
      stack.one("aws:acm/certificateValidation:CertificateValidation").outputs.certificateArn,
    );
    const http = listeners.find(({ inputs }) => inputs.protocol === "HTTP");
    expect(http?.inputs.defaultActions).to.have.nested.property("[0].redirect.protocol", "HTTPS");
    expect(listeners, "nothing else listens").to.have.length(2);

    const rules = stack
      .ofType("aws:lb/listenerRule:ListenerRule")
      .filter(({ inputs }) => JSON.stringify(inputs.conditions).includes("devops."));
    expect(rules).to.have.length(1);
    const targets = stack.one("aws:lb/targetGroup:TargetGroup", "jenkins-1-devops");
    expect(rules[0]?.inputs.actions).to.have.nested.property(
      "[0].targetGroupArn",
      targets.outputs.arn,
    );
    expect(targets.inputs.healthCheck).to.include({ path: "/login", matcher: "200" });
    expect(targets.inputs.stickiness).to.include({ enabled: true });
    expect(group.inputs.targetGroupArns).to.include(targets.outputs.arn);
    expect(group.inputs.healthCheckType, "what does not answer is replaced").to.equal("ELB");
  });

  it("step 4: JENKINS_HOME on EFS, reachable from each zone, encrypted on the way and at rest", () => {
    const home = stack.one("aws:efs/fileSystem:FileSystem");
    expect(home.inputs.encrypted).to.equal(true);
    const mounts = stack.ofType("aws:efs/mountTarget:MountTarget").map(({ inputs }) => inputs);
    expect(mounts.map(({ subnetId }) => subnetId as string)).to.have.members(
      subnetsOf(stack, "isolated"),
    );
    for (const { fileSystemId } of mounts) expect(fileSystemId).to.equal(home.id);
    const script = userDataOf(launchTemplateOf(stack, group));
    expect(script)
      .to.include(home.id)
      .and.to.match(/\btls\b/)
      .and.to.match(/\biam\b/);
    for (const point of stack
      .ofType("aws:efs/accessPoint:AccessPoint")
      .filter(({ name }) => name.includes("devops"))) {
      expect(script, `${point.name} is mounted`).to.include(point.id);
    }
  });

  it("step 5: RDS over two zones, encrypted, backed up and named to the controllers", () => {
    const { inputs, outputs: database } = stack.one("aws:rds/instance:Instance");
    expect(inputs).to.include({
      multiAz: true,
      storageEncrypted: true,
      publiclyAccessible: false,
    });
    expect(inputs.backupRetentionPeriod).to.be.at.least(1);
    expect(userDataOf(launchTemplateOf(stack, group))).to.include(database.address);
  });

  it("step 6: an Auto Scaling group that follows CPU and traffic", () => {
    const policies = stack
      .ofType("aws:autoscaling/policy:Policy")
      .filter(({ inputs }) => inputs.autoscalingGroupName === group.outputs.name)
      .map(({ inputs }) => inputs.targetTrackingConfiguration as Properties);
    const metrics = policies.map(({ predefinedMetricSpecification }) => {
      return (predefinedMetricSpecification as Properties).predefinedMetricType as string;
    });
    expect(metrics).to.have.members(["ASGAverageCPUUtilization", "ALBRequestCountPerTarget"]);
    for (const { targetValue } of policies) expect(targetValue).to.be.above(0);
    expect(group.inputs.maxSize).to.be.above(group.inputs.minSize as number);
    // What AWS sets at run time, the next `pulumi up` must not set back.
    expect(group.ignoreChanges).to.include("desiredCapacity").and.not.include("maxSize");
  });

  it("step 7: agents on EC2 spot, from zero, or on ECS Fargate by config", async () => {
    const fleet = stack.one("aws:autoscaling/group:Group", "jenkins-devops-agents").inputs;
    expect(fleet).to.include({ minSize: 0, desiredCapacity: 0, capacityRebalance: true });
    const { instancesDistribution, launchTemplate } = fleet.mixedInstancesPolicy as Properties;
    expect(instancesDistribution).to.include({ onDemandPercentageAboveBaseCapacity: 0 });
    expect((launchTemplate as Properties).overrides, "several types to choose from")
      .to.be.an("array")
      .with.length.at.least(2);
    expect(userDataOf(launchTemplateOf(stack, group)), "the controller knows its fleet").to.include(
      "jenkins-devops-agents",
    );

    const teams = JSON.stringify([{ name: "devops", agents: { kind: "fargate" } }]);
    const { registrations } = await runStack("primary", { teams });
    expect(registrations.ofType("aws:ecs/cluster:Cluster")).to.have.length(1);
    const [task] = registrations.ofType("aws:ecs/taskDefinition:TaskDefinition");
    expect(task?.inputs.requiresCompatibilities).to.deep.equal(["FARGATE"]);
  });

  it("step 8: Route 53 leads each team's name to Jenkins", () => {
    const accelerator = stack.one("aws:globalaccelerator/accelerator:Accelerator").outputs;
    for (const team of ["devops", "ma", "ba", "tw"]) {
      const host = `${team}.jenkins.example.com`;
      const record = stack.one("aws:route53/record:Record", `traffic-${host}`).inputs;
      expect(record).to.include({ name: host, type: "A" });
      expect(record.aliases).to.have.nested.property("[0].name", accelerator.dnsName);
      expect(outputs.urls).to.have.property(team, `https://${host}/`);
    }
  });

  it("step 9: backups of all state, and a second region to go on in", () => {
    const home = stack.one("aws:efs/fileSystem:FileSystem");
    const database = stack.one("aws:rds/instance:Instance");
    const selection = stack.one("aws:backup/selection:Selection").inputs;
    expect(selection.resources).to.have.members([home.outputs.arn, database.outputs.arn]);
    const [rule] = stack.one("aws:backup/plan:Plan").inputs.rules as Properties[];
    expect(rule?.copyActions)
      .to.have.nested.property("[0].destinationVaultArn")
      .that.includes(":eu-west-1:");
    expect(stack.ofType("aws:backup/vaultLockConfiguration:VaultLockConfiguration")).to.have.length(
      2,
    );
    expect(
      stack.one("aws:efs/replicationConfiguration:ReplicationConfiguration").inputs,
    ).to.have.nested.property("destination.region", "eu-west-1");
    expect(stack.ofType("aws:s3/bucketReplicationConfig:BucketReplicationConfig")).to.have.length(
      2,
    );
  });

  it("step 10: CloudWatch watches every layer and SNS tells people", () => {
    const topic = stack.one("aws:sns/topic:Topic", "topics-announcements");
    const watched = new Set(alarmsOf(stack).map(({ inputs }) => inputs.namespace as string));
    expect([...watched]).to.include.members([
      "AWS/ApplicationELB",
      "AWS/RDS",
      "AWS/EFS",
      "AWS/S3",
      "AWS/Backup",
    ]);
    for (const alarm of alarmsOf(stack)) {
      expect(alarm.inputs.alarmActions, alarm.name).to.include(topic.outputs.arn);
    }
    const mails = stack
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .filter(({ inputs }) => inputs.topic === topic.outputs.arn && inputs.protocol === "email");
    expect(mails.map(({ inputs }) => inputs.endpoint as string)).to.deep.equal([
      "platform-team@example.com",
    ]);
    const dashboard = stack.one("aws:cloudwatch/dashboard:Dashboard").inputs;
    expect(JSON.parse(dashboard.dashboardBody as string)).to.have.property("widgets").that.is.not
      .empty;
    expect(outputs.dashboardUrl).to.include(dashboard.dashboardName as string);
  });
});

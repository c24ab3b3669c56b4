/**
 * The reference system "highly available web application with dev and prod", point by point, on both
 * stacks as the sample settings deploy them.
 */
import { expect } from "chai";
import { promotionTargetSchema } from "../../promotion/target";
import { expectSafe } from "../support/policyRules";
import type { Registration, Registrations } from "../support/registrations";
import type { Properties } from "../support/typeRow";
import { runWebStack, sampleWith, wholeWebStacks } from "../support/wholeWebStacks";
import { alarmsOf, filesOf, launchTemplateOf, subnetsOf } from "./inspection";

const records = "aws:route53/record:Record";

describe("the reference system web application", function () {
  this.timeout(60_000);
  let dev: Registrations;
  let prod: Registrations;
  let devOutputs: Properties;
  let prodOutputs: Properties;
  /** Both with every choice that differs from the samples'. */
  let otherDev: Registrations;
  let otherProd: Registrations;
  let otherPromotion: Properties;

  before(async () => {
    const both = await wholeWebStacks();
    dev = both.dev.registrations;
    prod = both.prod.registrations;
    devOutputs = both.dev.result;
    prodOutputs = both.prod.result;
    otherDev = (await runWebStack("web-dev", otherChoicesOfDev)).registrations;
    const other = await runWebStack("web-prod", otherChoicesOfProd, devOutputs);
    otherProd = other.registrations;
    otherPromotion = other.result.promotion as Properties;
  });

  it("keeps to the security policy in both stacks, whatever is chosen", () => {
    for (const stack of [dev, prod, otherDev, otherProd]) expectSafe(stack);
  });

  it("point 1: one VPC over two zones, in which both environments stand", () => {
    const vpc = dev.one("awsx:ec2:Vpc").inputs;
    expect(vpc.numberOfAvailabilityZones).to.equal(2);
    expect(prod.ofType("awsx:ec2:Vpc")).to.have.length(0);
    for (const [stack, name] of [
      [dev, "dev"],
      [prod, "prod"],
    ] as const) {
      const machines = subnetsOf(dev, "private");
      expect(groupOf(stack, name).inputs.vpcZoneIdentifiers).to.deep.equal(machines);
      const mounts = stack.ofType("aws:efs/mountTarget:MountTarget");
      expect(mounts.map(({ inputs }) => inputs.subnetId as string)).to.deep.equal(
        subnetsOf(dev, "isolated"),
      );
    }
  });

  it("point 2: one load balancer for both by host, HTTPS by certificates that DNS validates", () => {
    const balancer = dev.one("aws:lb/loadBalancer:LoadBalancer");
    expect(prod.ofType("aws:lb/loadBalancer:LoadBalancer")).to.have.length(0);
    const listeners = dev.ofType("aws:lb/listener:Listener");
    const https = listeners.find(({ inputs }) => inputs.protocol === "HTTPS")!;
    expect(https.inputs.certificateArn).to.equal(
      dev.one("aws:acm/certificateValidation:CertificateValidation").outputs.certificateArn,
    );
    expect(listeners, "and one that leads to HTTPS").to.have.length(2);
    expect(ruleOf(dev, "dev").inputs.listenerArn).to.equal(https.outputs.arn);
    expect(ruleOf(prod, "prod").inputs.listenerArn).to.equal(https.outputs.arn);
    expect(hostsOf(dev, "dev")).to.deep.equal(["dev.example.com"]);
    expect(hostsOf(prod, "prod")).to.deep.equal(["www.example.com"]);
    expect(ruleOf(dev, "dev").inputs.priority).to.not.equal(ruleOf(prod, "prod").inputs.priority);
    const added = prod.one("aws:lb/listenerCertificate:ListenerCertificate").inputs;
    expect(added.listenerArn).to.equal(https.outputs.arn);
    expect(added.certificateArn).to.equal(
      prod.one("aws:acm/certificateValidation:CertificateValidation").outputs.certificateArn,
    );
    for (const stack of [dev, prod]) {
      expect(stack.one("aws:acm/certificate:Certificate").inputs.validationMethod).to.equal("DNS");
    }
    expect(balancer.inputs.internal).to.equal(false);
  });

  it("point 3: access logs in S3", () => {
    const { accessLogs } = dev.one("aws:lb/loadBalancer:LoadBalancer").inputs;
    expect(accessLogs).to.deep.equal({
      enabled: true,
      bucket: dev.one("aws:s3/bucket:Bucket").id,
    });
    expect(
      dev.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules,
    ).to.have.nested.property("[0].expiration.days", 90);
  });

  it("point 4: a MySQL master over two zones in dev", () => {
    const master = dev.one("aws:rds/instance:Instance").inputs;
    expect(master).to.include({
      engine: "mysql",
      multiAz: true,
      storageEncrypted: true,
      publiclyAccessible: false,
    });
    expect(master.backupRetentionPeriod, "replicas need backups").to.be.at.least(1);
  });

  it("point 5: two replicas of it serve prod, one in each zone", () => {
    const master = dev.one("aws:rds/instance:Instance").outputs.identifier as string;
    const replicas = prod.ofType("aws:rds/instance:Instance").map(({ inputs }) => inputs);
    expect(replicas.map(({ replicateSourceDb }) => replicateSourceDb as string)).to.deep.equal([
      master,
      master,
    ]);
    expect(replicas.map(({ availabilityZone }) => availabilityZone as string)).to.deep.equal([
      "eu-central-1a",
      "eu-central-1b",
    ]);
  });

  it("point 6: a private zone with a simple record for the master", () => {
    const zone = dev.one("aws:route53/zone:Zone");
    expect(zone.inputs.vpcs).to.deep.equal([{ vpcId: devOutputs.vpcId as string }]);
    const master = dev.one("aws:rds/instance:Instance").outputs;
    const { inputs } = dev.one(records, "master-name-record");
    expect(inputs).to.deep.include({
      zoneId: zone.outputs.zoneId as string,
      name: "master.web.internal",
      records: [master.address as string],
    });
    expect(inputs).to.not.have.property("weightedRoutingPolicies");
  });

  it("point 7: one private name for the replicas, weighted by config", () => {
    expect(weightsOf(prod)).to.deep.equal([1, 1]);
    expect(weightsOf(otherProd)).to.deep.equal([3, 1, 0]);
    const names = readerRecords(otherProd).map(({ inputs }) => inputs.name as string);
    expect(new Set(names)).to.deep.equal(new Set(["reader.prod.web.internal"]));
  });

  it("point 8: a replica that is gone leaves the answer, by what CloudWatch hears of it", () => {
    const checks = prod.ofType("aws:route53/healthCheck:HealthCheck");
    for (const [index, { inputs }] of readerRecords(prod).entries()) {
      expect(inputs.ttl).to.be.at.most(10);
      const check = checks.find(({ id }) => id === inputs.healthCheckId)!;
      // From the internet nobody reaches a private address.
      expect(check.inputs).to.include({
        type: "CLOUDWATCH_METRIC",
        insufficientDataHealthStatus: "Unhealthy",
      });
      const alarm = alarmsOf(prod).find(({ id }) => id === check.inputs.cloudwatchAlarmName)!;
      expect(alarm.inputs).to.include({ treatMissingData: "breaching", threshold: 1 });
      expect(alarm.inputs.dimensions).to.deep.equal({
        DBInstanceIdentifier: `web-prod-replica-${index + 1}`,
      });
    }
  });

  it("point 9: a file system for each environment, mounted by TLS, IAM and access point", () => {
    for (const [stack, name] of [
      [dev, "dev"],
      [prod, "prod"],
    ] as const) {
      const { id } = stack.one("aws:efs/fileSystem:FileSystem");
      const point = stack.one("aws:efs/accessPoint:AccessPoint");
      expect(point.inputs.posixUser, "owner of every file").to.deep.equal({ uid: 48, gid: 48 });
      const unit = machineFiles(stack, name).get("/etc/systemd/system/srv-web.mount");
      expect(unit).to.include(`What=${id}:/`).and.include(`rw,tls,iam,accesspoint=${point.id}`);
    }
  });

  it("point 10: an image, and a group of machines for each environment made from it", () => {
    for (const [stack, name] of [
      [dev, "dev"],
      [prod, "prod"],
    ] as const) {
      const group = groupOf(stack, name);
      expect(group.inputs.healthCheckType, "what does not answer is replaced").to.equal("ELB");
      expect(launchTemplateOf(stack, group).inputs.imageId).to.equal(devOutputs.imageId);
      const policies = stack.ofType("aws:autoscaling/policy:Policy");
      expect(policies, "scales by CPU and requests").to.have.length(2);
    }
    expect(devOutputs.imageId).to.equal("ami-image-image-eu-central-1");
    expect(otherDev.ofType("aws:ec2/amiFromInstance:AmiFromInstance")).to.have.length(1);
  });

  it("point 11: prod copies the application from dev, which it can only read, but for the static file", () => {
    const files = machineFiles(prod, "prod");
    const { fileSystemId, accessPointId } = devOutputs as Record<string, string>;
    expect(files.get("/etc/systemd/system/srv-dev.mount"))
      .to.include(`What=${fileSystemId!}:/`)
      .and.include(`ro,tls,iam,accesspoint=${accessPointId!}`);
    expect(files.get("/etc/webapp/static-files")).to.equal("/wp-config.php\n");
    expect(files.get("/etc/webapp/content")).to.include('OWNER="apache:apache"');
    const statements = machinePolicy(prod);
    const ofDev = statements.filter(({ Resource }) =>
      JSON.stringify(Resource).includes(fileSystemId!),
    );
    expect(ofDev.map(({ Action }) => Action as string)).to.deep.equal([
      "elasticfilesystem:ClientMount",
    ]);
    expect(machineFiles(dev, "dev").has("/etc/systemd/system/srv-dev.mount")).to.equal(false);
  });

  it("point 12: code on local disk with the uploads alone on EFS, or all of it there by config", () => {
    expect(machineFiles(prod, "prod").get("/etc/webapp/content")).to.include('CODE="localDisk"');
    const association = prod.one("aws:ssm/association:Association");
    expect(association.inputs.parameters).to.have.property(
      "commands",
      "/usr/local/sbin/webapp-content deploy",
    );
    expect(association.inputs.targets).to.deep.equal([
      { key: "tag:aws:autoscaling:groupName", values: [groupOf(prod, "prod").outputs.name] },
    ]);
    expect(prodOutputs.codeAssociationId).to.equal(association.outputs.associationId);
    expect(machineFiles(otherDev, "dev").get("/etc/webapp/content")).to.include(
      'CODE="sharedFiles"',
    );
    expect(otherDev.one("aws:efs/fileSystem:FileSystem").inputs).to.include({
      throughputMode: "provisioned",
      provisionedThroughputInMibps: 20,
    });
  });

  it("point 13: access lists that let through what the tiers say to each other, and nothing else", () => {
    const listOf = (tier: "public" | "private" | "isolated"): Properties => {
      const { inputs } = dev.one("aws:ec2/networkAcl:NetworkAcl", `network-${tier}-access-list`);
      expect(inputs.subnetIds).to.deep.equal(subnetsOf(dev, tier));
      return inputs;
    };
    expect([listOf("public"), listOf("private")]).to.have.length(2);
    const ofState = listOf("isolated");
    const ports = (ofState.ingress as Properties[]).map(({ fromPort }) => Number(fromPort));
    expect(new Set(ports)).to.deep.equal(new Set([3306, 2049, 1024]));
    for (const entry of [
      ...(ofState.ingress as Properties[]),
      ...(ofState.egress as Properties[]),
    ]) {
      expect(entry.cidrBlock, "state talks inside of the VPC alone").to.match(/^10\.30\./);
    }
  });

  it("point 14: no bastion unless it is asked for; Session Manager reaches the machines", () => {
    expect(dev.ofType("aws:ec2/instance:Instance")).to.have.length(0);
    for (const stack of [dev, prod]) {
      expect(machinePolicy(stack).map(({ Sid }) => Sid as string)).to.include("SessionManager");
    }
    expect(otherDev.ofType("aws:ec2/instance:Instance").map(({ name }) => name)).to.include(
      "network-bastion-instance",
    );
    const ssh = otherDev
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs.fromPort === 22);
    expect(
      ssh.map(({ inputs }) => (inputs.cidrIpv4 ?? "from the bastion") as string),
    ).to.have.members(["203.0.113.7/32", "from the bastion", "from the bastion"]);
  });

  it("point 15: a public zone for prod, delegated, with a record to the load balancer", () => {
    const zone = prod.one("aws:route53/zone:Zone");
    expect(zone.inputs).to.include({ name: "www.example.com" }).and.not.have.property("vpcs");
    expect(prod.one(records, "name-delegation").inputs).to.deep.include({
      zoneId: "Z0123456789EXAMPLE",
      type: "NS",
      records: zone.outputs.nameServers as string[],
    });
    expect(prod.one(records, "name-record").inputs.aliases).to.have.nested.property(
      "[0].name",
      devOutputs.loadBalancerDnsName,
    );
    expect(prod.one(records, "name-certificate-validation").inputs.zoneId).to.equal(
      zone.outputs.zoneId,
    );
  });

  it("point 16: alarms of every layer, to people by e-mail and SMS", () => {
    const topic = otherDev.one("aws:sns/topic:Topic").outputs.arn as string;
    const watched = alarmsOf(otherDev).map(({ inputs }) => inputs.namespace as string);
    expect(new Set(watched)).to.deep.equal(
      new Set([
        "AWS/ApplicationELB",
        "AWS/AutoScaling",
        "AWS/CertificateManager",
        "AWS/EFS",
        "AWS/RDS",
      ]),
    );
    for (const alarm of alarmsOf(otherDev)) {
      expect(alarm.inputs.alarmActions, alarm.name).to.deep.equal([topic]);
    }
    const told = otherDev
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .map(({ inputs }) => `${String(inputs.protocol)} ${String(inputs.endpoint)}`);
    expect(told).to.have.members(["email web@example.com", "sms +4915112345678"]);
  });

  it("point 17: prod lives on readers, or has a writer of its own by config", () => {
    const replicated = endpointsOf(prod, "prod");
    expect(replicated).to.include({ reader: "reader.prod.web.internal", port: 3306 });
    expect(replicated, "nobody who could write").to.not.have.property("writer");
    expect(endpointsOf(dev, "dev")).to.include({
      reader: "master.web.internal",
      writer: "master.web.internal",
    });

    const [writer, ...replicas] = otherProd.ofType("aws:rds/instance:Instance");
    expect(writer!.inputs).to.include({ engine: "mysql", multiAz: true });
    for (const { inputs } of replicas) {
      expect(inputs.replicateSourceDb).to.equal(writer!.outputs.identifier);
    }
    expect(endpointsOf(otherProd, "prod")).to.include({ writer: "writer.prod.web.internal" });
    expect(otherPromotion.replicas, "which dev's master does not feed").to.deep.equal([]);
  });

  it("says to the promotion tool where everything is", () => {
    const { address, identifier } = dev.one("aws:rds/instance:Instance").outputs as Record<
      string,
      string
    >;
    const table = prod.one("aws:dynamodb/table:Table").inputs;
    expect(table).to.deep.include({ hashKey: "id", attributes: [{ name: "id", type: "S" }] });
    expect(table.pointInTimeRecovery).to.deep.equal({ enabled: true });
    const replicas = prod.ofType("aws:rds/instance:Instance").map(({ outputs }) => ({
      identifier: outputs.identifier as string,
      address: outputs.address as string,
      port: 3306,
    }));
    expect(promotionTargetSchema.safeParse(prodOutputs.promotion).error).to.equal(undefined);
    expect(prodOutputs.promotion).to.deep.equal({
      region: "eu-central-1",
      source: { address, port: 3306 },
      replicas,
      secretArn: devOutputs.databaseSecretArn as string,
      recordTable: table.name as string,
      reach: { autoScalingGroup: "web-prod" },
      files: {
        source: "/srv/dev/html",
        target: "/srv/web/html",
        staticFiles: ["wp-config.php"],
        owner: "apache:apache",
      },
    });
    expect(identifier).to.equal(devOutputs.databaseIdentifier);
  });

  it("puts no secret into user data, and lets machines read their one secret", () => {
    for (const [stack, name] of [
      [dev, "dev"],
      [prod, "prod"],
    ] as const) {
      const everything = [...machineFiles(stack, name).values()].join("\n");
      // The mocked password.
      expect(everything).to.not.include("x".repeat(32));
      const secrets = machinePolicy(stack).filter(
        ({ Action }) => Action === "secretsmanager:GetSecretValue",
      );
      expect(secrets.map(({ Resource }) => Resource as string)).to.deep.equal([
        devOutputs.databaseSecretArn,
      ]);
    }
  });

  it("refuses settings of which both environments need the same", async () => {
    const web = { region: "eu-west-1", availabilityZones: 3 };
    const refused = await runWebStack(
      "web-prod",
      sampleWith("web-prod", "web", web),
      devOutputs,
    ).then(() => "", String);
    expect(refused)
      .to.include("web.region is eu-west-1 here and eu-central-1 there")
      .and.include("web.availabilityZones is 3 here and 2 there");
  });
});

const otherChoicesOfDev = {
  ...sampleWith("web-dev", "web", {
    files: { code: "sharedFiles", throughput: "provisioned", provisionedMibps: 20 },
  }),
  ...sampleWith("web-dev", "webShared", {
    image: { source: "builderInstance" },
    network: { bastion: { allowFrom: ["203.0.113.7/32"] } },
  }),
  alerts: JSON.stringify({ emails: ["web@example.com"], sms: ["+4915112345678"] }),
};

const otherChoicesOfProd = sampleWith("web-prod", "webProduction", {
  database: "own",
  replicas: [{ weight: 3 }, { weight: 1 }, { weight: 0 }],
});

function groupOf(stack: Registrations, name: string): Registration {
  return stack.one("aws:autoscaling/group:Group", name);
}

function ruleOf(stack: Registrations, name: string): Registration {
  return stack.one("aws:lb/listenerRule:ListenerRule", name);
}

function hostsOf(stack: Registrations, name: string): string[] {
  const [condition] = ruleOf(stack, name).inputs.conditions as {
    hostHeader: { values: string[] };
  }[];
  return condition!.hostHeader.values;
}

function readerRecords(stack: Registrations): readonly Registration[] {
  return stack.ofType(records).filter(({ inputs }) => inputs.weightedRoutingPolicies !== undefined);
}

function weightsOf(stack: Registrations): number[] {
  return readerRecords(stack).map(({ inputs }) => {
    const [{ weight }] = inputs.weightedRoutingPolicies as [{ weight: number }];
    return weight;
  });
}

function machineFiles(stack: Registrations, name: string): ReadonlyMap<string, string> {
  return filesOf(launchTemplateOf(stack, groupOf(stack, name)));
}

function endpointsOf(stack: Registrations, name: string): unknown {
  return JSON.parse(machineFiles(stack, name).get("/etc/webapp/database.json")!);
}

function machinePolicy(stack: Registrations): Properties[] {
  const policy = stack
    .ofType("aws:iam/rolePolicy:RolePolicy")
    .find(({ inputs }) => inputs.name === "machine")!;
  return (JSON.parse(policy.inputs.policy as string) as { Statement: Properties[] }).Statement;
}

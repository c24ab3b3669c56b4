/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return -- registered inputs are plain JSON, which chai looks into loosely */
import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import type { Deployment, RegionRole } from "../../../components/deployment";
import type { JenkinsClusterArgs } from "../../../components/jenkins/clusterArguments";
import { ReplicatedSettings } from "../../../components/data/replicatedSettings";
import { homesOf } from "../../../components/jenkins/controllerPlan";
import { JenkinsCluster } from "../../../components/jenkins/jenkinsCluster";
import { tlsPolicy } from "../../../components/loadBalancer/loadBalancer";
import type { AgentSettings, Team } from "../../../components/jenkins/team";
import { expectSafe } from "../../support/policyRules";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import type { Registrations } from "../../support/registrations";
import { type Run, runComponent, valueOf } from "../../support/strictMocks";

const agents: AgentSettings = {
  kind: "ec2Spot",
  instanceTypes: ["m7g.large", "m6g.large"],
  min: 0,
  max: 5,
  executors: 1,
  idleTimeoutSeconds: 300,
  vcpu: 2,
  memoryGb: 4,
  containerImage: "jenkins/inbound-agent:jdk21",
};

function team(name: string, overrides: Partial<Team> = {}): Team {
  return {
    name,
    strategy: "active-passive",
    standby: "cold",
    capacity: { min: 1, desired: 1, max: 1 },
    instanceType: "m7g.large",
    heapMb: 4096,
    scaling: { cpuPercent: 60, requestsPerMinute: 3000 },
    agents,
    ...overrides,
  };
}

const fourTeams = [
  team("devops", { strategy: "active-active", capacity: { min: 2, desired: 2, max: 4 } }),
  team("ma"),
  team("ba", { agents: { ...agents, kind: "fargate" } }),
  team("tw", { strategy: "local-only", agents: { ...agents, kind: "none" } }),
];

const deployment: Deployment = {
  prefix: "jenkins",
  stack: "primary",
  generation: 1,
  region: "eu-central-1",
  peerRegion: "eu-west-1",
  activeRegion: "eu-central-1",
  accountId: "123456789012",
};

function cluster(
  teams: readonly Team[] = fourTeams,
  overrides: Partial<JenkinsClusterArgs> = {},
): Promise<Run<JenkinsCluster> & { mounts: readonly (readonly string[])[] }> {
  const mounts: (readonly string[])[] = [];
  return runComponent(() => {
    const provider = new aws.Provider("region", { region: deployment.region });
    return new JenkinsCluster(
      "jenkins",
      {
        deployment,
        role: "active",
        network: {
          vpcId: "vpc-1",
          publicSubnetIds: ["subnet-p1", "subnet-p2"],
          privateSubnetIds: ["subnet-1", "subnet-2"],
          securityGroups: { loadBalancer: "sg-lb", controllers: "sg-c", agents: "sg-a" },
        },
        home: {
          fileSystemId: "fs-1",
          accessPointIds: Object.fromEntries(
            teams.flatMap(homesOf).map((home) => [home, `fsap-${home.replace("/", "-")}`]),
          ),
          grantMount: (_role, directories) => mounts.push(directories ?? []),
        },
        database: {
          engine: "postgres",
          address: "db.example.com",
          port: 5432,
          database: "jenkins",
          secretName: "jenkins-database",
        },
        bucketArn: "arn:aws:s3:::artifacts",
        kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
        imageId: "ami-1",
        jenkinsVersion: "2.555.3",
        teams,
        domain: "jenkins.example.com",
        hostedZoneId: "Z1",
        administratorSecretName: "jenkins/admin-password",
        agentKey: {
          credentialsId: "jenkins/shared/agent-key",
          publicKeyParameter: "/jenkins/agent-key",
        },
        metricsNamespace: "JenkinsPilotLight",
        accelerated: true,
        ...overrides,
      },
      { provider },
    );
  }).then((run) => ({ ...run, mounts }));
}

const group = (registrations: Registrations, name: string) =>
  registrations.ofType("aws:autoscaling/group:Group").find((each) => each.inputs.name === name)!;

describe("JenkinsCluster", () => {
  let active: Awaited<ReturnType<typeof cluster>>;
  before(async () => {
    active = await cluster();
  });

  describe("controllers", () => {
    for (const name of ["ma", "tw"]) {
      it(`are never two for ${name}, not even while one is replaced`, () => {
        const { inputs } = group(active.registrations, `jenkins-${name}`);
        expect(inputs).to.include({ minSize: 1, desiredCapacity: 1, maxSize: 1 });
        expect(inputs.instanceMaintenancePolicy).to.deep.equal({
          minHealthyPercentage: 0,
          maxHealthyPercentage: 100,
        });
        expect(inputs.suspendedProcesses).to.deep.equal(["AZRebalance"]);
        const hooks = active.registrations
          .ofType("aws:autoscaling/lifecycleHook:LifecycleHook")
          .filter((each) => each.inputs.autoscalingGroupName === `jenkins-${name}`);
        expect(hooks.map((each) => each.inputs.lifecycleTransition)).to.deep.equal([
          "autoscaling:EC2_INSTANCE_TERMINATING",
        ]);
      });
    }

    it("spread over all zones, but a local-only team's stays in one", () => {
      expect(
        group(active.registrations, "jenkins-devops").inputs.vpcZoneIdentifiers,
      ).to.have.length(2);
      expect(group(active.registrations, "jenkins-ma").inputs.vpcZoneIdentifiers).to.have.length(2);
      expect(group(active.registrations, "jenkins-tw").inputs.vpcZoneIdentifiers).to.have.length(1);
    });

    it("scale by CPU and by requests where several serve, and only there", () => {
      const policies = active.registrations.ofType("aws:autoscaling/policy:Policy");
      expect(policies.map((each) => each.inputs.autoscalingGroupName as string)).to.deep.equal([
        "jenkins-devops",
        "jenkins-devops",
      ]);
      const [cpu, requests] = policies.map((each) => each.inputs.targetTrackingConfiguration);
      expect(cpu).to.deep.include({ targetValue: 60 });
      expect(requests.predefinedMetricSpecification.resourceLabel).to.match(
        /^app\/jenkins-1\/\w+\/targetgroup\/jenkins-devops\/\w+$/,
      );
    });

    it("leave to the failover what the failover writes", async () => {
      const all = ["minSize", "maxSize", "desiredCapacity", "suspendedProcesses"];
      const waiting = await cluster(fourTeams, { role: "waiting" });
      for (const name of fourTeams.map((each) => `jenkins-${each.name}`)) {
        expect(group(waiting.registrations, name).ignoreChanges, name).to.have.members(all);
      }
      for (const name of ["jenkins-ma", "jenkins-ba", "jenkins-tw"]) {
        expect(group(active.registrations, name).ignoreChanges, name).to.have.members(all);
      }
    });

    it("follow a changed capacity where several serve, but not into a launch that a fence stopped", () => {
      expect(group(active.registrations, "jenkins-devops").ignoreChanges).to.have.members([
        "desiredCapacity",
        "suspendedProcesses",
      ]);
    });

    it("run on machines without the first metadata version, encrypted and tagged with their team", () => {
      for (const { inputs } of active.registrations.ofType(
        "aws:ec2/launchTemplate:LaunchTemplate",
      )) {
        expect(inputs.metadataOptions).to.include({
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
        });
        expect(inputs.blockDeviceMappings[0].ebs).to.include({
          volumeType: "gp3",
          encrypted: "true",
        });
        for (const specification of inputs.tagSpecifications)
          expect(specification.tags).to.have.property("team");
      }
      for (const each of active.registrations.ofType("aws:autoscaling/group:Group")) {
        expect(each.inputs.tags).to.deep.include({
          key: "team",
          value: each.inputs.tags[0].value,
          propagateAtLaunch: true,
        });
      }
    });

    it("boot with their own homes' access points, and may mount no other", () => {
      const template = active.registrations
        .ofType("aws:ec2/launchTemplate:LaunchTemplate")
        .find((each) => each.inputs.name === "jenkins-devops")!;
      const config = parse(
        gunzipSync(Buffer.from(String(template.inputs.userData), "base64")).toString(),
      ) as {
        write_files: { path: string; content: string }[];
      };
      const file = config.write_files.find(({ path }) => path.endsWith("controller.env"))!;
      expect(gunzipSync(Buffer.from(file.content, "base64")).toString()).to.include(
        'HOMES="devops/controller-1=fsap-devops-controller-1 devops/controller-2=fsap-devops-controller-2 ',
      );
      expect(active.mounts).to.deep.equal(fourTeams.map(homesOf));
    });

    it("do not run in a waiting region, which still tells what it would serve with", async () => {
      const { registrations, result } = await cluster(fourTeams, {
        role: "waiting" satisfies RegionRole,
      });
      for (const each of fourTeams) {
        expect(group(registrations, `jenkins-${each.name}`).inputs).to.include({
          minSize: 0,
          desiredCapacity: 0,
          maxSize: 0,
        });
      }
      const teams = await valueOf(result.teams);
      expect(teams.devops?.serving).to.deep.equal({ min: 2, desired: 2, max: 4 });
      expect(teams.ma?.serving).to.deep.equal({ min: 1, desired: 1, max: 1 });
    });
  });

  describe("permissions", () => {
    it("name actions, and resources wherever AWS lets one name them", () => {
      const everywhere = new Set<string>();
      for (const { inputs } of active.registrations.ofType("aws:iam/rolePolicy:RolePolicy")) {
        const { Statement } = JSON.parse(String(inputs.policy)) as {
          Statement: { Action: string | string[]; Resource: string | string[] }[];
        };
        for (const { Action, Resource } of Statement) {
          for (const action of [Action].flat()) {
            expect(action).to.not.include("*");
            if ([Resource].flat().includes("*")) everywhere.add(action);
          }
        }
      }
      expect([...everywhere].sort()).to.deep.equal([
        "autoscaling:DescribeAutoScalingGroups",
        "cloudwatch:PutMetricData",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeRegions",
        "ecs:DescribeTaskDefinition",
        "ecs:ListClusters",
        "ecs:ListTaskDefinitions",
        "secretsmanager:ListSecrets",
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]);
    });

    it("of one team name no other team", () => {
      const policy = active.registrations
        .ofType("aws:iam/rolePolicy:RolePolicy")
        .find((each) => each.name === "jenkins-ma-controller")!;
      expect(String(policy.inputs.policy))
        .to.include("jenkins-failover")
        .and.to.not.match(/devops|\bba\b|\btw\b/);
    });
  });

  it("lets Fargate pull an image of ECR from the registry of its own region, and no other image", async () => {
    const containerImage = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/ci/agent:jdk21";
    const { registrations } = await cluster([
      team("ba", { agents: { ...agents, kind: "fargate", containerImage } }),
    ]);
    const task = registrations.one("aws:ecs/taskDefinition:TaskDefinition").inputs;
    expect(parse(String(task.containerDefinitions))[0].image).to.equal(
      "210987654321.dkr.ecr.eu-central-1.amazonaws.com/ci/agent:jdk21",
    );
    const ecrStatements = (given: Registrations) =>
      policyDocuments(given)
        .filter(({ owner }) => owner.name === "jenkins-ba-agents-start")
        .flatMap(({ statements }) => statements)
        .filter(({ actions }) => actions.some((each) => each.startsWith("ecr:")));
    expect(ecrStatements(registrations).map(({ resources }) => resources)).to.deep.equal([
      ["*"],
      ["arn:aws:ecr:eu-central-1:210987654321:repository/ci/agent"],
    ]);
    expectSafe(registrations);
    expect(ecrStatements(active.registrations), "an image of Docker Hub").to.deep.equal([]);
  });

  it("lets controllers and builds read the settings for jobs, where they are written", async () => {
    const written = await runComponent(
      () =>
        new ReplicatedSettings(
          "settings",
          {
            deployment,
            kmsKeyArns: { "eu-central-1": "key-a", "eu-west-1": "key-b" },
            parameters: { mirror: "x" },
            secrets: { githubToken: "x" },
          },
          { provider: new aws.Provider("region", { region: deployment.region }) },
        ),
    );
    const secret = written.registrations.one("aws:secretsmanager/secret:Secret").outputs.arn;
    const parameter = written.registrations.ofType("aws:ssm/parameter:Parameter")[0]!.outputs.arn;
    const mayRead = (role: string): string[] =>
      policyDocuments(active.registrations)
        .filter(({ owner }) => owner.name === role)
        .flatMap(({ statements }) => statements)
        .filter(({ actions }) => actions.some((each) => /:Get(Parameter|SecretValue)$/.test(each)))
        .flatMap(({ resources }) => resources);
    const reads = (role: string, arn: string): boolean =>
      mayRead(role).some((each) => each.endsWith("*") && arn.startsWith(each.slice(0, -1)));
    for (const name of ["devops", "ma", "ba", "tw"]) {
      expect(reads(`jenkins-${name}-controller`, String(secret)), name).to.equal(true);
      expect(reads(`jenkins-${name}-controller`, String(parameter)), name).to.equal(true);
    }
    for (const role of ["jenkins-ma-agents-agent", "jenkins-ba-agents-build"]) {
      expect(reads(role, String(parameter)), role).to.equal(true);
      // Credentials reach a build by its Jenkins alone.
      expect(reads(role, String(secret)), role).to.equal(false);
    }
  });

  describe("the load balancer", () => {
    it("takes HTTPS by a current policy only and sends HTTP there", () => {
      const listeners = active.registrations
        .ofType("aws:lb/listener:Listener")
        .filter((each) => String(each.inputs.loadBalancerArn).includes("/app/"));
      const https = listeners.find((each) => each.inputs.port === 443)!.inputs;
      const http = listeners.find((each) => each.inputs.port === 80)!.inputs;
      expect(https).to.include({ protocol: "HTTPS", sslPolicy: tlsPolicy });
      expect(http.defaultActions[0].redirect).to.include({
        protocol: "HTTPS",
        statusCode: "HTTP_301",
      });
      expect(https.defaultActions[0].fixedResponse).to.include({ statusCode: "503" });
      expect(
        Buffer.byteLength(String(https.defaultActions[0].fixedResponse.messageBody)),
      ).to.be.at.most(1024);
    });

    it("outlasts Jenkins's idle connections, logs, drops bad headers and cannot be deleted", () => {
      const { inputs } = active.registrations.one("aws:lb/loadBalancer:LoadBalancer", "jenkins-1");
      expect(inputs.idleTimeout).to.be.above(60);
      // A busy browser would stay for an hour in a region that was left.
      expect(inputs.clientKeepAlive).to.equal(60);
      expect(inputs).to.include({ dropInvalidHeaderFields: true, enableDeletionProtection: true });
      expect(inputs.accessLogs).to.deep.equal({
        enabled: true,
        bucket: "jenkins-access-logs-123456789012-eu-central-1",
      });
    });

    it("can be torn down once its protection is lifted, leases included", async () => {
      const { registrations } = await cluster(fourTeams.slice(0, 1), { protectState: false });
      expect(
        registrations.one("aws:dynamodb/table:Table").inputs.deletionProtectionEnabled,
      ).to.equal(false);
      expect(
        active.registrations.one("aws:dynamodb/table:Table").inputs.deletionProtectionEnabled,
      ).to.equal(true);
    });

    it("keeps the leases readable with no key but DynamoDB's own, which needs no permission", () => {
      // With a customer key each caller needs kms:Decrypt through DynamoDB, and lease writes fail without.
      const { serverSideEncryption } = active.registrations.one("aws:dynamodb/table:Table").inputs;
      expect(serverSideEncryption).to.deep.equal({ enabled: true });
    });

    it("keeps access logs for as long as is asked, and publishes the certificate", async () => {
      const { registrations, result } = await cluster(fourTeams.slice(0, 1), {
        accessLogRetentionDays: 400,
      });
      const { rules } = registrations.one(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      ).inputs;
      expect(rules[0].expiration).to.deep.equal({ days: 400 });
      const made = registrations.one("aws:acm/certificate:Certificate").outputs.arn;
      expect(await valueOf(result.certificateArn)).to.equal(made);
    });

    it("sends each host to its own team, asks /login for 200, and sticks where several serve", () => {
      const rules = active.registrations.ofType("aws:lb/listenerRule:ListenerRule");
      for (const { name } of fourTeams) {
        const rule = rules.find((each) => each.inputs.tags?.team === name)!;
        expect(rule.inputs.conditions).to.deep.equal([
          { hostHeader: { values: [`${name}.jenkins.example.com`] } },
        ]);
        expect(rule.inputs.actions[0].targetGroupArn).to.include(`targetgroup/jenkins-${name}/`);
        const target = active.registrations.one(
          "aws:lb/targetGroup:TargetGroup",
          `jenkins-1-${name}`,
        ).inputs;
        expect(target.healthCheck).to.include({ path: "/login", matcher: "200" });
        expect(target.stickiness.enabled).to.equal(name === "devops");
      }
    });
  });

  it("shows a page for a team that a failover leaves behind, instead of asking nobody", async () => {
    const { registrations } = await cluster(fourTeams, { role: "waiting" });
    const actionOf = (name: string) =>
      registrations
        .ofType("aws:lb/listenerRule:ListenerRule")
        .find((each) => each.inputs.tags?.team === name)!.inputs.actions[0];
    expect(actionOf("tw").fixedResponse).to.include({ statusCode: "503" });
    expect(actionOf("ma").type).to.equal("forward");
    // No rule leads to its target group, which Auto Scaling would then refuse.
    expect(String(group(registrations, "jenkins-tw").inputs.targetGroupArns)).not.to.include("-tw");
  });

  it("registers machines and scales by requests only after the rule that leads there", () => {
    const rule = active.registrations
      .ofType("aws:lb/listenerRule:ListenerRule")
      .find((each) => each.inputs.tags?.team === "devops")!;
    const made = group(active.registrations, "jenkins-devops");
    expect(made.propertyDependencies.targetGroupArns).to.include(rule.urn);
  });

  describe("the accelerator's endpoint", () => {
    it("counts as healthy by two target groups, neither of which is a team's", async () => {
      const [endpoint] = await valueOf(active.result.loadBalancers);
      expect(endpoint?.endpointArn).to.include("loadbalancer/net/jenkins-edge-1/");
      const behind = active.registrations
        .ofType("aws:lb/listener:Listener")
        .filter((each) => each.inputs.loadBalancerArn === endpoint?.endpointArn)
        .map((each) => String(each.inputs.defaultActions[0].targetGroupArn).split("/")[1]);
      expect(behind).to.have.members(["jenkins-edge-1", "jenkins-edge-http-1", "jenkins-region-1"]);
    });

    it("counts every controller of the shard, so that one dead team changes nothing", () => {
      for (const { name } of fourTeams) {
        const targets = group(active.registrations, `jenkins-${name}`).inputs
          .targetGroupArns as string[];
        expect(targets.some((each) => each.includes(`/jenkins-${name}/`))).to.equal(true);
        expect(targets.some((each) => each.includes("/jenkins-region-1/"))).to.equal(true);
      }
    });

    it("is left out where Route 53 leads users", async () => {
      const { registrations, result } = await cluster([team("ma")], { accelerated: false });
      expect(registrations.ofType("aws:lb/loadBalancer:LoadBalancer")).to.have.length(1);
      const [only] = await valueOf(result.loadBalancers);
      expect(only?.endpointArn).to.equal(only?.arn);
    });
  });

  describe("a team with a warm standby", () => {
    it("has two machines behind its rule instead of a group, each with the team's own home", async () => {
      const warm = [team("warm", { standby: "warm" }), team("ma")];
      const pair = { imageId: "ami-debian", profile: "fast" as const };
      const { registrations, result, mounts } = await cluster(warm, { pair });
      expectSafe(registrations);
      const groups = registrations.ofType("aws:autoscaling/group:Group");
      expect(groups.map(({ inputs }) => inputs.name)).to.not.include("jenkins-warm");
      expect(result.teams.warm).to.have.nested.property("pair.name", "jenkins-warm-pair");
      expect(result.teams.warm).to.not.have.property("autoScalingGroupName");
      expect(mounts).to.deep.include.members([["warm"], ["ma"]]);
      const machines = registrations.ofType("aws:ec2/instance:Instance");
      expect(machines.map(({ inputs }) => inputs.ami)).to.deep.equal(["ami-debian", "ami-debian"]);
      const targets = registrations.ofType("aws:lb/targetGroupAttachment:TargetGroupAttachment");
      const own = await valueOf(result.teams.warm!.targetGroupArn);
      expect(
        targets
          .filter(({ inputs }) => inputs.targetGroupArn === own)
          .map(({ inputs }) => inputs.targetId),
      ).to.have.members(machines.map(({ id }) => id));
    });
  });

  describe("arguments", () => {
    it("are all checked before anything is made", async () => {
      const bad = [
        team("ma"),
        team("ma"),
        team("edge-1"),
        team("a-name-that-is-much-too-long-here"),
        team("warm", { standby: "warm" }),
      ];
      const failure = await cluster(bad, { domain: "nonsense" }).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      for (const part of ["domain", "earlier team", "reserved", "32", "warm standby"]) {
        expect(failure).to.include(part);
      }
    });

    it("must bring an access point for each home", async () => {
      const home = { fileSystemId: "fs-1", accessPointIds: {}, grantMount: () => undefined };
      const failure = await cluster([team("ma")], { home }).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      expect(failure).to.include("no access point for ma");
    });
  });

  it("gives everything a parent and the region's provider", () => {
    const component = active.registrations.one("jenkins-pilot-light:jenkins:JenkinsCluster");
    for (const each of active.registrations.all) {
      if (
        each === component ||
        each.type === "pulumi:providers:aws" ||
        each.type === "pulumi:pulumi:Stack"
      )
        continue;
      expect(each.parent, each.urn).to.not.equal(undefined);
      if (each.custom) expect(each.provider, each.urn).to.include("::region::");
    }
  });
});

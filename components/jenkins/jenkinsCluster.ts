import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordTableName } from "../../failover/recordAddress";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment, RegionRole } from "../deployment";
import { AcceleratorEndpoint } from "./acceleratorEndpoint";
import { createAccessLogBucket } from "./accessLogs";
import { type AgentFleet, type AgentKey, createAgentFleet } from "./agentFleet";
import { createCertificate } from "./certificate";
import { ControllerGroup, terminateHookName } from "./controllerGroup";
import { homesOf, hostOf, reservedTeamNames, servingSizes } from "./controllerPlan";
import { createControllerRole, credentialPrefixes, type MachineRole } from "./controllerRole";
import {
  configurationSecrets,
  type ResultsDatabase,
  unavailableDatabaseSecret,
} from "./jenkinsConfigurationRenderer";
import { LoadBalancer, type OpenIdConnect } from "./loadBalancer";
import type { ControllerSecret } from "./secretsScriptRenderer";
import { type Placement, placeTeams, shardCount } from "./shardPlan";
import { createLeaseTable } from "./startLeases";
import type { Capacity, Team, TeamStrategy } from "./team";
import type { ControllerUserData } from "./userDataRenderer";

/** What the cluster uses of the region's network. */
export interface ClusterNetwork {
  readonly vpcId: pulumi.Input<string>;
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroups: Readonly<
    Record<"loadBalancer" | "controllers" | "agents", pulumi.Input<string>>
  >;
}

/** What the cluster uses of the region's shared home. */
export interface ClusterHome {
  readonly fileSystemId: pulumi.Input<string>;
  /** By home, e.g. `ma` or `devops/controller-1`. */
  readonly accessPointIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Lets a role mount these homes, and no other. */
  grantMount(role: aws.iam.Role, directories?: readonly string[]): unknown;
}

/** The database of test results; Jenkins starts without it. */
export interface ClusterDatabase {
  readonly engine: ResultsDatabase["engine"];
  readonly address: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: string;
  /** Secret with `username` and `password` as JSON, the same name in both regions. */
  readonly secretName: pulumi.Input<string>;
}

export interface JenkinsClusterArgs {
  readonly deployment: Deployment;
  /** `waiting`: everything exists, no machine runs. */
  readonly role: RegionRole;
  readonly network: ClusterNetwork;
  readonly home: ClusterHome;
  readonly database?: ClusterDatabase;
  /** The region's artifact bucket. */
  readonly bucketArn: pulumi.Input<string>;
  /** The region's customer key. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** The golden image, in this region. */
  readonly imageId: pulumi.Input<string>;
  /** Jenkins LTS of the controllers, the one that the image was built with; such as 2.555.3. */
  readonly jenkinsVersion: string;
  readonly teams: readonly Team[];
  /** Teams answer at `<team>.<domain>`. */
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  /** A certificate of this region for `*.<domain>`. Default: one is made and validated by DNS. */
  readonly certificateArn?: pulumi.Input<string>;
  /** Secret with the password of Jenkins's local administrator, in both regions. */
  readonly administratorSecretName: pulumi.Input<string>;
  readonly agentKey: AgentKey;
  readonly metricsNamespace: string;
  /** Adds what Global Accelerator needs as its endpoint. False where Route 53 leads users. */
  readonly accelerated: boolean;
  /** Days that controllers' logs are kept. Default 30; $0.03 per GB and month. */
  readonly logRetentionDays?: number;
  /** Days that the load balancers' access logs are kept. Default 90; $0.023 per GB and month. */
  readonly accessLogRetentionDays?: number;
  /** A firewall of this region for its load balancers, see {@link file://./webAcl.ts}. Default none. */
  readonly webAclArn?: pulumi.Input<string>;
  readonly oidc?: OpenIdConnect;
  /** False lets load balancers, access logs and the leases be deleted. Default true. */
  readonly protectState?: boolean;
}

/** One load balancer of the region. */
export interface ClusterLoadBalancer {
  /** What Global Accelerator's endpoint group takes: the network load balancer, where there is one. */
  readonly endpointArn: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** The dimension of its metrics. */
  readonly fullName: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
}

/** One team as others need to know it. */
export interface ClusterTeam {
  readonly autoScalingGroupName: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;
  readonly targetGroupFullName: pulumi.Output<string>;
  /** Index into the load balancers. */
  readonly loadBalancerIndex: number;
  /** Sizes while the region serves, also where it waits. */
  readonly serving: Capacity;
  readonly strategy: TeamStrategy;
  readonly hosts: readonly string[];
}

/**
 * Jenkins of all teams in one region: load balancers, controllers, agents, leases, roles and logs. A
 * waiting region has the same of everything, with groups of size zero.
 *
 * @throws pulumi.InputPropertiesError naming every team that cannot be built.
 */
export class JenkinsCluster extends pulumi.ComponentResource {
  /** By shard. */
  readonly loadBalancers: readonly ClusterLoadBalancer[];
  readonly teams: Readonly<Record<string, ClusterTeam>>;
  /** Where users find each team. */
  readonly urls: Readonly<Record<string, string>>;
  readonly leaseTableName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  /** The load balancers' certificate, given or made. */
  readonly certificateArn: pulumi.Output<string>;

  constructor(name: string, args: JenkinsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:jenkins:JenkinsCluster", name, {}, opts);
    refuseProblems("JenkinsCluster", problemsOf(args));
    const shared = this.createShared(name, args);
    this.certificateArn = pulumi.output(args.certificateArn ?? createCertificate(name, args, this));
    const shards = this.createShards(name, args);
    const placements = placeTeams(args.teams.map((team) => team.name));
    const built = args.teams.map((team, index) =>
      this.createTeam(name, args, team, elementAt(placements, index), shards, shared),
    );

    this.loadBalancers = shards.map(describeShard);
    this.teams = Object.fromEntries(built);
    this.urls = Object.fromEntries(
      args.teams.map((team) => [team.name, `https://${hostOf(team, args.domain)}/`]),
    );
    this.leaseTableName = shared.leaseTable.name;
    this.logGroupName = shared.logGroup.name;
    this.registerOutputs({
      loadBalancers: this.loadBalancers,
      teams: this.teams,
      urls: this.urls,
      leaseTableName: this.leaseTableName,
      logGroupName: this.logGroupName,
      certificateArn: this.certificateArn,
    });
  }

  private createShared(name: string, args: JenkinsClusterArgs): Shared {
    const { prefix } = args.deployment;
    return {
      leaseTable: createLeaseTable(
        name,
        args.deployment,
        args.kmsKeyArn,
        args.protectState ?? true,
        this,
      ),
      logGroup: new aws.cloudwatch.LogGroup(
        `${name}-controllers`,
        {
          name: `/${prefix}/controllers`,
          retentionInDays: args.logRetentionDays ?? 30,
          kmsKeyId: args.kmsKeyArn,
        },
        { parent: this },
      ),
    };
  }

  private createShards(name: string, args: JenkinsClusterArgs): Shard[] {
    const deletionProtection = args.protectState ?? true;
    const logs = createAccessLogBucket(
      name,
      args.deployment,
      args.accessLogRetentionDays ?? 90,
      this,
      deletionProtection,
    );
    const common = {
      deployment: args.deployment,
      vpcId: args.network.vpcId,
      publicSubnetIds: args.network.publicSubnetIds,
      securityGroupId: args.network.securityGroups.loadBalancer,
      deletionProtection,
    };
    return Array.from({ length: shardCount(args.teams.length) }, (_, shard) => {
      const balancer = new LoadBalancer(
        `${name}-${shard + 1}`,
        {
          ...common,
          shard,
          certificateArn: this.certificateArn,
          accessLogBucket: logs.bucket,
          ...(args.webAclArn === undefined ? {} : { webAclArn: args.webAclArn }),
        },
        // A load balancer tries its log bucket at once and fails if it may not write.
        { parent: this, dependsOn: [logs.ready] },
      );
      const endpoint = args.accelerated
        ? new AcceleratorEndpoint(
            `${name}-edge-${shard + 1}`,
            { ...common, shard, behind: balancer },
            { parent: this },
          )
        : undefined;
      return { balancer, endpoint };
    });
  }

  private createTeam(
    name: string,
    args: JenkinsClusterArgs,
    team: Team,
    placement: Placement,
    shards: readonly Shard[],
    shared: Shared,
  ): [string, ClusterTeam] {
    const { balancer, endpoint } = elementAt(shards, placement.shard);
    const host = hostOf(team, args.domain);
    const targetGroup = balancer.addTeam({
      team,
      host,
      priority: placement.priority,
      ...(args.oidc === undefined ? {} : { oidc: args.oidc }),
    });
    const fleet = this.createFleet(name, args, team, shared);
    const machine = this.createRole(name, args, team, shared, fleet);
    const group = new ControllerGroup(
      `${name}-${team.name}`,
      {
        deployment: args.deployment,
        role: args.role,
        team,
        imageId: args.imageId,
        instanceProfileArn: machine.profileArn,
        securityGroupId: args.network.securityGroups.controllers,
        subnetIds: args.network.privateSubnetIds,
        targetGroupArns: [
          // Auto Scaling takes a target group only once a load balancer uses it.
          balancer.listenerArn.apply(() => targetGroup.arn),
          ...(endpoint === undefined ? [] : [endpoint.regionTargetGroupArn]),
        ],
        requestCountLabel: pulumi.interpolate`${balancer.fullName}/${targetGroup.arnSuffix}`,
        userData: userDataOf(args, team, host, shared, fleet),
      },
      { parent: this },
    );
    const facts: ClusterTeam = {
      autoScalingGroupName: group.autoScalingGroupName,
      targetGroupArn: targetGroup.arn,
      targetGroupFullName: targetGroup.arnSuffix,
      loadBalancerIndex: placement.shard,
      serving: servingSizes(team),
      strategy: team.strategy,
      hosts: [host],
    };
    return [team.name, facts];
  }

  private createFleet(
    name: string,
    args: JenkinsClusterArgs,
    team: Team,
    { logGroup }: Shared,
  ): AgentFleet | undefined {
    return createAgentFleet(
      name,
      {
        deployment: args.deployment,
        team,
        imageId: args.imageId,
        subnetIds: args.network.privateSubnetIds,
        securityGroupId: args.network.securityGroups.agents,
        logGroupName: logGroup.name,
        logGroupArn: logGroup.arn,
        key: args.agentKey,
      },
      this,
    );
  }

  private createRole(
    name: string,
    args: JenkinsClusterArgs,
    team: Team,
    { leaseTable, logGroup }: Shared,
    fleet: AgentFleet | undefined,
  ): MachineRole {
    const machine = createControllerRole(
      name,
      {
        deployment: args.deployment,
        team,
        leaseTableArn: leaseTable.arn,
        logGroupArn: logGroup.arn,
        bucketArn: args.bucketArn,
        kmsKeyArn: args.kmsKeyArn,
        startSecretIds: [
          args.administratorSecretName,
          ...(args.database === undefined ? [] : [args.database.secretName]),
        ],
        metricsNamespace: args.metricsNamespace,
        fleet,
      },
      this,
    );
    args.home.grantMount(machine.role, homesOf(team));
    return machine;
  }
}

interface Shared {
  readonly leaseTable: aws.dynamodb.Table;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

interface Shard {
  readonly balancer: LoadBalancer;
  readonly endpoint: AcceleratorEndpoint | undefined;
}

/** An element that is there by construction; anything else is a mistake of ours. */
function elementAt<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`there is no element ${index} among ${list.length}`);
  return element;
}

function describeShard({ balancer, endpoint }: Shard): ClusterLoadBalancer {
  return {
    endpointArn: endpoint?.arn ?? balancer.arn,
    arn: balancer.arn,
    fullName: balancer.fullName,
    dnsName: balancer.dnsName,
    zoneId: balancer.zoneId,
    listenerArn: balancer.listenerArn,
  };
}

function userDataOf(
  args: JenkinsClusterArgs,
  team: Team,
  host: string,
  shared: Shared,
  fleet: AgentFleet | undefined,
): pulumi.Output<ControllerUserData> {
  const { deployment, database } = args;
  return pulumi
    .all([
      args.home.fileSystemId,
      pulumi.all(homesOf(team).map((home) => args.home.accessPointIds[home] ?? "")),
      shared.leaseTable.name,
      shared.logGroup.name,
      args.administratorSecretName,
      pulumi.output(database),
      pulumi.output(fleet?.cloud),
    ] as const)
    .apply(([fileSystemId, accessPoints, leaseTable, logGroup, administrator, results, cloud]) => ({
      lease: {
        region: deployment.region,
        peerRegion: deployment.peerRegion,
        role: args.role,
        generation: deployment.generation,
        leaseTable,
        recordTable: recordTableName(deployment.prefix),
        homes: homesOf(team).map((home, index) => ({
          home,
          accessPointId: accessPoints[index] ?? "",
        })),
        autoScalingGroup: `${deployment.prefix}-${team.name}`,
        terminateHook: terminateHookName(deployment, team),
      },
      fileSystemId,
      heapMb: team.heapMb,
      jenkinsVersion: args.jenkinsVersion,
      configuration: {
        team: team.name,
        region: deployment.region,
        url: `https://${host}/`,
        credentialPrefixes: credentialPrefixes(deployment, team),
        ...(cloud === undefined ? {} : { cloud }),
        ...(results === undefined ? {} : { database: results }),
      },
      secrets: startSecrets(administrator, results?.secretName),
      monitoring: {
        team: team.name,
        region: deployment.region,
        logGroup,
        namespace: args.metricsNamespace,
      },
    }));
}

function startSecrets(administrator: string, database: string | undefined): ControllerSecret[] {
  const secrets: ControllerSecret[] = [
    { file: configurationSecrets.administrator, secretId: administrator },
  ];
  if (database !== undefined) {
    secrets.push({
      file: configurationSecrets.database,
      secretId: database,
      placeholder: unavailableDatabaseSecret,
    });
  }
  return secrets;
}

/** The longest name that a target group may have. */
const targetGroupNameLimit = 32;

function problemsOf({ teams, deployment, home, domain }: JenkinsClusterArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  if (!/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) {
    problems.push({
      path: "domain",
      reason: `"${domain}" is not a domain name; give it in lower case, such as jenkins.example.com`,
    });
  }
  const seen = new Set<string>();
  teams.forEach((team, index) => {
    const complain = (reason: string): void => {
      problems.push({ path: `teams[${index}]`, reason: `"${team.name}" ${reason}` });
    };
    if (seen.has(team.name)) complain("is the name of an earlier team; names must differ");
    seen.add(team.name);
    if (!/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(team.name)) {
      complain("must consist of lower-case letters, digits and hyphens and begin with a letter");
    }
    if (reservedTeamNames.test(team.name)) {
      complain("is reserved for a target group of the load balancers; choose another name");
    }
    const targetGroup = `${deployment.prefix}-${team.name}`;
    if (targetGroup.length > targetGroupNameLimit) {
      complain(
        `makes the target group name "${targetGroup}" (${targetGroup.length} characters); ` +
          `AWS takes ${targetGroupNameLimit}: shorten the team's name or the prefix`,
      );
    }
    if (team.strategy === "active-passive" && team.standby === "warm") {
      complain("asks for a warm standby, which this version does not build; use standby: cold");
    }
    const missing = homesOf(team).filter((each) => home.accessPointIds[each] === undefined);
    if (missing.length > 0) {
      complain(
        `has no access point for ${missing.join(", ")}: pass its homes to SharedHome as well`,
      );
    }
  });
  return problems;
}

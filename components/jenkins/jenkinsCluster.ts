import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../argumentProblems";
import type { Workload } from "../workload";
import { AcceleratorEndpoint } from "../loadBalancer/acceleratorEndpoint";
import { createAccessLogBucket } from "../loadBalancer/accessLogs";
import { type AgentFleet, createAgentFleet } from "./agentFleet";
import { createCertificate } from "../loadBalancer/certificate";
import { clusterProblems, type JenkinsClusterArgs } from "./clusterArguments";
import { ControllerGroup, type ControllerGroupArgs } from "./controllerGroup";
import { hasPair, homesOf, hostOf, servingSizes } from "./controllerPlan";
import { type ControllerRoleArgs, createControllerRole } from "./controllerRole";
import { controllerUserData, type SharedResources } from "./controllerUserData";
import { LoadBalancer } from "../loadBalancer/loadBalancer";
import { type Placement, placeTeams, shardCount } from "./shardPlan";
import { createLeaseTable } from "./startLeases";
import type { Capacity, Team, TeamStrategy } from "./team";
import { loginHealthCheck, loginPath, maintenancePage, teamService } from "./teamService";
import { webPort } from "./systemdUnitRenderer";
import { createWarmPair, type WarmPair } from "./warmPair";

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
  /** Absent where the team has a pair. */
  readonly autoScalingGroupName?: pulumi.Output<string>;
  /** The machines of a team with a warm standby. */
  readonly pair?: WarmPair;
  readonly targetGroupArn: pulumi.Output<string>;
  readonly targetGroupFullName: pulumi.Output<string>;
  /** Index into the load balancers. */
  readonly loadBalancerIndex: number;
  /** Sizes while the region serves, also where it waits. */
  readonly serving: Capacity;
  readonly strategy: TeamStrategy;
  /** A failover brings it along. */
  readonly moves: boolean;
  readonly hosts: readonly string[];
}

/**
 * Jenkins of all teams in one region: load balancers, controllers, agents, leases, roles and logs. A
 * waiting region has the same of everything, with groups of size zero.
 *
 * @throws pulumi.InputPropertiesError naming every team that cannot be built.
 */
export class JenkinsCluster extends pulumi.ComponentResource implements Workload {
  /** By shard. */
  readonly loadBalancers: readonly ClusterLoadBalancer[];
  readonly teams: Readonly<Record<string, ClusterTeam>>;
  /** What tells that a team's Jenkins serves. */
  readonly healthPaths = [loginPath];
  /** Of all teams' homes. */
  readonly home: { readonly fileSystemId: pulumi.Input<string> };
  /** Where users find each team. */
  readonly urls: Readonly<Record<string, string>>;
  readonly leaseTableName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly logGroupArn: pulumi.Output<string>;
  /** The load balancers' certificate, given or made. */
  readonly certificateArn: pulumi.Output<string>;

  constructor(name: string, args: JenkinsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:jenkins:JenkinsCluster", name, {}, opts);
    refuseProblems("JenkinsCluster", clusterProblems(args));
    const shared = this.createShared(name, args);
    this.certificateArn = pulumi.output(args.certificateArn ?? createCertificate(name, args, this));
    const shards = this.createShards(name, args);
    const placements = placeTeams(args.teams.map((team) => team.name));
    const built = args.teams.map((team, index) =>
      this.createTeam(name, args, team, elementAt(placements, index), shards, shared),
    );

    this.loadBalancers = shards.map(describeShard);
    this.home = { fileSystemId: args.home.fileSystemId };
    this.teams = Object.fromEntries(built);
    this.urls = Object.fromEntries(
      args.teams.map((team) => [team.name, `https://${hostOf(team, args.domain)}/`]),
    );
    this.leaseTableName = shared.leaseTable.name;
    this.logGroupName = shared.logGroup.name;
    this.logGroupArn = shared.logGroup.arn;
    this.registerOutputs({
      loadBalancers: this.loadBalancers,
      teams: this.teams,
      urls: this.urls,
      leaseTableName: this.leaseTableName,
      logGroupName: this.logGroupName,
      logGroupArn: this.logGroupArn,
      certificateArn: this.certificateArn,
    });
  }

  private createShared(name: string, args: JenkinsClusterArgs): SharedResources {
    const { prefix } = args.deployment;
    return {
      leaseTable: createLeaseTable(name, args.deployment, args.protectState ?? true, this),
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
          absencePage: maintenancePage,
          ...(args.webAclArn === undefined ? {} : { webAclArn: args.webAclArn }),
        },
        // A load balancer tries its log bucket at once and fails if it may not write.
        { parent: this, dependsOn: [logs.ready] },
      );
      const endpoint = args.accelerated
        ? new AcceleratorEndpoint(
            `${name}-edge-${shard + 1}`,
            { ...common, shard, behind: balancer, machines: loginMachines },
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
    shared: SharedResources,
  ): [string, ClusterTeam] {
    const { balancer, endpoint } = elementAt(shards, placement.shard);
    const host = hostOf(team, args.domain);
    const { targetGroup, routedArn } = balancer.addService(
      teamService(team, {
        host,
        priority: placement.priority,
        // A failover leaves it behind, so nobody will ever answer for it here.
        served: args.role === "active" || team.strategy !== "local-only",
        ...(args.oidc === undefined ? {} : { oidc: args.oidc }),
      }),
    );
    const fleet = this.createFleet(name, args, team, shared);
    const machines = {
      userData: controllerUserData(args, team, host, shared, fleet),
      targetGroupArns: [
        // Auto Scaling takes a target group only once a load balancer uses it.
        ...(routedArn === undefined ? [] : [routedArn]),
        ...(endpoint === undefined ? [] : [endpoint.regionTargetGroupArn]),
      ],
    };
    const requestCountLabel = pulumi.interpolate`${balancer.fullName}/${targetGroup.arnSuffix}`;
    const rights = this.rightsOf(args, team, shared, fleet);
    const facts: ClusterTeam = {
      ...(hasPair(team)
        ? { pair: createWarmPair(`${name}-${team.name}`, args, team, rights, machines, this) }
        : this.createGroup(name, args, team, rights, { ...machines, requestCountLabel })),
      targetGroupArn: targetGroup.arn,
      targetGroupFullName: targetGroup.arnSuffix,
      loadBalancerIndex: placement.shard,
      serving: servingSizes(team),
      strategy: team.strategy,
      moves: team.strategy !== "local-only",
      hosts: [host],
    };
    return [team.name, facts];
  }

  private createFleet(
    name: string,
    args: JenkinsClusterArgs,
    team: Team,
    { logGroup }: SharedResources,
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

  private createGroup(
    name: string,
    args: JenkinsClusterArgs,
    team: Team,
    rights: ControllerRoleArgs,
    machines: Pick<ControllerGroupArgs, "userData" | "targetGroupArns" | "requestCountLabel">,
  ): Pick<ClusterTeam, "autoScalingGroupName"> {
    const { role, profileArn } = createControllerRole(name, rights, this);
    args.home.grantMount(role, homesOf(team));
    const { autoScalingGroupName } = new ControllerGroup(
      `${name}-${team.name}`,
      {
        ...machines,
        deployment: args.deployment,
        role: args.role,
        team,
        imageId: args.imageId,
        instanceProfileArn: profileArn,
        securityGroupId: args.network.securityGroups.controllers,
        subnetIds: args.network.privateSubnetIds,
      },
      { parent: this },
    );
    return { autoScalingGroupName };
  }

  private rightsOf(
    args: JenkinsClusterArgs,
    team: Team,
    { leaseTable, logGroup }: SharedResources,
    fleet: AgentFleet | undefined,
  ): ControllerRoleArgs {
    return {
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
    };
  }
}

/** What counts as a machine of ours that works. */
const loginMachines = { port: webPort, healthCheck: loginHealthCheck };

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

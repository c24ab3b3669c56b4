import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../argumentProblems";
import { AcceleratorEndpoint } from "../loadBalancer/acceleratorEndpoint";
import { createAccessLogBucket } from "../loadBalancer/accessLogs";
import { createCertificate } from "../loadBalancer/certificate";
import { healthCheckOf, type HostTarget } from "../loadBalancer/hostRule";
import { LoadBalancer } from "../loadBalancer/loadBalancer";
import type { Workload, WorkloadLoadBalancer, WorkloadTeam } from "../workload";
import { type ContainerService, hostPort } from "./application";
import { type ContainerAppArgs, containerProblems, targetName } from "./containerArguments";
import { createContainerGroup } from "./containerGroup";
import { createContainerRole } from "./containerRole";

/** The application as others need to know it. */
export interface ContainerTeam extends WorkloadTeam {
  readonly autoScalingGroupName: pulumi.Output<string>;
}

/**
 * An application of any container images in one region: a load balancer that leads paths to services,
 * machines that run one container of each, their role and logs. A waiting region has the same of
 * everything, with a group of size zero.
 *
 * @throws pulumi.InputPropertiesError naming every image and every name that cannot be used.
 */
export class ContainerApp extends pulumi.ComponentResource implements Workload {
  readonly loadBalancers: readonly (WorkloadLoadBalancer & {
    /** What Global Accelerator's endpoint group takes: the network load balancer, where there is one. */
    readonly endpointArn: pulumi.Output<string>;
    readonly listenerArn: pulumi.Output<string>;
  })[];
  /** One: the application. */
  readonly teams: Readonly<Record<string, ContainerTeam>>;
  /** Of all services: the application serves when each of them does. */
  readonly healthPaths: readonly string[];
  /** Where users find it. */
  readonly urls: Readonly<Record<string, string>>;
  readonly certificateArn: pulumi.Output<string>;

  constructor(name: string, args: ContainerAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:container:ContainerApp", name, {}, opts);
    refuseProblems("ContainerApp", containerProblems(args));
    const { application, domain } = args;
    const host = `${application.name}.${domain}`;
    this.certificateArn = pulumi.output(args.certificateArn ?? createCertificate(name, args, this));
    const balancer = this.createBalancer(name, args);
    const endpoint = this.createEndpoint(name, args, balancer);
    const targets = application.services.map((service, index) =>
      this.createTarget(name, args, balancer, host, service, index),
    );
    const main = targets[mainService(args)];
    if (main === undefined) throw new Error("an application has a service for all other paths");
    const group = this.createMachines(name, args, balancer, targets, main, endpoint);

    this.loadBalancers = [
      {
        endpointArn: endpoint?.arn ?? balancer.arn,
        arn: balancer.arn,
        dnsName: balancer.dnsName,
        zoneId: balancer.zoneId,
        listenerArn: balancer.listenerArn,
      },
    ];
    this.teams = {
      [application.name]: {
        autoScalingGroupName: group.name,
        targetGroupArn: main.targetGroup.arn,
        loadBalancerIndex: 0,
        serving: application.capacity,
        moves: true,
        hosts: [host],
      },
    };
    this.healthPaths = application.services.map(({ healthPath }) => healthPath);
    this.urls = { [application.name]: `https://${host}/` };
    this.registerOutputs({
      loadBalancers: this.loadBalancers,
      teams: this.teams,
      healthPaths: this.healthPaths,
      urls: this.urls,
      certificateArn: this.certificateArn,
    });
  }

  private createBalancer(name: string, args: ContainerAppArgs): LoadBalancer {
    const protect = args.protectState ?? true;
    const days = args.accessLogRetentionDays ?? 90;
    const logs = createAccessLogBucket(name, args.deployment, days, this, protect);
    return new LoadBalancer(
      `${name}-1`,
      {
        ...placeOf(args),
        shard: 0,
        certificateArn: this.certificateArn,
        accessLogBucket: logs.bucket,
        absencePage,
        ...(args.webAclArn === undefined ? {} : { webAclArn: args.webAclArn }),
      },
      // A load balancer tries its log bucket at once and fails if it may not write.
      { parent: this, dependsOn: [logs.ready] },
    );
  }

  /** The accelerator asks the service that gets all other paths whether the region serves. */
  private createEndpoint(
    name: string,
    args: ContainerAppArgs,
    behind: LoadBalancer,
  ): AcceleratorEndpoint | undefined {
    if (!args.accelerated) return undefined;
    const index = mainService(args);
    const path = args.application.services[index]?.healthPath ?? "/";
    return new AcceleratorEndpoint(
      `${name}-edge-1`,
      {
        ...placeOf(args),
        shard: 0,
        behind,
        machines: { port: hostPort(index), healthCheck: healthCheckOf(path, "200") },
      },
      { parent: this },
    );
  }

  private createTarget(
    name: string,
    args: ContainerAppArgs,
    balancer: LoadBalancer,
    host: string,
    service: ContainerService,
    index: number,
  ): HostTarget {
    const { application, network } = args;
    const port = hostPort(index);
    this.letThrough(name, network.securityGroups, service.name, port);
    return balancer.addService({
      name: targetName(application, service.name),
      team: application.name,
      host,
      ...(service.paths === undefined ? {} : { paths: service.paths }),
      port,
      // Rules with paths stand before the one without.
      priority: (service.paths === undefined ? otherPaths : ownPaths) + index,
      healthCheck: healthCheckOf(service.healthPath, "200"),
      sticky: false,
      served: true,
    });
  }

  /** The network opens the first port, which every workload has. */
  private letThrough(
    name: string,
    { loadBalancer, machines }: ContainerAppArgs["network"]["securityGroups"],
    service: string,
    port: number,
  ): void {
    if (port === hostPort(0)) return;
    const rule = { ipProtocol: "tcp", fromPort: port, toPort: port };
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${service}`,
      {
        ...rule,
        securityGroupId: machines,
        referencedSecurityGroupId: loadBalancer,
        description: `${service} through the load balancer`,
      },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${service}`,
      {
        ...rule,
        securityGroupId: loadBalancer,
        referencedSecurityGroupId: machines,
        description: `users and health checks of ${service}`,
      },
      { parent: this },
    );
  }

  private createMachines(
    name: string,
    args: ContainerAppArgs,
    balancer: LoadBalancer,
    targets: readonly HostTarget[],
    main: HostTarget,
    endpoint: AcceleratorEndpoint | undefined,
  ): aws.autoscaling.Group {
    const { application, deployment } = args;
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-containers`,
      {
        name: `/${deployment.prefix}/containers`,
        retentionInDays: args.logRetentionDays ?? 30,
        kmsKeyId: args.kmsKeyArn,
      },
      { parent: this },
    );
    const group = `${name}-${application.name}`;
    const { profileArn } = createContainerRole(group, args, logGroup.arn, this);
    return createContainerGroup(
      group,
      args,
      {
        instanceProfileArn: profileArn,
        logGroupName: logGroup.name,
        targetGroupArns: [
          ...targets.flatMap(({ routedArn }) => (routedArn === undefined ? [] : [routedArn])),
          ...(endpoint === undefined ? [] : [endpoint.regionTargetGroupArn]),
        ],
        requestCountLabel: pulumi.interpolate`${balancer.fullName}/${main.targetGroup.arnSuffix}`,
      },
      this,
    );
  }
}

/** Priorities from 1 to 99 are the load balancer's own. */
const ownPaths = 100;
const otherPaths = 1_000;

/** Index of the service that gets what no other one does. */
function mainService({ application }: ContainerAppArgs): number {
  return application.services.findIndex(({ paths }) => paths === undefined);
}

function placeOf({ deployment, network, protectState }: ContainerAppArgs) {
  return {
    deployment,
    vpcId: network.vpcId,
    publicSubnetIds: network.publicSubnetIds,
    securityGroupId: network.securityGroups.loadBalancer,
    deletionProtection: protectState ?? true,
  };
}

/** What any other host gets. */
const absencePage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  "<title>Nothing is here</title><h1>Nothing is here right now</h1>" +
  "<p>No application answers to this name in the region that serves. A failover may be going on; try " +
  "again in some minutes, or ask the platform team.</p></html>";

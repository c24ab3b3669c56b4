import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  rehearsalName,
  rehearsalTag,
  rehearsalTemplateName,
} from "../../failover/rehearsal/rehearsalPlan";
import { refuseProblems, wholeNumberProblem } from "../argumentProblems";
import type { Deployment } from "../deployment";
import type { ClusterHome, ClusterNetwork } from "./clusterArguments";
import { homesOf } from "./controllerPlan";
import { createMachineRole, sessionManagerStatement } from "../machine/machineRole";
import { bootCompression } from "../machine/deterministicGzip";
import { machineDefaults } from "../machine/machineDefaults";
import { createRehearsalNetwork } from "./rehearsalNetwork";
import { renderRehearsalUserData, type RehearsalUserData } from "./rehearsalUserDataRenderer";
import { webPort } from "./systemdUnitRenderer";
import type { Team } from "./team";
import { loginHealthCheck } from "./teamService";

export interface RehearsalMachinesArgs {
  readonly deployment: Deployment;
  readonly network: Pick<ClusterNetwork, "vpcId"> & {
    readonly securityGroups: Readonly<Record<"loadBalancer" | "home", pulumi.Input<string>>>;
  };
  /** The VPC's range: all that a rehearsed Jenkins may talk to. */
  readonly vpcCidr: string;
  readonly home: Pick<ClusterHome, "fileSystemId" | "accessPointIds"> & {
    grantReading(role: aws.iam.Role): unknown;
  };
  readonly imageId: pulumi.Input<string>;
  readonly jenkinsVersion: string;
  /** Those that a failover brings along. */
  readonly teams: readonly Team[];
  /** HTTPS listener of one of the region's load balancers, which checks the machines' health. */
  readonly listenerArn: pulumi.Input<string>;
  readonly logGroupName: pulumi.Input<string>;
  readonly metricsNamespace: string;
  /** Disk of a machine, GiB, 50 to 16384: what the largest home needs, and 10 for the system. */
  readonly volumeGb: number;
}

/** Rules of teams begin at 100, see {@link file://./shardPlan.ts}. */
const rulePriority = 2;

/**
 * What a rehearsal's machines are made from, beside the controllers and apart from them: launch
 * templates, a role that reads homes and writes none, security groups, and a target group that no
 * user's request ever comes to. Costs nothing while nothing is rehearsed; then, for each team, the
 * hours of a machine like its controller's and of a disk ({@link RehearsalMachinesArgs.volumeGb} × $0.08
 * a month), and EFS's $0.03 for each GB that is read.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class RehearsalMachines extends pulumi.ComponentResource {
  readonly targetGroupArn: pulumi.Output<string>;
  /** The copy of the database: nothing gets in, nothing out. */
  readonly databaseSecurityGroupId: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: RehearsalMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:jenkins:RehearsalMachines", name, {}, opts);
    refuseProblems("RehearsalMachines", [
      ...wholeNumberProblem("volumeGb", args.volumeGb, 50, 16_384, "GiB"),
      ...(args.teams.length === 0
        ? [{ path: "teams", reason: "is empty: there is nothing to rehearse" }]
        : []),
    ]);
    const network = createRehearsalNetwork(name, args.deployment, args.network, this);
    const machine = createMachineRole(
      name,
      {
        roleName: `${rehearsalName(args.deployment.prefix)}-machines-${args.deployment.region}`,
        tags: { team: "rehearsal" },
        policyName: "rehearsal",
        statements: [writeLogs(args), sessionManagerStatement],
      },
      this,
    );
    args.home.grantReading(machine.role);
    for (const team of args.teams) {
      this.createTemplate(name, args, team, machine.profileArn, network.machines);
    }
    this.targetGroupArn = this.createTargetGroup(name, args);
    this.databaseSecurityGroupId = network.database;
    this.securityGroupId = network.machines;
    this.roleArn = machine.role.arn;
    this.registerOutputs({
      targetGroupArn: this.targetGroupArn,
      databaseSecurityGroupId: this.databaseSecurityGroupId,
      securityGroupId: this.securityGroupId,
      roleArn: this.roleArn,
    });
  }

  private createTemplate(
    name: string,
    args: RehearsalMachinesArgs,
    team: Team,
    profileArn: pulumi.Output<string>,
    securityGroupId: pulumi.Output<string>,
  ): void {
    const { prefix } = args.deployment;
    const machine = rehearsalTemplateName(prefix, team.name);
    const defaults = machineDefaults({
      tags: { team: team.name },
      name: machine,
      volumeGb: args.volumeGb,
    });
    new aws.ec2.LaunchTemplate(
      `${name}-${team.name}`,
      {
        ...defaults,
        name: machine,
        imageId: args.imageId,
        instanceType: team.instanceType,
        vpcSecurityGroupIds: [securityGroupId],
        iamInstanceProfile: { arn: profileArn },
        // A machine that cannot do its work ends itself, and costs nothing any more.
        instanceInitiatedShutdownBehavior: "terminate",
        userData: userDataOf(args, team).apply((given) =>
          renderRehearsalUserData(given, bootCompression),
        ),
        // The function may launch from templates with this tag alone.
        tags: { team: team.name, Name: machine, deployment: prefix, [rehearsalTag]: "template" },
      },
      { parent: this },
    );
  }

  /** A rule makes the load balancer check the targets; `.invalid` is a name that nobody can have. */
  private createTargetGroup(name: string, args: RehearsalMachinesArgs): pulumi.Output<string> {
    const group = rehearsalName(args.deployment.prefix);
    const targetGroup = new aws.lb.TargetGroup(
      name,
      {
        name: group,
        vpcId: args.network.vpcId,
        targetType: "instance",
        protocol: "HTTP",
        port: webPort,
        deregistrationDelay: 0,
        healthCheck: loginHealthCheck,
        tags: { Name: group },
      },
      { parent: this },
    );
    const rule = new aws.lb.ListenerRule(
      name,
      {
        listenerArn: args.listenerArn,
        priority: rulePriority,
        conditions: [{ hostHeader: { values: ["rehearsal.invalid"] } }],
        actions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
        tags: { Name: group },
      },
      { parent: this },
    );
    return rule.arn.apply(() => targetGroup.arn);
  }
}

function writeLogs({ deployment, logGroupName }: RehearsalMachinesArgs) {
  const { region, accountId } = deployment;
  return {
    Sid: "WriteLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:log-stream:rehearsal/*`,
  } as const;
}

function userDataOf(args: RehearsalMachinesArgs, team: Team): pulumi.Output<RehearsalUserData> {
  // Of several controllers' homes one tells as much as all.
  const home = homesOf(team)[0] ?? team.name;
  const { region } = args.deployment;
  return pulumi
    .all([args.home.fileSystemId, args.home.accessPointIds[home] ?? "", args.logGroupName])
    .apply(([fileSystemId, accessPointId, logGroup]) => ({
      home: { team: team.name, fileSystemId, accessPointId, volumeGb: args.volumeGb },
      region,
      vpcCidr: args.vpcCidr,
      heapMb: team.heapMb,
      jenkinsVersion: args.jenkinsVersion,
      url: `http://${team.name}.rehearsal.invalid/`,
      monitoring: {
        team: `rehearsal/${team.name}`,
        region,
        logGroup,
        namespace: args.metricsNamespace,
      },
    }));
}

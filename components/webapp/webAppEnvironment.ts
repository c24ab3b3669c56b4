import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../argumentProblems";
import { SharedHome } from "../home/sharedHome";
import { createHostRule, healthCheckOf, type HostTarget } from "../loadBalancer/hostRule";
import { createMachineRole } from "../machine/machineRole";
import { createPlannedAlarm } from "../operations/plannedAlarm";
import { environmentAlarms } from "./alarmPlan";
import { environmentProblems, type WebAppEnvironmentArgs } from "./environmentArguments";
import { createMachineGroup, type MachineGroup } from "./machineGroup";
import { machineStatements } from "./machinePermissions";
import { webPort } from "./securityGroupPlan";
import type { WebUserData } from "./userDataRenderer";

/** The one directory of an environment's file system; its access point is the only way in. */
const directory = "web";

/**
 * One environment of a web application: its shared files, its machines in an Auto Scaling group, and
 * its host on a load balancer that it shares with other environments. What the database is, its
 * stack decides.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class WebAppEnvironment extends pulumi.ComponentResource {
  readonly fileSystemId: pulumi.Output<string>;
  readonly accessPointId: pulumi.Output<string>;
  readonly autoScalingGroupName: pulumi.Output<string>;
  /** Has the machines serve new code at once; see {@link MachineGroup}. */
  readonly codeAssociationId: pulumi.Output<string>;

  constructor(name: string, args: WebAppEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:webapp:WebAppEnvironment", name, {}, opts);
    refuseProblems("WebAppEnvironment", environmentProblems(args));
    const files = this.createFiles(name, args);
    const target = this.createTarget(name, args);
    const group = this.createMachines(name, args, files, target);
    this.createAlarms(name, args, files, target, group);

    this.fileSystemId = files.fileSystemId;
    this.accessPointId = accessPointOf(files);
    this.autoScalingGroupName = group.autoScalingGroupName;
    this.codeAssociationId = group.codeAssociationId;
    this.registerOutputs({
      fileSystemId: this.fileSystemId,
      accessPointId: this.accessPointId,
      autoScalingGroupName: this.autoScalingGroupName,
      codeAssociationId: this.codeAssociationId,
    });
  }

  private createFiles(name: string, args: WebAppEnvironmentArgs): SharedHome {
    return new SharedHome(
      `${name}-files`,
      {
        ...args.files,
        deployment: args.deployment,
        role: "active",
        subnetIds: args.network.isolatedSubnetIds,
        availabilityZones: args.network.availabilityZones,
        securityGroupId: args.network.filesGroupId,
        kmsKeyArn: args.kmsKeyArn,
        directories: [{ name: directory, team: args.environment }],
        owner: args.content.ownerIds,
        ...(args.protectState === undefined ? {} : { protectState: args.protectState }),
      },
      { parent: this },
    );
  }

  private createTarget(name: string, args: WebAppEnvironmentArgs): HostTarget {
    const { prefix } = args.deployment;
    return createHostRule(
      name,
      args.loadBalancer.listenerArn,
      {
        name: prefix,
        hosts: args.hosts,
        priority: args.loadBalancer.priority,
        vpcId: args.network.vpcId,
        port: webPort,
        // An application that leads strangers to its proper address answers by a redirect.
        healthCheck: healthCheckOf(args.healthPath, "200-399"),
        // Sessions live in the database, never in a machine's memory.
        sticky: false,
        tags: { environment: args.environment, Name: prefix },
      },
      this,
    );
  }

  private createMachines(
    name: string,
    args: WebAppEnvironmentArgs,
    files: SharedHome,
    target: HostTarget,
  ): MachineGroup {
    const { deployment, environment } = args;
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: `/${deployment.prefix}/machines`,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.kmsKeyArn,
      },
      { parent: this },
    );
    const { role, profileArn } = createMachineRole(
      name,
      {
        roleName: `${deployment.prefix}-machines-${deployment.region}`,
        tags: { environment },
        policyName: "machine",
        statements: machineStatements({
          deployment,
          database: args.database,
          devFiles: args.devFiles,
          logGroupArn: logGroup.arn,
        }),
      },
      this,
    );
    files.grantMount(role);
    return createMachineGroup(
      name,
      {
        ...args,
        profileArn,
        targetGroupArn: target.routedArn ?? target.targetGroup.arn,
        requestCountLabel: pulumi.interpolate`${args.loadBalancer.fullName}/${target.targetGroup.arnSuffix}`,
        userData: userDataOf(args, files, logGroup.name),
      },
      this,
    );
  }

  private createAlarms(
    name: string,
    args: WebAppEnvironmentArgs,
    files: SharedHome,
    { targetGroup }: HostTarget,
    { autoScalingGroupName }: MachineGroup,
  ): void {
    const alarms = environmentAlarms<pulumi.Input<string>>({
      environment: args.environment,
      loadBalancer: args.loadBalancer.fullName,
      targetGroup: targetGroup.arnSuffix,
      autoScalingGroup: autoScalingGroupName,
      minimum: args.machines.capacity.min,
      fileSystemId: files.fileSystemId,
      throughput: args.files.throughput,
    });
    for (const alarm of alarms) {
      createPlannedAlarm(name, args.deployment, alarm, args.topicArn, this);
    }
  }
}

function userDataOf(
  args: WebAppEnvironmentArgs,
  files: SharedHome,
  logGroupName: pulumi.Output<string>,
): pulumi.Output<WebUserData> {
  const { database, port, reader, writer, secretArn } = args.database;
  return pulumi
    .all([
      pulumi.output({ database, port, reader, writer }),
      files.fileSystemId,
      accessPointOf(files),
      pulumi.output(args.devFiles),
      secretArn,
      logGroupName,
    ] as const)
    .apply(([endpoints, fileSystemId, accessPointId, devFiles, secretId, logGroup]) => ({
      region: args.deployment.region,
      content: { ...args.content, environment: args.environment },
      files: { fileSystemId, accessPointId },
      ...(devFiles === undefined ? {} : { devFiles }),
      endpoints: {
        database: endpoints.database,
        port: endpoints.port,
        reader: endpoints.reader,
        ...(endpoints.writer === undefined ? {} : { writer: endpoints.writer }),
      },
      secretId,
      logGroup,
    }));
}

function accessPointOf(files: SharedHome): pulumi.Output<string> {
  const id = files.accessPointIds[directory];
  if (id === undefined) throw new Error(`the file system has no access point for /${directory}`);
  return id;
}

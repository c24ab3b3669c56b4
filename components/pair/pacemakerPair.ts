import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { pairName } from "../../failover/pairTags";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment, RegionRole } from "../deployment";
import { createMachineRole, type MachineRole } from "../machine/machineRole";
import { homesOf } from "../jenkins/controllerPlan";
import { compressToBase64 } from "../machine/deterministicGzip";
import { leasePaths } from "../jenkins/leaseSettingsRenderer";
import { webPort } from "../jenkins/systemdUnitRenderer";
import type { Team } from "../jenkins/team";
import type { ControllerUserData } from "../jenkins/userDataRenderer";
import type { Statement } from "../policies";
import { createClusterKey } from "./clusterKey";
import { type ControllerCluster } from "./cluster";
import { clusterProblems } from "./clusterProblems";
import { placeholders } from "./joinScriptRenderer";
import { leaseWatchUnit } from "./leaseInheritanceScriptRenderer";
import {
  type Both,
  createMachines,
  createPlaces,
  type PairPlace,
  settleMachines,
} from "./pairMachines";
import { fenceStatements, lookStatement, secretStatement } from "./pairPermissions";
import { corosyncRule, createPairGroup } from "./pairSecurityGroup";
import { renderClusterUserData } from "./pairUserData";
import type { PairProfile } from "./proxyTiming";

export interface PacemakerPairArgs {
  readonly deployment: Deployment;
  /** `waiting`: both machines exist and are stopped; only their volumes cost, $4 a month each. */
  readonly role: RegionRole;
  readonly team: Team;
  /** Debian 12, or an image that has everything; see docs/decisions/pair-image.md. */
  readonly imageId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one a zone. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Group that admits the load balancer, and that the home's mount targets admit. */
  readonly controllersGroupId: pulumi.Input<string>;
  readonly kmsKeyArn: pulumi.Input<string>;
  /** How fast a dead machine is noticed; see {@link file://./cluster.ts}. */
  readonly profile: PairProfile;
  /** What every controller of the team is told at its start. */
  readonly userData: pulumi.Output<ControllerUserData>;
  /** What every controller of the team is allowed. */
  readonly statements: readonly Statement[];
  readonly leaseTableArn: pulumi.Input<string>;
  /** Lets a role mount these homes, and no other. */
  readonly home: { grantMount(role: aws.iam.Role, directories: readonly string[]): unknown };
  /** Where both machines are registered; health decides which of them serves. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
}

/** The programs without which a machine must not join. */
const programs = ["corosync", "cibadmin", "crm_verify", "fence_aws", "mount.efs", "java", "aws"];

/**
 * An active and a passive controller machine of one team (`standby: warm`), in two zones: Corosync and
 * Pacemaker decide which one serves, and start the other only when EC2 has confirmed that the first is
 * stopped. Between regions the start lease decides, as for every controller.
 *
 * Both machines run all the time where the region serves: twice the price of a cold standby.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class PacemakerPair extends pulumi.ComponentResource {
  /** Private addresses, the same for all instances that come and go. */
  readonly addresses: Both<pulumi.Output<string>>;
  readonly instanceIds: Both<pulumi.Output<string>>;
  /** Physical name, by which the failover finds the machines. */
  readonly pairName: string;

  constructor(name: string, args: PacemakerPairArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:pair:PacemakerPair", name, {}, opts);
    const { deployment, team } = args;
    refuseProblems("PacemakerPair", problemsOf(args));
    this.pairName = pairName(deployment.prefix, team.name);
    const places = this.createPlaces(name, args);
    const keyArn = createClusterKey(name, args, this);
    const roles = this.createRoles(name, args, keyArn);
    const machines = createMachines(
      name,
      {
        deployment,
        pair: this.pairName,
        tags: { team: team.name },
        places,
        imageId: args.imageId,
        instanceType: team.instanceType,
        volumeGb: 50,
        profileNames: [roles[0].profileName, roles[1].profileName],
        userData: [userDataOf(args, places, keyArn, 0), userDataOf(args, places, keyArn, 1)],
        running: args.role === "active",
      },
      this,
    );
    settleMachines(name, machines, args.role === "active", register(name, args, machines));

    this.addresses = [places[0].address, places[1].address];
    this.instanceIds = [machines[0].id, machines[1].id];
    this.registerOutputs({
      addresses: this.addresses,
      instanceIds: this.instanceIds,
      pairName: this.pairName,
    });
  }

  private createPlaces(name: string, args: PacemakerPairArgs): Both<PairPlace> {
    const group = createPairGroup(
      name,
      {
        pair: this.pairName,
        vpcId: args.vpcId,
        description: "Cluster traffic between both machines of a pair",
        rules: [corosyncRule],
        outgoing: false,
      },
      this,
    );
    return createPlaces(
      name,
      {
        pair: this.pairName,
        subnetIds: args.subnetIds,
        securityGroupIds: [args.controllersGroupId, group.id],
        sharesAddress: false,
      },
      this,
    );
  }

  /** A role for each: it may stop the other one, and nobody may stop itself. */
  private createRoles(
    name: string,
    args: PacemakerPairArgs,
    keyArn: pulumi.Output<string>,
  ): Both<MachineRole> {
    const { deployment, team } = args;
    const role = (self: 0 | 1): MachineRole => {
      const machine = createMachineRole(
        `${name}-${self + 1}`,
        {
          roleName: `${this.pairName}-${self + 1}-${deployment.region}`,
          tags: { team: team.name },
          policyName: "controller",
          statements: [
            ...args.statements,
            lookStatement(),
            ...fenceStatements(deployment, this.pairName, self === 0 ? 1 : 0),
            secretStatement([keyArn]),
          ],
        },
        this,
      );
      args.home.grantMount(machine.role, homesOf(team));
      return machine;
    };
    return [role(0), role(1)];
  }
}

function register(
  name: string,
  { targetGroupArns }: PacemakerPairArgs,
  machines: Both<aws.ec2.Instance>,
): aws.lb.TargetGroupAttachment[] {
  return targetGroupArns.flatMap((targetGroupArn, group) =>
    machines.map(
      (machine, index) =>
        new aws.lb.TargetGroupAttachment(
          `${name}-${index + 1}-target-${group + 1}`,
          { targetGroupArn, targetId: machine.id, port: webPort },
          { parent: machine },
        ),
    ),
  );
}

function problemsOf(args: PacemakerPairArgs): ArgumentProblem[] {
  const { team, deployment } = args;
  const fits = team.strategy === "active-passive" && team.standby === "warm";
  return [
    ...(fits
      ? []
      : [
          {
            path: "team",
            reason: `"${team.name}" is ${team.strategy} with a ${team.standby} standby; a pair is for active-passive with standby warm`,
          },
        ]),
    ...(args.targetGroupArns.length === 0
      ? [
          {
            path: "targetGroupArns",
            reason: "is empty: nobody would be sent to the pair; give the team's target group",
          },
        ]
      : []),
    // The addresses are AWS's and come later; everything else is known now.
    ...clusterProblems(clusterOf(team, deployment, ["10.0.0.1", "10.0.0.2"])),
  ];
}

function clusterOf(
  team: Team,
  deployment: Deployment,
  [first, second]: Both<string>,
): ControllerCluster {
  const names = [`${team.name}-1`, `${team.name}-2`] as const;
  const [firstInstance, secondInstance] = placeholders.instances;
  return {
    name: team.name,
    machines: [
      { name: names[0], address: first },
      { name: names[1], address: second },
    ],
    home: { leaseUnit: "jenkins-lease", mountUnit: leasePaths.mountUnit },
    fencing: {
      kind: "aws",
      region: deployment.region,
      instanceIds: { [names[0]]: firstInstance, [names[1]]: secondInstance },
    },
    tieBreaker: { kind: "fencing" },
  };
}

function userDataOf(
  args: PacemakerPairArgs,
  places: Both<PairPlace>,
  keyArn: pulumi.Output<string>,
  self: 0 | 1,
): pulumi.Output<string> {
  return pulumi
    .all([
      args.userData,
      places[0].address,
      places[1].address,
      places[0].interfaceId,
      places[1].interfaceId,
      keyArn,
    ] as const)
    .apply(([controller, first, second, firstInterface, secondInterface, secretId]) =>
      renderClusterUserData(
        controller,
        {
          cluster: clusterOf(args.team, args.deployment, [first, second]),
          profile: args.profile,
          join: {
            region: args.deployment.region,
            interfaceIds: [firstInterface, secondInterface],
            self,
            programs,
            secrets: [{ secretId, file: "/etc/corosync/authkey", permissions: "0400" }],
            daemons: [leaseWatchUnit, "corosync.service", "pacemaker.service"],
            configure: "/etc/pacemaker/pair/apply",
          },
        },
        compressToBase64,
      ),
    );
}

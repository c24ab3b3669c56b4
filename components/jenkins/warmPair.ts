import type * as pulumi from "@pulumi/pulumi";
import { PacemakerPair, type PacemakerPairArgs } from "../pair/pacemakerPair";
import type { JenkinsClusterArgs } from "./clusterArguments";
import { type ControllerRoleArgs, controllerStatements } from "./controllerRole";
import type { Team } from "./team";

/** What others have to know of a team's two machines. */
export interface WarmPair {
  readonly name: string;
  readonly addresses: PacemakerPair["addresses"];
}

/** The machines of a team with a warm standby, in the place of its Auto Scaling group. */
export function createWarmPair(
  name: string,
  args: JenkinsClusterArgs,
  team: Team,
  rights: ControllerRoleArgs,
  machines: Pick<PacemakerPairArgs, "userData" | "targetGroupArns">,
  parent: pulumi.Resource,
): WarmPair {
  const { pair, network } = args;
  if (pair === undefined) throw new Error(`team ${team.name} has a warm standby, and no image`);
  const { pairName, addresses } = new PacemakerPair(
    `${name}-pair`,
    {
      ...machines,
      deployment: args.deployment,
      role: args.role,
      team,
      imageId: pair.imageId,
      profile: pair.profile,
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      controllersGroupId: network.securityGroups.controllers,
      kmsKeyArn: args.kmsKeyArn,
      statements: controllerStatements(rights),
      leaseTableArn: rights.leaseTableArn,
      home: args.home,
    },
    { parent },
  );
  return { name: pairName, addresses };
}

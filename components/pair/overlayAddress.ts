import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import type { Statement } from "../policies";
import type { PairPlace } from "./pairMachines";
import { vipStatements } from "./vipMoveScriptRenderer";
import type { Vip } from "./vip";

/** An address outside of the VPC's ranges that routes lead to, and the tables that have these routes. */
export interface OverlayAddress {
  /** IPv4 with `/32`. */
  readonly address: string;
  readonly routeTableIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** How many tables there are: routes are counted before the tables are known. */
  readonly routeTables: number;
}

/**
 * Routes to the shared address, at first to the machine that is preferred; from then on they are
 * Keepalived's. An Elastic IP instead would leave the machine that does not have it without a way to
 * ask EC2 for it.
 */
export function createOverlayRoutes(
  name: string,
  { address, routeTableIds, routeTables }: OverlayAddress,
  first: PairPlace,
  parent: pulumi.Resource,
): void {
  const ids = pulumi.output(routeTableIds);
  for (let index = 0; index < routeTables; index++) {
    new aws.ec2.Route(
      `${name}-route-${index + 1}`,
      {
        routeTableId: ids.apply((known) => tableOf(known, index, routeTables)),
        destinationCidrBlock: address,
        networkInterfaceId: first.interfaceId,
      },
      { parent, ignoreChanges: ["networkInterfaceId"] },
    );
  }
}

function tableOf(ids: readonly string[], index: number, expected: number): string {
  const id = ids[index];
  if (id === undefined || ids.length !== expected) {
    throw new Error(`EdgePair: there are ${ids.length} route tables instead of ${expected}`);
  }
  return id;
}

/** The address as the renderers know it. */
export function vipOf({ region }: Deployment, address: string, ids: readonly string[]): Vip {
  return { kind: "overlayRoute", address, region, routeTableIds: ids };
}

/** Lets the machines change these routes and no others. */
export function moveStatement(deployment: Deployment, overlay: OverlayAddress): Statement {
  const resources = pulumi.all([overlay.routeTableIds, deployment.accountId]).apply(([ids, id]) => {
    const { region } = deployment;
    const vip = { kind: "overlayRoute" as const, address: overlay.address, region };
    const account = { partition: "aws", id };
    const statements = vipStatements({ ...vip, routeTableIds: ids }, account, []);
    return statements.flatMap(({ Resource }) => [...Resource]);
  });
  return {
    Sid: "MoveTheAddress",
    Effect: "Allow",
    Action: "ec2:ReplaceRoute",
    Resource: resources,
  };
}

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../failover/probe/probePlan";
import { hasPair } from "../components/jenkins/controllerPlan";
import type { JenkinsCluster } from "../components/jenkins/jenkinsCluster";
import { EdgePair } from "../components/pair/edgePair";
import type { JenkinsParts } from "./arguments";
import type { Settings } from "./config";

/** The image of a region's pairs as a part of the region; no part where there is no pair. */
export function pairImagePart(
  { pair, teams, image, program }: Settings,
  opts: pulumi.InvokeOptions,
): { readonly pairImageId?: pulumi.Input<string> } {
  // Edge pairs stand in front of such teams alone.
  if (!teams.some(hasPair)) return {};
  if (pair.image !== undefined) return { pairImageId: pair.image[program] };
  const architecture = image.architecture === "arm64" ? "arm64" : "amd64";
  // Debian's own, in each region. https://wiki.debian.org/Cloud/AmazonEC2Image
  const name = `/aws/service/debian/release/12/latest/${architecture}`;
  return { pairImageId: aws.ssm.getParameterOutput({ name }, opts).value };
}

/** The edge pair of a region whose stack asks for one. */
export function createEdgePair(
  { pair, domain, image }: Settings,
  parts: JenkinsParts,
  cluster: JenkinsCluster,
  opts: pulumi.ComponentResourceOptions,
): { readonly edgePairAddress?: string } {
  const { edge, profile } = pair;
  const { deployment, network, pairImageId } = parts;
  if (edge === undefined || pairImageId === undefined) return {};
  const { address } = new EdgePair(
    "edge-pair",
    {
      deployment,
      imageId: pairImageId,
      instanceType:
        edge.instanceType ?? (image.architecture === "arm64" ? "t4g.small" : "t3.small"),
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      teams: Object.entries(cluster.teams).flatMap(([name, { pair: machines, hosts }]) =>
        machines === undefined
          ? []
          : [{ name, host: hosts[0] ?? "", addresses: machines.addresses }],
      ),
      domain,
      overlay: {
        address: `${edge.address}/32`,
        routeTableIds: network.routeTableIds,
        routeTables: network.routeTables,
      },
      allowFrom: edge.allowFrom,
      certificateSecretArn: edge.certificateSecret,
      controllersGroupId: network.securityGroups.controllers,
      kmsKeyArn: parts.kmsKeyArn,
      profile,
      logGroupName: cluster.logGroupName,
      logGroupArn: cluster.logGroupArn,
      metricsNamespace: metricNamespace,
    },
    opts,
  );
  return { edgePairAddress: address };
}

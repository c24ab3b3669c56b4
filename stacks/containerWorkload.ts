import type { Application } from "../components/container/application";
import { ContainerApp } from "../components/container/containerApp";
import { databaseName } from "../components/data/replicatedDatabase";
import { metricNamespace } from "../failover/probe/probePlan";
import type { RegionParts } from "./arguments";
import { inDays, type Settings } from "./config";
import { firewallPart } from "./firewall";
import type { RegionContext } from "./region";

/** An application of any images. Its machines keep nothing: there is no home. */
export function carryContainers(
  settings: Settings,
  application: Application,
  { deployment, opts, shared }: RegionContext,
  parts: RegionParts,
): ContainerApp {
  const { certificates, program, database, observability, edge } = settings;
  const { network } = parts;
  const { loadBalancer, controllers } = network.securityGroups;
  const certificateArn = certificates[program];
  return new ContainerApp(
    "application",
    {
      deployment,
      role: parts.role,
      network: {
        vpcId: network.vpcId,
        publicSubnetIds: network.publicSubnetIds,
        privateSubnetIds: network.privateSubnetIds,
        securityGroups: { loadBalancer, machines: controllers },
      },
      application,
      database: {
        engine: database.engine,
        address: parts.database.address,
        port: parts.database.port,
        name: databaseName,
        secretName: parts.databaseSecretName,
      },
      assetBucketArn: parts.artifactBucketArn,
      kmsKeyArn: parts.kmsKeyArn,
      imageId: parts.imageId,
      domain: settings.domain,
      hostedZoneId: settings.hostedZoneId,
      ...(certificateArn === undefined ? {} : { certificateArn }),
      metricsNamespace: metricNamespace,
      accelerated: edge === "globalAccelerator",
      logRetentionDays: inDays(observability.logRetention),
      accessLogRetentionDays: inDays(observability.accessLogRetention),
      ...firewallPart(settings, deployment, opts),
      protectState: settings.protectState,
    },
    { ...opts, dependsOn: [...shared.bootNeeds] },
  );
}

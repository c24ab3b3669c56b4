import * as pulumi from "@pulumi/pulumi";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import { roleOf } from "../components/deployment";
import { homeDirectories } from "../components/home/homePlan";
import { SharedHome } from "../components/home/sharedHome";
import { JenkinsCluster } from "../components/jenkins/jenkinsCluster";
import { Network } from "../components/network/network";
import { Observability } from "../components/operations/observability";
import { PilotLightRegion } from "../components/recovery/pilotLightRegion";
import { Traffic } from "../components/recovery/traffic";
import {
  clusterArgs,
  dailySnapshots,
  databaseArgs,
  failoverPolicy,
  homeArgs,
  networkArgs,
  observabilityArgs,
  subscribers,
  trafficArgs,
} from "./arguments";
import { inDays, type StackSettings } from "./config";
import { stackContext } from "./deployment";
import { firewallPart } from "./firewall";
import { PrimaryStack } from "./primaryOutputs";

/**
 * The stack of `regions.dr`: the pilot light. The same shape as the primary region with capacity
 * zero, the replicas of its state, and what watches it and can take its place.
 */
export async function dr({ settings }: StackSettings): Promise<Record<string, unknown>> {
  const { deployment, provider, opts } = await stackContext(settings);
  const { region } = deployment;
  const role = roleOf(deployment);
  const { protectState } = settings;
  const primary = new PrimaryStack(settings.primaryStack, settings.prefix);
  const keyArn = here(primary.read("keyArns"), region);
  const databaseSecretArn = here(primary.read("databaseSecretArns"), region);

  const network = new Network("network", networkArgs(settings, deployment, { provider }), opts);
  const home = new SharedHome(
    "home",
    {
      ...homeArgs(settings, deployment, network, keyArn),
      role,
      directories: homeDirectories(settings.teams),
      fileSystemId: primary.read("homeReplicaFileSystemId"),
    },
    opts,
  );
  const database = new ReplicatedDatabase(
    "database",
    {
      ...databaseArgs(settings, deployment, network, keyArn),
      role: "replica",
      sourceArn: primary.read("databaseArn"),
      masterSecretArn: databaseSecretArn,
    },
    opts,
  );
  const parts = {
    deployment,
    role,
    network,
    home,
    database,
    databaseSecretName: primary.read("databaseSecretName"),
    artifactBucketArn: here(primary.read("artifactBucketArns"), region),
    imageId: here(primary.read("imageIds"), region),
    kmsKeyArn: keyArn,
    ...firewallPart(settings, deployment, opts),
  };
  const cluster = new JenkinsCluster("jenkins", clusterArgs(settings, parts), opts);
  const joined = {
    ...trafficArgs(settings, parts, cluster),
    listenerArns: primary.read("listenerArns"),
  };
  const traffic = new Traffic("traffic", joined, opts);
  const pilotLight = new PilotLightRegion(
    "pilot-light",
    {
      deployment,
      workload: cluster,
      active: {
        loadBalancerDnsNames: primary.read("loadBalancerDnsNames"),
        targetGroupArns: primary.read("targetGroupArns"),
        endpointGroupArns: primary.read("endpointGroupArns"),
        homeFileSystemId: primary.read("homeFileSystemId"),
        databaseIdentifier: primary.read("databaseIdentifier"),
        kmsKeyArn: here(primary.read("keyArns"), deployment.peerRegion),
      },
      home,
      database,
      traffic,
      edge: settings.edge,
      domain: settings.domain,
      hostedZoneId: settings.hostedZoneId,
      policy: failoverPolicy(settings),
      subscribers: subscribers(settings),
      kmsKeyArn: keyArn,
      dailySnapshots: dailySnapshots(settings),
      trigger: settings.failover,
      protectState,
      logRetentionDays: inDays(settings.observability.logRetention),
    },
    opts,
  );
  const observability = new Observability(
    "observability",
    observabilityArgs(settings, parts, cluster, pilotLight.announcementsTopicArn),
    opts,
  );

  return {
    region,
    generation: deployment.generation,
    urls: cluster.urls,
    dashboardUrl: observability.dashboardUrl,
    databaseIdentifier: database.identifier,
    regionAlarm: pilotLight.alarmName,
    recordTable: pilotLight.tableName,
    failoverFunction: pilotLight.functionName,
    failoverByConfiguration: `pulumi config set failover true --stack ${settings.stackName} && pulumi up --stack ${settings.stackName}`,
    failoverDirectly: `npm run failover -- --stack ${settings.stackName}`,
  };
}

/** One region's part of what the primary stack published by region. */
function here(
  byRegion: pulumi.Output<Record<string, string>>,
  region: string,
): pulumi.Output<string> {
  return byRegion.apply((values) => {
    const value = values[region];
    if (value === undefined) {
      throw new pulumi.RunError(
        `The primary stack published nothing for ${region}, only for ${Object.keys(values).join(", ")}. ` +
          "Both stacks must have the same `regions`: check Pulumi.yaml and run `pulumi up --stack primary`.",
      );
    }
    return value;
  });
}

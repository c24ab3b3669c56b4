import * as pulumi from "@pulumi/pulumi";
import { EncryptionKeys } from "../components/data/encryptionKeys";
import { GoldenImage } from "../components/image/goldenImage";
import { Network } from "../components/network/network";
import { AlarmTopic } from "../components/operations/alarmTopic";
import { PublicName } from "../components/webapp/publicName";
import { SharedFront } from "../components/webapp/sharedFront";
import { WebAppEnvironment } from "../components/webapp/webAppEnvironment";
import { inDays, type WebDevSettings } from "./config";
import { publish } from "./stackOutputs";
import { createMaster } from "./webMaster";
import {
  keyIn,
  webContext,
  webDatabase,
  webEnvironmentArgs,
  webImageArgs,
  webNetworkArgs,
  webTopicArgs,
} from "./webArguments";
import type { WebDevOutputs } from "./webOutputs";

/** Rules of the shared load balancer, by environment; 1 is its own. */
export const priorities = { dev: 100, prod: 200 } as const;

/**
 * The stack `web-dev`: the environment in which content and code are made, with the master database,
 * and what prod shares with it: network, load balancer, private zone and machine image.
 */
export function webDevelopment(settings: WebDevSettings): Record<string, unknown> {
  const { web, webShared, protectState } = settings;
  const context = webContext(settings);
  const { deployment, opts } = context;
  const { region } = deployment;
  const network = new Network("network", webNetworkArgs(settings, context), opts);
  const keys = new EncryptionKeys("keys", { deployment, protectState }, opts);
  const kmsKeyArn = keyIn(keys, region);
  const topicArgs = webTopicArgs(settings, deployment, kmsKeyArn);
  const { topicArn } = new AlarmTopic("topic", topicArgs, opts);
  const image = new GoldenImage(
    "image",
    webImageArgs(settings, deployment, network, keys.arns),
    opts,
  );
  const imageId = pulumi.all(image.imageIds).apply((ids) => ids[region] ?? "");

  const { master, masterName, privateZone, secretArn } = createMaster(settings, {
    ...context,
    network,
    keys,
    topicArn,
  });

  const front = new SharedFront(
    "front",
    {
      deployment,
      host: web.host,
      hostedZoneId: webShared.hostedZoneId,
      vpcId: network.vpcId,
      publicSubnetIds: network.publicSubnetIds,
      securityGroupId: network.securityGroups.loadBalancer,
      topicArn,
      accessLogRetentionDays: inDays(webShared.accessLogRetention),
      certificateWarningDays: inDays(web.certificateWarning),
      protectState,
    },
    opts,
  );
  new PublicName(
    "name",
    { deployment, host: web.host, loadBalancer: front, hostedZoneId: webShared.hostedZoneId },
    opts,
  );
  const environment = new WebAppEnvironment(
    "dev",
    {
      ...webEnvironmentArgs(settings),
      deployment,
      environment: "dev",
      network: {
        vpcId: network.vpcId,
        privateSubnetIds: network.privateSubnetIds,
        isolatedSubnetIds: network.isolatedSubnetIds,
        availabilityZones: web.availabilityZones,
        machinesGroupId: network.securityGroups.devMachines,
        filesGroupId: network.securityGroups.devFiles,
      },
      loadBalancer: { ...addressOf(front), priority: priorities.dev },
      imageId,
      database: {
        database: webDatabase.databaseName,
        port: master.port,
        // Dev has one database for both: reads see what was just written.
        reader: masterName,
        writer: masterName,
        secretArn: web.applicationSecret ?? secretArn,
        secretKeyArn: kmsKeyArn,
      },
      kmsKeyArn,
      topicArn,
    },
    opts,
  );

  return publish<WebDevOutputs>({
    prefix: deployment.prefix,
    region,
    availabilityZones: web.availabilityZones,
    architecture: web.architecture,
    vpcId: network.vpcId,
    privateSubnetIds: network.privateSubnetIds,
    isolatedSubnetIds: network.isolatedSubnetIds,
    securityGroupIds: pulumi.all(network.securityGroups),
    keyArn: kmsKeyArn,
    imageId,
    listenerArn: front.listenerArn,
    loadBalancerFullName: front.fullName,
    loadBalancerDnsName: front.dnsName,
    loadBalancerZoneId: front.zoneId,
    privateZoneId: privateZone.zoneId,
    privateZoneName: privateZone.zoneName,
    databaseIdentifier: master.identifier,
    databaseAddress: master.address,
    databasePort: master.port,
    databaseSecretArn: secretArn,
    fileSystemId: environment.fileSystemId,
    accessPointId: environment.accessPointId,
    url: `https://${web.host}/`,
    codeAssociationId: environment.codeAssociationId,
  });
}

/** What an environment's rule needs of the load balancer. */
function addressOf({
  listenerArn,
  fullName,
}: SharedFront): Pick<SharedFront, "listenerArn" | "fullName"> {
  return { listenerArn, fullName };
}

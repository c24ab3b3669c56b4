import * as pulumi from "@pulumi/pulumi";
import { EncryptionKeys } from "../components/data/encryptionKeys";
import { AlarmTopic } from "../components/operations/alarmTopic";
import { webPaths } from "../components/webapp/content";
import { PromotionTable } from "../components/webapp/promotionTable";
import { PublicName } from "../components/webapp/publicName";
import { WebAppEnvironment } from "../components/webapp/webAppEnvironment";
import { inDays, type WebProdSettings } from "./config";
import { OutputsOf, publish } from "./stackOutputs";
import { keyIn, webContext, webEnvironmentArgs, webTopicArgs } from "./webArguments";
import { priorities } from "./webDevelopment";
import type { WebDevOutputs, WebProdOutputs } from "./webOutputs";
import { createProductionDatabase } from "./webProductionDatabase";

/**
 * The stack `web-prod`: what users see. It stands in dev's network, behind the same load balancer, and
 * has files, machines, name, certificate and key of its own.
 */
export function webProduction(settings: WebProdSettings): Record<string, unknown> {
  const { web, webProduction: own, protectState } = settings;
  const context = webContext(settings);
  const { deployment, opts } = context;
  const { region } = deployment;
  const dev = new OutputsOf<WebDevOutputs>(
    "webProduction.devStack",
    own.devStack,
    `${web.prefix}-dev`,
  );
  const keys = new EncryptionKeys("keys", { deployment, protectState }, opts);
  const kmsKeyArn = keyIn(keys, region);
  const topicArgs = webTopicArgs(settings, deployment, kmsKeyArn);
  const { topicArn } = new AlarmTopic("topic", topicArgs, opts);
  const around = { ...context, dev, kmsKeyArn, topicArn };
  const { application, followers } = createProductionDatabase(settings, around);

  const loadBalancer = {
    dnsName: dev.read("loadBalancerDnsName"),
    zoneId: dev.read("loadBalancerZoneId"),
  };
  const listenerArn = dev.read("listenerArn");
  const { nameServers } = new PublicName(
    "name",
    {
      deployment,
      host: web.host,
      loadBalancer,
      ...(own.hostedZoneId === undefined ? {} : { hostedZoneId: own.hostedZoneId }),
      ...(own.parentZoneId === undefined ? {} : { parentZoneId: own.parentZoneId }),
      certificate: { listenerArn, warningDays: inDays(web.certificateWarning), topicArn },
    },
    opts,
  );
  const groups = dev.read("securityGroupIds");
  const environment = new WebAppEnvironment(
    "prod",
    {
      ...webEnvironmentArgs(settings),
      deployment,
      environment: "prod",
      network: {
        vpcId: alike(settings, dev, dev.read("vpcId")),
        privateSubnetIds: dev.read("privateSubnetIds"),
        isolatedSubnetIds: dev.read("isolatedSubnetIds"),
        availabilityZones: web.availabilityZones,
        machinesGroupId: groups.apply(({ prodMachines }) => prodMachines),
        filesGroupId: groups.apply(({ prodFiles }) => prodFiles),
      },
      loadBalancer: {
        listenerArn,
        fullName: dev.read("loadBalancerFullName"),
        priority: priorities.prod,
      },
      imageId: dev.read("imageId"),
      devFiles: {
        fileSystemId: dev.read("fileSystemId"),
        accessPointId: dev.read("accessPointId"),
      },
      database: application,
      kmsKeyArn,
      topicArn,
    },
    opts,
  );
  const { tableName } = new PromotionTable("promotion", { deployment, protectState }, opts);

  return publish<WebProdOutputs>({
    prefix: deployment.prefix,
    region,
    url: `https://${web.host}/`,
    codeAssociationId: environment.codeAssociationId,
    nameServers,
    promotion: pulumi.output({
      region,
      source: { address: dev.read("databaseAddress"), port: dev.read("databasePort") },
      replicas: followers,
      secretArn: dev.read("databaseSecretArn"),
      recordTable: tableName,
      reach: { autoScalingGroup: environment.autoScalingGroupName },
      files: {
        source: webPaths.devTree,
        target: webPaths.tree,
        staticFiles: web.files.staticFiles,
        owner: web.files.owner,
      },
    }),
  });
}

/**
 * The value, once dev's stack is known to have the settings that both must agree on.
 *
 * @throws pulumi.RunError naming every one that differs.
 */
function alike<Value>(
  { web, webProduction: own }: WebProdSettings,
  dev: OutputsOf<WebDevOutputs>,
  value: pulumi.Output<Value>,
): pulumi.Output<Value> {
  const published = {
    region: dev.read("region"),
    availabilityZones: dev.read("availabilityZones"),
    architecture: dev.read("architecture"),
  };
  return pulumi.all([value, pulumi.output(published)]).apply(([known, theirs]) => {
    const differences = (["region", "availabilityZones", "architecture"] as const)
      .filter((key) => theirs[key] !== web[key])
      .map((key) => `web.${key} is ${web[key]} here and ${theirs[key]} there`);
    if (differences.length > 0) {
      throw new pulumi.RunError(
        `Stack ${own.devStack} has other settings, of which both environments need the same: ` +
          `${differences.join("; ")}. Make Pulumi.${own.devStack}.yaml and this stack's file agree.`,
      );
    }
    return known as Value;
  });
}

/**
 * From the web application's settings to the components' arguments: units and names change here, and
 * nowhere else, so that the two programs stay tables of contents.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ReplicatedDatabaseArgs } from "../components/data/replicatedDatabase";
import type { EncryptionKeys } from "../components/data/encryptionKeys";
import type { Deployment } from "../components/deployment";
import type { GoldenImageArgs } from "../components/image/goldenImage";
import type { Network, NetworkArgs } from "../components/network/network";
import type { AlarmTopicArgs } from "../components/operations/alarmTopic";
import type { WebAppEnvironmentArgs } from "../components/webapp/environmentArguments";
import {
  webFlows,
  type WebSecurityGroup,
  webSecurityGroups,
} from "../components/webapp/securityGroupPlan";
import { webSoftware } from "../components/webapp/webSoftwareRenderer";
import { amazonLinux } from "./arguments";
import { inDays, type WebDevSettings, type WebSettings } from "./config";

/** The database inside of each instance, and its first user. */
export const webDatabase = { databaseName: "web", username: "web" } as const;

/** What every component of a web stack is given. */
export interface WebContext {
  readonly deployment: Deployment;
  readonly provider: aws.Provider;
  readonly opts: pulumi.ComponentResourceOptions;
}

/** The stack's one provider. Its default tags reach every resource but the machines. */
export function webContext({ web, stackName, environmentPrefix }: WebSettings): WebContext {
  const { region } = web;
  const provider = new aws.Provider("region", {
    region,
    defaultTags: { tags: { project: pulumi.getProject(), stack: stackName } },
  });
  const deployment: Deployment = {
    prefix: environmentPrefix,
    stack: stackName,
    generation: 1,
    region,
    // No region stands by for this one.
    peerRegion: region,
    activeRegion: region,
    accountId: aws
      .getCallerIdentityOutput({}, { provider })
      .apply((identity) => identity.accountId),
  };
  return { deployment, provider, opts: { provider } };
}

export function webNetworkArgs(
  { web, webShared: { network } }: WebDevSettings,
  { deployment, provider }: WebContext,
): NetworkArgs<WebSecurityGroup> {
  const { bastion } = network;
  return {
    deployment,
    cidr: network.cidr,
    availabilityZones: web.availabilityZones === 2 ? 2 : 3,
    nat: network.nat,
    interfaceEndpoints: network.interfaceEndpoints,
    flowLogRetentionDays: inDays(network.flowLogRetention),
    securityGroups: webSecurityGroups,
    flows: webFlows,
    ...(bastion === undefined
      ? {}
      : {
          bastion: { ...bastion, imageId: amazonLinux(bastion.instanceType, { provider }) },
        }),
  };
}

export function webImageArgs(
  { web, webShared: { image, network } }: WebDevSettings,
  deployment: Deployment,
  vpc: Network<WebSecurityGroup>,
  kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>,
): GoldenImageArgs {
  const what = { deployment, architecture: web.architecture, software: webSoftware };
  if (image.source === "given") {
    const given = image.id === undefined ? {} : { given: { [deployment.region]: image.id } };
    return { ...what, source: "given", ...given };
  }
  // Packages come from the internet; without NAT the build has only the public subnets to reach it.
  const subnets = network.nat === "none" ? vpc.publicSubnetIds : vpc.privateSubnetIds;
  return {
    ...what,
    source: image.source,
    kmsKeyArns,
    subnetId: subnets.apply((ids) => ids[0] ?? ""),
    securityGroupId: vpc.securityGroups.devMachines,
  };
}

/** A MySQL writer's settings, which dev's master and a writer of prod's own have alike. */
type WriterSettings = WebDevSettings["webShared"]["database"];

export function webWriterArgs(
  { protectState }: Pick<WebSettings, "protectState">,
  writer: WriterSettings,
  deployment: Deployment,
): Omit<ReplicatedDatabaseArgs, "subnetIds" | "securityGroupId" | "kmsKeyArn" | "masterPassword"> {
  return {
    ...webDatabase,
    deployment,
    role: "writer",
    engine: "mysql",
    engineVersion: writer.version,
    instanceClass: writer.instanceClass,
    allocatedStorageGb: writer.storageGb,
    multiAz: writer.multiAz,
    backupRetentionDays: inDays(writer.backupRetention),
    protectState,
  };
}

/** Settings of an environment alone; where it is and what its database is, its program adds. */
export function webEnvironmentArgs(
  settings: WebSettings,
): Pick<
  WebAppEnvironmentArgs,
  "hosts" | "machines" | "healthPath" | "content" | "files" | "logRetentionDays" | "protectState"
> {
  const { web, instanceType, protectState } = settings;
  const { files } = web;
  return {
    hosts: [web.host],
    machines: { instanceType, capacity: web.capacity, ...web.scaling },
    healthPath: web.healthPath,
    content: {
      code: files.code,
      documentRoot: files.documentRoot,
      uploads: files.uploads,
      staticFiles: files.staticFiles,
      owner: files.owner,
      ownerIds: { uid: files.uid, gid: files.gid },
    },
    files: {
      throughput: files.throughput,
      lifecycle: { toInfrequentAccess: files.toInfrequentAccess, toArchive: "never" },
      ...(files.provisionedMibps === undefined ? {} : { provisionedMibps: files.provisionedMibps }),
    },
    logRetentionDays: inDays(web.logRetention),
    protectState,
  };
}

export function webTopicArgs(
  { alerts }: WebSettings,
  deployment: Deployment,
  kmsKeyArn: pulumi.Input<string>,
): AlarmTopicArgs {
  return {
    deployment,
    purpose: "alarms",
    subscribers: { emails: alerts.emails, phones: alerts.sms },
    kmsKeyArn,
  };
}

/** The key of the one region. */
export function keyIn({ arns }: EncryptionKeys, region: string): pulumi.Output<string> {
  const arn = arns[region];
  if (arn === undefined) throw new Error(`no key was made for ${region}`);
  return arn;
}

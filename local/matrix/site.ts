import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateLaunchTemplateCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateFileSystemCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { fakeCredentials } from "../emulator/isolatedEnvironment";
import type { ClientConstructor } from "../gateway/behaviour";
import { userDataOf } from "./controllerUserData";
import { namesOf, regions } from "./matrixPlan";

/** What machines and load balancers of one region stand on. */
export interface Ground {
  readonly region: string;
  readonly fileSystemId: string;
  readonly subnets: readonly string[];
  readonly vpcId: string;
}

/** A team as a load balancer knows it. */
export interface BalancedTeam {
  /** Name of its target group, and of its Auto Scaling group. */
  readonly group: string;
  readonly host: string;
}

export interface LoadBalancer {
  readonly loadBalancerArn: string;
  readonly loadBalancerName: string;
  /** By team, in the order in which they were given. */
  readonly targetGroupArns: readonly string[];
}

/** What one region of a site has that no case changes. */
export interface SiteRegion extends Ground, LoadBalancer {}

/** A pair of regions in which cases run one after another; another site is another prefix. */
export interface Site {
  readonly prefix: string;
  readonly active: SiteRegion;
  readonly waiting: SiteRegion;
}

/** Makes a client of the emulator itself: what stands already is not the failover's doing. */
export type ClientOf = <Client extends { destroy(): void }>(
  constructor: ClientConstructor<Client>,
  region: string,
) => Client;

/** Clients of one endpoint, each made once. */
export function clientsOf(endpoint: string, caller: string): ClientOf & { destroy(): void } {
  const made = new Map<string, { destroy(): void }>();
  const clientOf = <Client extends { destroy(): void }>(
    constructor: ClientConstructor<Client>,
    region: string,
  ): Client => {
    const key = `${constructor.name} ${region}`;
    const known = made.get(key) as Client | undefined;
    if (known !== undefined) return known;
    const settings = { endpoint, region, credentials: fakeCredentials, userAgentAppId: caller };
    const client = new constructor({ ...settings, maxAttempts: 2 });
    made.set(key, client);
    return client;
  };
  const destroy = (): void => {
    for (const client of made.values()) client.destroy();
  };
  return Object.assign(clientOf, { destroy });
}

/** Makes what stands in both regions before any case begins. */
export async function buildSite(prefix: string, clientOf: ClientOf): Promise<Site> {
  const [active, waiting] = await Promise.all([
    buildRegion(prefix, "active", clientOf),
    buildRegion(prefix, "waiting", clientOf),
    buildRecovery(prefix, clientOf),
  ]);
  return { prefix, active, waiting };
}

async function buildRegion(
  prefix: string,
  role: keyof typeof regions,
  clientOf: ClientOf,
): Promise<SiteRegion> {
  const ground = await buildGround(prefix, role, clientOf);
  const { groups, hosts } = namesOf(prefix);
  const teams = groups.map((group, index) => ({ group, host: hosts[index] ?? "" }));
  return { ...ground, ...(await buildLoadBalancer(prefix, teams, ground, clientOf)) };
}

/** Makes the file system, the machines' template and, where it is active, the database's writer. */
export async function buildGround(
  prefix: string,
  role: keyof typeof regions,
  clientOf: ClientOf,
): Promise<Ground> {
  const region = regions[role];
  const ec2 = clientOf(EC2Client, region);
  const [{ Vpcs }, { Subnets }, { FileSystemId = "" }] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeSubnetsCommand({})),
    clientOf(EFSClient, region).send(new CreateFileSystemCommand({ CreationToken: prefix })),
  ]);
  const subnets = (Subnets ?? []).slice(0, 2).map(({ SubnetId }) => SubnetId ?? "");
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: prefix,
      LaunchTemplateData: {
        ImageId: "ami-12c6146b",
        InstanceType: "t4g.small",
        UserData: userDataOf({ prefix, region, role, fileSystemId: FileSystemId }),
      },
    }),
  );
  if (role === "active") await buildWriter(prefix, clientOf);
  return { region, fileSystemId: FileSystemId, subnets, vpcId: Vpcs?.[0]?.VpcId ?? "" };
}

async function buildWriter(prefix: string, clientOf: ClientOf): Promise<void> {
  await clientOf(RDSClient, regions.active).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: namesOf(prefix).database,
      DBInstanceClass: "db.t4g.small",
      Engine: "postgres",
      AllocatedStorage: 20,
      MasterUsername: "jenkins",
      MasterUserPassword: "not-a-secret",
      BackupRetentionPeriod: 1,
    }),
  );
}

/** Makes a load balancer that leads each team's host to a target group of its own. */
export async function buildLoadBalancer(
  name: string,
  teams: readonly BalancedTeam[],
  { region, subnets, vpcId }: Ground,
  clientOf: ClientOf,
): Promise<LoadBalancer> {
  const elb = clientOf(ElasticLoadBalancingV2Client, region);
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: [...subnets] }),
  );
  const { LoadBalancerArn: arn = "", DNSName = "" } = LoadBalancers?.[0] ?? {};
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: arn,
      // TLS is not modelled: only the port tells the edge which listener users meet.
      Protocol: "HTTP",
      Port: 443,
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );
  const targetGroupArns: string[] = [];
  for (const [index, { group: Name, host }] of teams.entries()) {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name,
        VpcId: vpcId,
        Protocol: "HTTP",
        Port: 8080,
        HealthCheckPath: "/login",
        HealthCheckIntervalSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      }),
    );
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? "";
    targetGroupArns.push(TargetGroupArn);
    await elb.send(
      new CreateRuleCommand({
        ListenerArn: Listeners?.[0]?.ListenerArn,
        Priority: index + 1,
        Conditions: [{ Field: "host-header", Values: [host] }],
        Actions: [{ Type: "forward", TargetGroupArn }],
      }),
    );
  }
  return { loadBalancerArn: arn, loadBalancerName: DNSName, targetGroupArns };
}

/** Makes the record's table, the topics and the queue of what the function did not get. */
export async function buildRecovery(prefix: string, clientOf: ClientOf): Promise<void> {
  const names = namesOf(prefix);
  const sns = clientOf(SNSClient, regions.waiting);
  await clientOf(DynamoDBClient, regions.waiting).send(
    new CreateTableCommand({
      TableName: names.tableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
  const QueueName = `${names.functionName}-dead-letters`;
  await clientOf(SQSClient, regions.waiting).send(new CreateQueueCommand({ QueueName }));
  await sns.send(new CreateTopicCommand({ Name: names.announcementsTopic }));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: names.alarmsTopic }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "lambda",
      Endpoint: `arn:aws:lambda:${regions.waiting}:123456789012:function:${names.functionName}`,
    }),
  );
}

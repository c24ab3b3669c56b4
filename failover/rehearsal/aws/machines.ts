import { limited } from "../../aws/clients";
import type { SeenMachine, SeenTarget } from "../model";
import { rehearsalTag, rehearsalTemplateName, type RehearsalPlan } from "../rehearsalPlan";
import type { RehearsalClients } from "./clients";

/** Everything but `terminated`. */
const existing = ["pending", "running", "stopping", "stopped", "shutting-down"];

/** Tags of all that a rehearsal makes; the role may end and delete nothing without them. */
export function tagsOf(
  { prefix }: Pick<RehearsalPlan, "prefix">,
  rehearsal: string,
  name: string,
): { Key: string; Value: string }[] {
  return [
    { Key: rehearsalTag, Value: rehearsal },
    { Key: "deployment", Value: prefix },
    { Key: "project", Value: "jenkins-pilot-light" },
    { Key: "Name", Value: name },
  ];
}

/** All machines of this deployment's rehearsals, whichever rehearsal made them. */
export async function listMachines(
  clients: RehearsalClients,
  { prefix }: RehearsalPlan,
): Promise<SeenMachine[]> {
  const { DescribeInstancesCommand } = ec2Sdk();
  const found: SeenMachine[] = [];
  let token: string | undefined;
  do {
    const page = await clients.ec2().send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: "tag-key", Values: [rehearsalTag] },
          { Name: "tag:deployment", Values: [prefix] },
          { Name: "instance-state-name", Values: existing },
        ],
        ...(token === undefined ? {} : { NextToken: token }),
      }),
      limited(),
    );
    for (const instance of (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
      const tag = (key: string) =>
        (instance.Tags ?? []).find(({ Key }) => Key === key)?.Value ?? "";
      found.push({
        instanceId: instance.InstanceId ?? "",
        rehearsal: tag(rehearsalTag),
        team: tag("team"),
        state: instance.State?.Name ?? "unknown",
      });
    }
    token = page.NextToken;
  } while (token !== undefined && token !== "");
  return found;
}

/**
 * One machine from the team's launch template. The client token makes a repeat of a call whose answer
 * was lost return the machine that it made.
 */
export async function launchMachine(
  clients: RehearsalClients,
  plan: RehearsalPlan,
  request: { readonly rehearsal: string; readonly team: string; readonly zone: number },
): Promise<void> {
  const { RunInstancesCommand } = ec2Sdk();
  const { rehearsal, team, zone } = request;
  const { prefix, subnetIds } = plan;
  // Teams begin in different zones, as their groups' machines would.
  const subnet = subnetIds[(plan.teams.indexOf(team) + zone) % subnetIds.length];
  const name = rehearsalTemplateName(prefix, team);
  const tags = [...tagsOf(plan, rehearsal, name), { Key: "team", Value: team }];
  await clients.ec2().send(
    new RunInstancesCommand({
      LaunchTemplate: { LaunchTemplateName: name, Version: "$Default" },
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnet,
      ClientToken: `${prefix}-${rehearsal}-${team}-${zone}`,
      TagSpecifications: [
        { ResourceType: "instance", Tags: tags },
        { ResourceType: "volume", Tags: tags },
      ],
    }),
    limited(),
  );
}

export async function terminateMachines(
  clients: RehearsalClients,
  instanceIds: readonly string[],
): Promise<void> {
  const { TerminateInstancesCommand } = ec2Sdk();
  await clients
    .ec2()
    .send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }), limited());
}

/** What the load balancer says of the machines in the rehearsals' own target group. */
export async function listTargets(
  clients: RehearsalClients,
  { targetGroupArn }: RehearsalPlan,
): Promise<SeenTarget[]> {
  const { DescribeTargetHealthCommand } = loadBalancingSdk();
  const { TargetHealthDescriptions } = await clients
    .loadBalancing()
    .send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }), limited());
  return (TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
    instanceId: Target?.Id ?? "",
    state: TargetHealth?.State ?? "unknown",
  }));
}

export async function registerTargets(
  clients: RehearsalClients,
  { targetGroupArn }: RehearsalPlan,
  instanceIds: readonly string[],
): Promise<void> {
  const { RegisterTargetsCommand } = loadBalancingSdk();
  const Targets = instanceIds.map((Id) => ({ Id }));
  await clients
    .loadBalancing()
    .send(new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }), limited());
}

export async function deregisterTargets(
  clients: RehearsalClients,
  { targetGroupArn }: RehearsalPlan,
  instanceIds: readonly string[],
): Promise<void> {
  const { DeregisterTargetsCommand } = loadBalancingSdk();
  const Targets = instanceIds.map((Id) => ({ Id }));
  await clients
    .loadBalancing()
    .send(new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }), limited());
}

function ec2Sdk(): typeof import("@aws-sdk/client-ec2") {
  return require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2");
}

function loadBalancingSdk(): typeof import("@aws-sdk/client-elastic-load-balancing-v2") {
  return require("@aws-sdk/client-elastic-load-balancing-v2") as typeof import("@aws-sdk/client-elastic-load-balancing-v2");
}

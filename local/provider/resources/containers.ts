import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  json,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, tagsIfAny } from "./tagging";

const retagEcs = retagWith("ecs");

const cluster = resourceType<aws.ecs.Cluster, aws.ecs.ClusterArgs>({
  token: "aws:ecs/cluster:Cluster",
  inputs: { name: replace, settings: unread(update), configuration: unread(update) },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const { name, settings, configuration } = operation.inputs;
    const answer = await operation.call("ecs", "createCluster", {
      clusterName: name,
      settings,
      configuration,
      tags: tagsIfAny(operation),
    });
    return present(answer.cluster?.clusterArn, "the cluster's ARN");
  },
  async update(operation) {
    const { settings, configuration } = operation.inputs;
    const request = { cluster: operation.id, settings, configuration };
    await operation.call("ecs", "updateCluster", request);
  },
  async read(operation) {
    const answer = await operation.call("ecs", "describeClusters", { clusters: [operation.id] });
    const found = answer.clusters?.[0];
    if (found === undefined || found.status === "INACTIVE") return undefined;
    return { arn: found.clusterArn, name: found.clusterName };
  },
  retag: retagEcs,
  async delete(operation) {
    await operation.call("ecs", "deleteCluster", { cluster: operation.id });
  },
});

const taskDefinition = resourceType<aws.ecs.TaskDefinition, aws.ecs.TaskDefinitionArgs>({
  token: "aws:ecs/taskDefinition:TaskDefinition",
  inputs: {
    family: replace,
    containerDefinitions: { ...json(replace), unread: true },
    cpu: replace,
    memory: replace,
    networkMode: replace,
    executionRoleArn: replace,
    taskRoleArn: replace,
    requiresCompatibilities: replace,
    runtimePlatform: unread(replace),
    volumes: unread(replace),
    ephemeralStorage: unread(replace),
    skipDestroy: defaulted(unread(update), false),
    trackLatest: defaulted(unread(update), false),
  },
  async create(operation) {
    const { containerDefinitions, family } = operation.inputs;
    await operation.call("ecs", "registerTaskDefinition", {
      ...operation.arguments({ skipDestroy: undefined, trackLatest: undefined }),
      containerDefinitions: JSON.parse(containerDefinitions) as unknown,
      tags: tagsIfAny(operation),
    });
    return family;
  },
  update: () => Promise.resolve(),
  async read(operation) {
    const answer = await operation.call("ecs", "describeTaskDefinition", {
      taskDefinition: operation.state.arn ?? operation.id,
    });
    const found = answer.taskDefinition;
    if (found === undefined || found.status === "INACTIVE") return undefined;
    return {
      arn: found.taskDefinitionArn,
      arnWithoutRevision: found.taskDefinitionArn?.replace(/:\d+$/, ""),
      family: found.family,
      networkMode: found.networkMode,
      revision: found.revision,
    };
  },
  retag: retagEcs,
  async delete(operation) {
    if (operation.inputs.skipDestroy === true) return;
    await operation.call("ecs", "deregisterTaskDefinition", {
      taskDefinition: operation.state.arn,
    });
  },
});

type ServiceOperation = Operation<aws.ecs.Service, aws.ecs.ServiceArgs>;

const service = resourceType<aws.ecs.Service, aws.ecs.ServiceArgs>({
  token: "aws:ecs/service:Service",
  inputs: {
    name: replace,
    cluster: replace,
    taskDefinition: unread(update),
    desiredCount: update,
    launchType: replace,
    networkConfiguration: unread(update),
    loadBalancers: unread(update),
    deploymentMaximumPercent: defaulted(unread(update), 200),
    deploymentMinimumHealthyPercent: defaulted(unread(update), 100),
    deploymentCircuitBreaker: unread(update),
    healthCheckGracePeriodSeconds: update,
    enableExecuteCommand: update,
    platformVersion: unread(update),
    propagateTags: unread(update),
    waitForSteadyState: defaulted(unread(update), false),
    forceNewDeployment: unread(update),
  },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const answer = await operation.call("ecs", "createService", {
      ...request(operation),
      cluster: operation.inputs.cluster,
      serviceName: operation.inputs.name,
      launchType: operation.inputs.launchType,
      clientToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.service?.serviceArn, "the service's ARN");
  },
  async update(operation) {
    await operation.call("ecs", "updateService", {
      ...request(operation),
      cluster: operation.inputs.cluster,
      service: operation.id,
    });
  },
  async read(operation) {
    const answer = await operation.call("ecs", "describeServices", {
      cluster: operation.inputs.cluster,
      services: [operation.id],
    });
    const found = answer.services?.[0];
    if (found === undefined || found.status === "INACTIVE") return undefined;
    return { arn: found.serviceArn, name: found.serviceName, desiredCount: found.desiredCount };
  },
  retag: retagEcs,
  async delete(operation) {
    await operation.call("ecs", "deleteService", {
      cluster: operation.inputs.cluster,
      service: operation.id,
      force: true,
    });
  },
});

function request({ inputs }: ServiceOperation) {
  const { networkConfiguration: network } = inputs;
  return {
    taskDefinition: inputs.taskDefinition,
    desiredCount: inputs.desiredCount ?? 0,
    loadBalancers: inputs.loadBalancers,
    healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds,
    enableExecuteCommand: inputs.enableExecuteCommand,
    platformVersion: inputs.platformVersion,
    propagateTags: inputs.propagateTags,
    deploymentConfiguration: {
      maximumPercent: inputs.deploymentMaximumPercent,
      minimumHealthyPercent: inputs.deploymentMinimumHealthyPercent,
      deploymentCircuitBreaker: inputs.deploymentCircuitBreaker,
    },
    networkConfiguration:
      network === undefined
        ? undefined
        : {
            awsvpcConfiguration: {
              subnets: network.subnets,
              securityGroups: network.securityGroups,
              assignPublicIp: network.assignPublicIp === true ? "ENABLED" : "DISABLED",
            },
          },
  };
}

/** Containers. */
export const types: readonly AnyResourceType[] = [cluster, taskDefinition, service];

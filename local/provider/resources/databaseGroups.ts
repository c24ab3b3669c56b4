import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith } from "./tagging";

/** Changes the tags of anything that RDS names by an ARN. */
export const retagRds = retagWith("rds", {
  tag: "addTagsToResource",
  untag: "removeTagsFromResource",
  resource: ({ state }) => ({ ResourceName: state.arn }),
});

const subnetGroup = resourceType<aws.rds.SubnetGroup, aws.rds.SubnetGroupArgs>({
  token: "aws:rds/subnetGroup:SubnetGroup",
  inputs: { name: replace, subnetIds: update, description: defaulted(update, "Managed by Pulumi") },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const { name, description, subnetIds } = operation.inputs;
    await operation.call("rds", "createDBSubnetGroup", {
      DBSubnetGroupName: name,
      DBSubnetGroupDescription: description,
      SubnetIds: subnetIds,
      Tags: operation.tags,
    });
    return name ?? "";
  },
  async update(operation) {
    await operation.call("rds", "modifyDBSubnetGroup", {
      DBSubnetGroupName: operation.id,
      DBSubnetGroupDescription: operation.inputs.description,
      SubnetIds: operation.inputs.subnetIds,
    });
  },
  async read(operation) {
    const answer = await operation.call("rds", "describeDBSubnetGroups", {
      DBSubnetGroupName: operation.id,
    });
    const found = answer.DBSubnetGroups?.[0];
    if (found === undefined) return undefined;
    return {
      arn: `arn:aws:rds:${operation.region}:${operation.account}:subgrp:${operation.id}`,
      name: found.DBSubnetGroupName,
      description: found.DBSubnetGroupDescription,
      subnetIds: found.Subnets?.map(({ SubnetIdentifier }) => SubnetIdentifier ?? ""),
      supportedNetworkTypes: ["IPV4"],
      vpcId: found.VpcId,
    };
  },
  retag: retagRds,
  async delete(operation) {
    await operation.call("rds", "deleteDBSubnetGroup", { DBSubnetGroupName: operation.id });
  },
});

type ParameterGroupOperation = Operation<aws.rds.ParameterGroup, aws.rds.ParameterGroupArgs>;

const parameterGroup = resourceType<aws.rds.ParameterGroup, aws.rds.ParameterGroupArgs>({
  token: "aws:rds/parameterGroup:ParameterGroup",
  inputs: {
    name: replace,
    family: replace,
    description: defaulted(replace, "Managed by Pulumi"),
    parameters: unread(update),
    skipDestroy: unread(update),
  },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const { name, family, description } = operation.inputs;
    await operation.call("rds", "createDBParameterGroup", {
      DBParameterGroupName: name,
      DBParameterGroupFamily: family,
      Description: description,
      Tags: operation.tags,
    });
    await writeParameters(operation.withId(name ?? ""));
    return name ?? "";
  },
  update: writeParameters,
  async read(operation) {
    const answer = await operation.call("rds", "describeDBParameterGroups", {
      DBParameterGroupName: operation.id,
    });
    const found = answer.DBParameterGroups?.[0];
    if (found === undefined) return undefined;
    return {
      arn:
        found.DBParameterGroupArn ??
        `arn:aws:rds:${operation.region}:${operation.account}:pg:${operation.id}`,
      name: found.DBParameterGroupName,
      family: found.DBParameterGroupFamily,
      description: found.Description,
    };
  },
  retag: retagRds,
  async delete(operation) {
    if (operation.inputs.skipDestroy === true) return;
    await operation.call("rds", "deleteDBParameterGroup", { DBParameterGroupName: operation.id });
  },
});

/** AWS takes 20 parameters in a call. */
async function writeParameters(operation: ParameterGroupOperation): Promise<void> {
  const named = (list: typeof operation.inputs.parameters) => list ?? [];
  const kept = new Set(named(operation.inputs.parameters).map(({ name }) => name));
  const removed = named(operation.oldInputs.parameters).filter(({ name }) => !kept.has(name));
  const written = named(operation.inputs.parameters).map(({ name, value, applyMethod }) => ({
    ParameterName: name,
    ParameterValue: value,
    ApplyMethod: applyMethod ?? "immediate",
  }));
  for (let start = 0; start < written.length; start += 20) {
    await operation.call("rds", "modifyDBParameterGroup", {
      DBParameterGroupName: operation.id,
      Parameters: written.slice(start, start + 20),
    });
  }
  if (removed.length > 0) {
    await operation.call("rds", "resetDBParameterGroup", {
      DBParameterGroupName: operation.id,
      Parameters: removed.map(({ name, applyMethod }) => ({
        ParameterName: name,
        ApplyMethod: applyMethod ?? "immediate",
      })),
    });
  }
}

/** Groups that a database instance belongs to. */
export const types: readonly AnyResourceType[] = [subnetGroup, parameterGroup];

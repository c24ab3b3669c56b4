import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, tagsIfAny, type Retag } from "./tagging";

function retagSsm(ResourceType: "Parameter" | "Association"): Retag {
  return retagWith("ssm", {
    tag: "addTagsToResource",
    untag: "removeTagsFromResource",
    resource: ({ id }) => ({ ResourceType, ResourceId: id }),
  });
}

type ParameterOperation = Operation<aws.ssm.Parameter, aws.ssm.ParameterArgs>;

const parameter = resourceType<aws.ssm.Parameter, aws.ssm.ParameterArgs>({
  token: "aws:ssm/parameter:Parameter",
  inputs: {
    name: replace,
    type: update,
    value: update,
    insecureValue: update,
    description: update,
    keyId: update,
    tier: update,
    dataType: update,
    allowedPattern: update,
    overwrite: unread(update),
  },
  name: { property: "name", maxLength: 1011 },
  volatile: ["version"],
  async create(operation) {
    const { insecureValue, overwrite } = operation.inputs;
    await operation.call("ssm", "putParameter", {
      ...operation.arguments({ insecureValue: undefined }),
      value: operation.inputs.value ?? insecureValue,
      overwrite: overwrite ?? false,
      // AWS takes tags only from a call that does not overwrite.
      tags: overwrite === true ? undefined : operation.tags,
    });
    return operation.inputs.name ?? "";
  },
  async update(operation) {
    const { insecureValue } = operation.inputs;
    await operation.call("ssm", "putParameter", {
      ...operation.arguments({ insecureValue: undefined }),
      value: operation.inputs.value ?? insecureValue,
      overwrite: true,
    });
  },
  async read(operation) {
    const { Parameter: found } = await operation.call("ssm", "getParameter", {
      Name: operation.id,
      WithDecryption: true,
    });
    if (found === undefined) return undefined;
    const name = operation.id.replace(/^\//, "");
    return {
      arn: found.ARN ?? `arn:aws:ssm:${operation.region}:${operation.account}:parameter/${name}`,
      dataType: found.DataType,
      hasValueWo: false,
      insecureValue: operation.inputs.insecureValue === undefined ? undefined : found.Value,
      name: found.Name,
      tier: operation.inputs.tier ?? "Standard",
      type: found.Type,
      value: found.Value,
      version: found.Version,
    };
  },
  retag: retagSsm("Parameter"),
  async delete(operation) {
    await operation.call("ssm", "deleteParameter", { Name: operation.id });
  },
  check: ({ value, insecureValue }: ParameterOperation["inputs"]) =>
    value !== undefined && insecureValue !== undefined
      ? "give value or insecureValue, not both"
      : undefined,
});

const association = resourceType<aws.ssm.Association, aws.ssm.AssociationArgs>({
  token: "aws:ssm/association:Association",
  inputs: {
    name: replace,
    associationName: update,
    targets: update,
    parameters: update,
    scheduleExpression: update,
    maxConcurrency: update,
    maxErrors: update,
    waitForSuccessTimeoutSeconds: unread(update),
    documentVersion: defaulted(update, "$DEFAULT"),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("ssm", "createAssociation", {
      ...request(operation),
      tags: tagsIfAny(operation),
    });
    return present(answer.AssociationDescription?.AssociationId, "the association's id");
  },
  async ready(operation) {
    if (operation.inputs.waitForSuccessTimeoutSeconds === undefined) return;
    await operation.untilTrue("successful", async () => {
      const status = (await describe(operation))?.Overview?.Status;
      if (status === "Failed") throw new Error(`association ${operation.id} failed`);
      return status === "Success";
    });
  },
  async update(operation) {
    await operation.call("ssm", "updateAssociation", {
      ...request(operation),
      AssociationId: operation.id,
    });
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined) return undefined;
    const arn = `arn:aws:ssm:${operation.region}:${operation.account}:association/${operation.id}`;
    return { arn, associationId: operation.id, name: found.Name };
  },
  retag: retagSsm("Association"),
  async delete(operation) {
    await operation.call("ssm", "deleteAssociation", { AssociationId: operation.id });
  },
});

type AssociationOperation = Operation<aws.ssm.Association, aws.ssm.AssociationArgs>;

async function describe(operation: AssociationOperation) {
  const answer = await operation.call("ssm", "describeAssociation", {
    AssociationId: operation.id,
  });
  return answer.AssociationDescription;
}

/** SSM takes lists of values where Pulumi takes single ones. */
function request(operation: AssociationOperation) {
  const { parameters } = operation.inputs;
  return operation.arguments({
    waitForSuccessTimeoutSeconds: undefined,
    parameters:
      parameters === undefined
        ? undefined
        : Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
  });
}

/** Settings, and commands that machines are bound to. */
export const types: readonly AnyResourceType[] = [parameter, association];

import type {
  AddPermissionCommandInput,
  RemovePermissionCommandInput,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../../wire/awsError";
import { notFound, type DeployedFunction } from "./deployedFunction";

/**
 * Adds a statement to a function's resource policy and answers it.
 * @throws AwsError if there is a statement of that id
 */
export function addPermission(
  deployed: DeployedFunction,
  input: AddPermissionCommandInput,
): object {
  const id = input.StatementId ?? "";
  if (deployed.policy.has(id)) {
    throw new AwsError(
      "ResourceConflictException",
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const principal = input.Principal ?? "";
  const statement = {
    Sid: id,
    Effect: "Allow",
    Principal: principal.includes(".") ? { Service: principal } : { AWS: principal },
    Action: input.Action,
    Resource: deployed.arn,
    ...conditionOf(input),
  };
  deployed.policy.set(id, statement);
  return { Statement: JSON.stringify(statement) };
}

/**
 * Takes a statement out of a function's resource policy.
 * @throws AwsError if there is none of that id
 */
export function removePermission(
  deployed: DeployedFunction,
  { StatementId = "" }: RemovePermissionCommandInput,
): object {
  if (!deployed.policy.delete(StatementId)) {
    throw notFound(`Statement ${StatementId} is not found in resource policy.`);
  }
  return {};
}

/**
 * A function's resource policy as GetPolicy answers it.
 * @throws AwsError if it has no statement
 */
export function policyOf({ policy, configuration }: DeployedFunction): object {
  if (policy.size === 0) throw notFound("The resource you requested does not exist.");
  const document = { Version: "2012-10-17", Id: "default", Statement: [...policy.values()] };
  return { Policy: JSON.stringify(document), RevisionId: configuration.RevisionId };
}

function conditionOf(input: AddPermissionCommandInput): object {
  const arn =
    input.SourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": input.SourceArn } };
  const account =
    input.SourceAccount === undefined
      ? {}
      : { StringEquals: { "AWS:SourceAccount": input.SourceAccount } };
  const condition = { ...arn, ...account };
  return Object.keys(condition).length === 0 ? {} : { Condition: condition };
}

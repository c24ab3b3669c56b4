import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy, as IAM writes it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

/** A policy document around statements. */
export function policyOf(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * Who may take on a role: one AWS service, and only on behalf of this account, so that nobody's
 * resources elsewhere can make the service act for them (the "confused deputy").
 */
export function trustOf(service: string, accountId: pulumi.Input<string>): pulumi.Output<string> {
  return policyOf([
    {
      Sid: "Assume",
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
  ]);
}

/** Denies every request that does not come over TLS, whoever makes it. */
export function tlsOnly(...resources: pulumi.Input<string>[]): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "*",
    Resource: resources,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/**
 * Gives a role what the owner of a resource grants, as an inline policy that belongs to the owner.
 *
 * @param grant Name of the grant, unique for owner and role, e.g. `home-mount`.
 */
export function grantTo(
  owner: pulumi.Resource,
  role: aws.iam.Role,
  grant: string,
  statements: readonly Statement[],
): aws.iam.RolePolicy {
  return new aws.iam.RolePolicy(
    `${logicalName(role)}-${grant}`,
    { name: grant, role: role.id, policy: policyOf(statements) },
    { parent: owner },
  );
}

/** Two roles may be granted the same: only the role's logical name tells the policies apart. */
function logicalName(role: aws.iam.Role): string {
  const { __name: name } = role as unknown as { readonly __name?: string };
  if (name === undefined) {
    throw new Error("this version of @pulumi/pulumi does not keep a resource's name in __name");
  }
  return name;
}

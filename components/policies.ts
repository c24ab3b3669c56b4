import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy, as IAM writes it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: pulumi.Input<string> | pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly Condition?: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          pulumi.Input<string> | readonly pulumi.Input<string>[] | pulumi.Input<string | string[]>
        >
      >
    >
  >;
}

/** A policy document around statements. */
export function policyOf(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** What a role is allowed, checked to be narrow. `*` as a resource needs a {@link reason}. */
export interface PolicyStatement {
  /** Letters and digits only, as IAM wants it. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly condition?: Record<string, Record<string, pulumi.Input<string | string[]>>>;
  /** Why AWS leaves no narrower resource than `*`. Stays here: IAM has no field for it. */
  readonly reason?: string;
}

/** What is wrong with a resource `*` that nobody gave a reason for. */
export const anyResource =
  'resource "*" without a reason: name the resource, or say why AWS has none for the action';

/**
 * Permissions as IAM writes them. Resources that are known only later are checked then, before
 * anybody receives the document.
 */
export function statementsOf(permissions: readonly PolicyStatement[]): Statement[] {
  return permissions.map(({ sid, actions, resources, condition, reason }) => ({
    Sid: sid,
    Effect: "Allow",
    Action: [...actions],
    Resource: pulumi.output(resources).apply((known) => {
      if (known.includes("*") && reason === undefined) throw new Error(`${sid}: ${anyResource}`);
      return known;
    }),
    ...(condition === undefined ? {} : { Condition: condition }),
  }));
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

import type { Registrations } from "../registrations";
import { policyDocuments, type PolicyDocument, type Statement } from "./policyDocuments";
import { allowedManagedPolicies, resourcelessActions } from "./resourcelessActions";

/** Least privilege: what any IAM or resource policy allows too broadly. */
export function broadPermissions(registrations: Registrations): string[] {
  return [
    ...policyDocuments(registrations).flatMap((document) =>
      document.statements.flatMap((statement) =>
        statement.effect === "Allow"
          ? problemsOf(statement, document).map(
              (each) => `${document.owner.type} ${document.owner.name}: ${each}`,
            )
          : [],
      ),
    ),
    ...foreignManagedPolicies(registrations),
  ];
}

function problemsOf(statement: Statement, document: PolicyDocument): string[] {
  return [
    ...wildcardActions(statement, document),
    ...wildcardResources(statement, document),
    ...openPrincipals(statement),
  ];
}

function wildcardActions(statement: Statement, document: PolicyDocument): string[] {
  // AWS requires that a key's policy lets its account administer it, or nobody ever can again.
  if (document.owner.type === "aws:kms/key:Key" && statement.principals.every(isAccountRoot))
    return [];
  // An endpoint's policy cannot name callers' actions better than their own policies do; it narrows by account.
  const narrowed =
    document.owner.type === "aws:ec2/vpcEndpoint:VpcEndpoint" && isNarrowedToAccount(statement);
  const wild = narrowed ? [] : statement.actions.filter((each) => each.includes("*"));
  return [...wild, ...statement.notActions.map((each) => `NotAction ${each}`)].map(
    (each) => `allows the action "${each}"; name the actions`,
  );
}

function wildcardResources(statement: Statement, document: PolicyDocument): string[] {
  // In these policies `*` means the resource that the policy hangs on.
  const meansItself = [
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
  ];
  if (document.kind === "trust" || meansItself.includes(document.owner.type)) return [];
  const problems = statement.notResources.map((each) => `allows everything but "${each}"`);
  const everything = statement.resources.filter(
    (each) => each === "*" || /^arn:aws:[a-z0-9-]+:\*?:\*?:\*$/.test(each),
  );
  if (everything.length > 0) {
    for (const action of statement.actions) {
      if (!(action in resourcelessActions)) {
        problems.push(
          `allows ${action} on "*"; name the resources, or list it with its reason in resourcelessActions.ts`,
        );
      }
    }
  }
  if (
    document.kind === "identity" &&
    statement.resources.length === 0 &&
    statement.notResources.length === 0
  ) {
    problems.push(`allows ${statement.actions.join(", ")} without a resource`);
  }
  return problems;
}

function openPrincipals(statement: Statement): string[] {
  if (!statement.principals.includes("*")) return [];
  return isNarrowedToAccount(statement)
    ? []
    : [`allows ${statement.actions.join(", ")} to everybody without a condition that narrows it`];
}

/** Conditions that keep strangers out although the principal is `*`. */
function isNarrowedToAccount(statement: Statement): boolean {
  const narrowing = [
    "aws:principalaccount",
    "aws:sourceaccount",
    "aws:resourceaccount",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:principalorgid",
    "elasticfilesystem:accesspointarn",
    "kms:calleraccount",
  ];
  return Object.values(statement.conditions).some((operator) =>
    Object.keys(operator).some((key) => narrowing.includes(key.toLowerCase())),
  );
}

function isAccountRoot(principal: string): boolean {
  return /^arn:aws:iam::\d{12}:root$/.test(principal);
}

function foreignManagedPolicies(registrations: Registrations): string[] {
  const attachments = registrations
    .ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    .map((each) => [each.name, String(each.inputs.policyArn)] as const);
  const onRoles = registrations
    .ofType("aws:iam/role:Role")
    .flatMap((each) =>
      ((each.inputs.managedPolicyArns ?? []) as string[]).map((arn) => [each.name, arn] as const),
    );
  return [...attachments, ...onRoles].flatMap(([name, arn]) => {
    const managed = /^arn:aws:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
    return managed === undefined || managed in allowedManagedPolicies
      ? []
      : [`${name}: attaches AWS's policy ${managed}, which is not listed with a reason`];
  });
}

import type { Registration, Registrations } from "../registrations";

/** One statement, its single values made lists. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly principals: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A policy document and the resource that carries it. */
export interface PolicyDocument {
  readonly owner: Registration;
  /** `identity` grants to a role, `trust` lets others assume it, `resource` guards what it hangs on. */
  readonly kind: "identity" | "trust" | "resource";
  readonly statements: readonly Statement[];
}

/** Where each type keeps its documents. A type that is missing here escapes the rules: add it. */
const documentInputs: Readonly<
  Record<string, readonly [property: string, PolicyDocument["kind"]][]>
> = {
  "aws:iam/role:Role": [["assumeRolePolicy", "trust"]],
  "aws:iam/rolePolicy:RolePolicy": [["policy", "identity"]],
  "aws:iam/policy:Policy": [["policy", "identity"]],
  "aws:kms/key:Key": [["policy", "resource"]],
  "aws:s3/bucketPolicy:BucketPolicy": [["policy", "resource"]],
  "aws:efs/fileSystemPolicy:FileSystemPolicy": [["policy", "resource"]],
  "aws:sns/topic:Topic": [["policy", "resource"]],
  "aws:sns/topicPolicy:TopicPolicy": [["policy", "resource"]],
  "aws:sqs/queue:Queue": [["policy", "resource"]],
  "aws:sqs/queuePolicy:QueuePolicy": [["policy", "resource"]],
  "aws:secretsmanager/secret:Secret": [["policy", "resource"]],
  "aws:secretsmanager/secretPolicy:SecretPolicy": [["policy", "resource"]],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [["policy", "resource"]],
  "aws:ecr/repositoryPolicy:RepositoryPolicy": [["policy", "resource"]],
  "aws:ecr/registryPolicy:RegistryPolicy": [["policy", "resource"]],
  "aws:backup/vaultPolicy:VaultPolicy": [["policy", "resource"]],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": [["policyDocument", "resource"]],
};

/** Every policy document that a run registered. */
export function policyDocuments(registrations: Registrations): readonly PolicyDocument[] {
  return registrations.all.flatMap((owner) =>
    (documentInputs[owner.type] ?? []).flatMap(([property, kind]) => {
      const document: unknown = owner.inputs[property];
      return document === undefined
        ? []
        : [{ owner, kind, statements: statementsOf(document, owner) }];
    }),
  );
}

/** True where the document denies everybody who does not come over TLS. */
export function deniesPlainText(document: PolicyDocument): boolean {
  return document.statements.some(
    (each) =>
      each.effect === "Deny" &&
      each.principals.includes("*") &&
      String(each.conditions.Bool?.["aws:SecureTransport"]) === "false",
  );
}

function statementsOf(document: unknown, owner: Registration): Statement[] {
  const parsed = (typeof document === "string" ? JSON.parse(document) : document) as {
    Version?: string;
    Statement?: unknown;
  };
  if (parsed.Version !== "2012-10-17" || parsed.Statement === undefined) {
    throw new Error(`${owner.type} ${owner.name}: a policy needs Version 2012-10-17 and Statement`);
  }
  return listOf(parsed.Statement).map((each) => {
    const raw = each as Record<string, unknown>;
    return {
      effect: String(raw.Effect),
      actions: listOf(raw.Action).map(String),
      notActions: listOf(raw.NotAction).map(String),
      resources: listOf(raw.Resource).map(String),
      notResources: listOf(raw.NotResource).map(String),
      principals: principalsOf(raw.Principal),
      conditions: (raw.Condition ?? {}) as Statement["conditions"],
    };
  });
}

function principalsOf(principal: unknown): string[] {
  if (principal === undefined) return [];
  if (typeof principal === "string") return [principal];
  return Object.values(principal as object).flatMap((each) => listOf(each).map(String));
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

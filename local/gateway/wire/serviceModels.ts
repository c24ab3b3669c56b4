import { NormalizedSchema } from "@smithy/core/schema";

/** A Smithy schema as the SDK's clients carry it. */
export type Schema = NormalizedSchema;

/** One operation of a service as the SDK's own schema describes it. */
export interface OperationModel {
  readonly name: string;
  readonly input: Schema;
  readonly output: Schema;
  /** HTTP method, URI pattern and success status; only REST protocols have them. */
  readonly http?: readonly [method: string, pattern: string, status: number];
}

/** What the gateway knows of a service: read from the installed SDK client, never written by hand. */
export interface ServiceModel {
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** Wire code and status of an error shape, where they differ from the shape's name and 400. */
  error(shape: string): { readonly code: string; readonly status: number };
}

/** Signing name → the client package that describes the service. */
const clientPackages: Readonly<Record<string, string>> = {
  acm: "client-acm",
  "application-autoscaling": "client-application-auto-scaling",
  autoscaling: "client-auto-scaling",
  backup: "client-backup",
  dynamodb: "client-dynamodb",
  ec2: "client-ec2",
  ecr: "client-ecr",
  ecs: "client-ecs",
  elasticfilesystem: "client-efs",
  elasticloadbalancing: "client-elastic-load-balancing-v2",
  events: "client-eventbridge",
  globalaccelerator: "client-global-accelerator",
  iam: "client-iam",
  imagebuilder: "client-imagebuilder",
  kms: "client-kms",
  lambda: "client-lambda",
  logs: "client-cloudwatch-logs",
  monitoring: "client-cloudwatch",
  rds: "client-rds",
  route53: "client-route-53",
  s3: "client-s3",
  secretsmanager: "client-secrets-manager",
  sns: "client-sns",
  sqs: "client-sqs",
  ssm: "client-ssm",
  sts: "client-sts",
  wafv2: "client-wafv2",
};

const models = new Map<string, ServiceModel | undefined>();

/**
 * The model of a service by its signing name; undefined for a service whose client the project does
 * not install (its calls are forwarded by what the wire alone tells). Loading a client takes 0.1 to
 * 0.5 s, once, so it waits until somebody needs the model.
 */
export function serviceModel(service: string): ServiceModel | undefined {
  if (!models.has(service)) {
    const clientPackage = clientPackages[service];
    models.set(service, clientPackage === undefined ? undefined : readModel(clientPackage));
  }
  return models.get(service);
}

const operationKind = 9;
const errorKind = -3;

type SchemaTuple = readonly unknown[];

function isSchema(value: unknown, kind: number): value is SchemaTuple {
  return Array.isArray(value) && value[0] === kind;
}

function readModel(clientPackage: string): ServiceModel {
  const client = require(`@aws-sdk/${clientPackage}`) as Record<string, unknown>;
  const operations = new Map<string, OperationModel>();
  for (const exported of Object.values(client)) {
    if (!isSchema(exported, operationKind)) continue;
    const operation = readOperation(exported);
    operations.set(operation.name, operation);
  }
  return {
    operations,
    error(shape) {
      const schema = client[`${shape}$`];
      const traits = isSchema(schema, errorKind) ? (schema[3] as ErrorTraits) : {};
      const [code, status] = traits.awsQueryError ?? [shape, traits.httpError ?? 400];
      return { code, status };
    },
  };
}

interface ErrorTraits {
  readonly awsQueryError?: readonly [code: string, status: number];
  readonly httpError?: number;
}

function readOperation(schema: SchemaTuple): OperationModel {
  const [, , name, traits, input, output] = schema;
  const http = (traits as { http?: OperationModel["http"] } | 0) || {};
  return {
    name: name as string,
    input: NormalizedSchema.of(input as Parameters<typeof NormalizedSchema.of>[0]),
    output: NormalizedSchema.of(output as Parameters<typeof NormalizedSchema.of>[0]),
    ...(http.http === undefined ? {} : { http: http.http }),
  };
}

import type { AnyResourceType } from "./resourceType";

/**
 * Which file under `resources/` has a module's types. A file is loaded when the first resource of
 * it is seen: few programs use all.
 */
const files: Readonly<Record<string, readonly string[]>> = {
  acm: ["certificates"],
  appautoscaling: ["applicationAutoScaling"],
  autoscaling: ["autoScaling", "autoScalingPolicies"],
  backup: ["backup"],
  cloudwatch: ["alarms", "logs", "events"],
  dynamodb: ["dynamodb"],
  ec2: [
    "network",
    "networkInterfaces",
    "routing",
    "securityGroups",
    "networkAcls",
    "addresses",
    "instances",
    "images",
  ],
  ec2transitgateway: ["networkInterfaces"],
  ecr: ["containerRegistry"],
  ecs: ["containers"],
  efs: ["fileSystems", "fileSystemPolicies"],
  globalaccelerator: ["globalAccelerator"],
  iam: ["roles", "policies"],
  imagebuilder: ["imageRecipes", "imagePipelines"],
  kms: ["keys"],
  lambda: ["functions", "functionTriggers"],
  lb: ["loadBalancing", "targetGroups", "listeners"],
  rds: ["databases", "databaseGroups"],
  route53: ["dns"],
  s3: ["buckets", "bucketSettings"],
  scheduler: ["schedules"],
  secretsmanager: ["secrets"],
  sns: ["topics"],
  sqs: ["queues"],
  ssm: ["parameters"],
  vpc: ["securityGroups"],
  wafv2: ["webAcls"],
};

const loaded = new Map<string, AnyResourceType>();

/**
 * The model of a resource type.
 * @throws Error naming the type if the local AWS does not model it
 */
export function resourceTypeOf(token: string): AnyResourceType {
  if (!loaded.has(token)) load(token);
  const type = loaded.get(token);
  if (type === undefined) {
    throw new Error(
      `resource type ${token} is not modelled by the local AWS; add it under local/provider/resources/`,
    );
  }
  return type;
}

function load(token: string): void {
  const module = /^aws:(\w+)\//.exec(token)?.[1] ?? "";
  for (const file of files[module] ?? []) {
    const exported = require(`./resources/${file}`) as { types: readonly AnyResourceType[] };
    for (const type of exported.types) loaded.set(type.token, type);
  }
}

/** The tokens of all types that are modelled. */
export function modelledTypes(): readonly string[] {
  for (const module of Object.keys(files)) load(`aws:${module}/`);
  return [...loaded.keys()].sort();
}

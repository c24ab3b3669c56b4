import * as pulumi from "@pulumi/pulumi";
import { sharedNames } from "../data/sharedNames";
import {
  createMachineRole,
  type MachineRole,
  sessionManagerStatement,
} from "../machine/machineRole";
import type { Statement } from "../policies";
import type { ContainerAppArgs } from "./containerArguments";
import { imageIn, parseImage } from "./imageReference";

/** What the application's machines, and so its containers, may do in their region. */
export function createContainerRole(
  name: string,
  args: ContainerAppArgs,
  logGroupArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): MachineRole {
  const { deployment, application } = args;
  return createMachineRole(
    name,
    {
      roleName: `${deployment.prefix}-${application.name}-${deployment.region}`,
      tags: { team: application.name },
      policyName: "application",
      statements: [
        ...imageStatements(args),
        ...settingStatements(args),
        ...assetStatements(args),
        ...reportStatements(args, logGroupArn),
        sessionManagerStatement,
      ],
    },
    parent,
  );
}

function imageStatements({ deployment, application }: ContainerAppArgs): Statement[] {
  const { region, peerRegion } = deployment;
  const repositories = application.services.flatMap(({ image }) => {
    const reference = parseImage(imageIn(region, image, [region, peerRegion]));
    if (reference?.ecr === undefined) return [];
    const { accountId, region: where } = reference.ecr;
    return [`arn:aws:ecr:${where}:${accountId}:repository/${reference.repository}`];
  });
  if (repositories.length === 0) return [];
  return [
    {
      Sid: "LogOnToRegistry",
      Effect: "Allow",
      Action: "ecr:GetAuthorizationToken",
      // The token is the account's; which images it opens is said below.
      Resource: "*",
    },
    {
      Sid: "PullImages",
      Effect: "Allow",
      Action: [
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchCheckLayerAvailability",
      ],
      Resource: [...new Set(repositories)],
    },
  ];
}

/** Its own keys of what both regions have; not the settings of others. */
function settingStatements(args: ContainerAppArgs): Statement[] {
  const { application, database, deployment, kmsKeyArn } = args;
  const { prefix, region, accountId } = deployment;
  const names = sharedNames(prefix);
  const parameters = application.services.flatMap(({ settings }) => Object.values(settings));
  const secrets: pulumi.Input<string>[] = [
    ...application.services.flatMap(({ secrets: own }) => Object.values(own)),
    ...Object.values(application.registries).flatMap(({ credentials }) => credentials ?? []),
  ].map((key) => `${names.secrets}${key}`);
  if (database !== undefined) secrets.push(database.secretName);
  return [
    ...(parameters.length === 0
      ? []
      : [
          {
            Sid: "ReadSettings",
            Effect: "Allow",
            Action: "ssm:GetParameter",
            Resource: [...new Set(parameters)].map(
              (key) =>
                pulumi.interpolate`arn:aws:ssm:${region}:${accountId}:parameter${names.parameters}${key}`,
            ),
          } as const,
        ]),
    ...(secrets.length === 0
      ? []
      : [
          {
            Sid: "ReadSecrets",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            // Secrets Manager ends each ARN with six characters of its own.
            Resource: [...new Set(secrets)].map(
              (name) =>
                pulumi.interpolate`arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-??????`,
            ),
          } as const,
        ]),
    {
      Sid: "UseKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: kmsKeyArn,
      Condition: {
        StringEquals: {
          "kms:ViaService": [
            `secretsmanager.${region}.amazonaws.com`,
            `s3.${region}.amazonaws.com`,
          ],
        },
      },
    },
  ];
}

function assetStatements({ assetBucketArn }: ContainerAppArgs): Statement[] {
  return [
    {
      Sid: "Assets",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: pulumi.interpolate`${assetBucketArn}/*`,
    },
    {
      Sid: "ListAssets",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: assetBucketArn,
    },
  ];
}

function reportStatements(
  { application, metricsNamespace }: ContainerAppArgs,
  logGroupArn: pulumi.Input<string>,
): Statement[] {
  return [
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${logGroupArn}:log-stream:${application.name}/*`,
    },
    {
      Sid: "WriteMetrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      // PutMetricData has no resource-level permission; the namespace stands in for it.
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": metricsNamespace } },
    },
  ];
}

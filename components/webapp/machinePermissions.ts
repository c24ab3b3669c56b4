import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { sessionManagerStatement } from "../machine/machineRole";
import type { Statement } from "../policies";
import type { EnvironmentDatabase, OtherFiles } from "./environmentArguments";

/**
 * What an environment's machines may do: be managed by Systems Manager, read one secret, write their
 * logs. Their own file system is granted by its owner; of dev's, prod's machines may read.
 */
export function machineStatements(args: {
  readonly deployment: Deployment;
  readonly database: EnvironmentDatabase;
  readonly devFiles: OtherFiles | undefined;
  readonly logGroupArn: pulumi.Input<string>;
}): readonly Statement[] {
  const { deployment, database, devFiles } = args;
  const { region, accountId } = deployment;
  return [
    sessionManagerStatement,
    {
      Sid: "ReadDatabaseSecret",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: database.secretArn,
    },
    {
      Sid: "DecryptDatabaseSecret",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: database.secretKeyArn,
      Condition: {
        StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` },
      },
    },
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${args.logGroupArn}:log-stream:*`,
    },
    ...(devFiles === undefined
      ? []
      : [
          {
            // Without ClientWrite the mount is read-only, whatever the machine asks for.
            Sid: "ReadFilesOfDev",
            Effect: "Allow",
            Action: "elasticfilesystem:ClientMount",
            Resource: pulumi.interpolate`arn:aws:elasticfilesystem:${region}:${accountId}:file-system/${devFiles.fileSystemId}`,
            Condition: {
              StringEquals: {
                "elasticfilesystem:AccessPointArn": pulumi.interpolate`arn:aws:elasticfilesystem:${region}:${accountId}:access-point/${devFiles.accessPointId}`,
              },
            },
          } as const,
        ]),
  ];
}

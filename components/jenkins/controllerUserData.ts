import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordTableName } from "../../failover/recordAddress";
import type { AgentFleet } from "./agentFleet";
import type { JenkinsClusterArgs } from "./clusterArguments";
import { terminateHookName } from "./controllerGroup";
import { homesOf } from "./controllerPlan";
import { credentialPrefixes } from "./controllerRole";
import { configurationSecrets, unavailableDatabaseSecret } from "./jenkinsConfigurationRenderer";
import type { ControllerSecret } from "./secretsScriptRenderer";
import type { Team } from "./team";
import type { ControllerUserData } from "./userDataRenderer";

/** What a team's controllers share with all others of the region. */
export interface SharedResources {
  readonly leaseTable: aws.dynamodb.Table;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/**
 * What a team's machines are told at their start.
 *
 * @param host The name that users type for the team.
 * @param fleet The team's agents; undefined where it has none.
 */
export function controllerUserData(
  args: JenkinsClusterArgs,
  team: Team,
  host: string,
  shared: SharedResources,
  fleet: AgentFleet | undefined,
): pulumi.Output<ControllerUserData> {
  const { deployment, database } = args;
  return pulumi
    .all([
      args.home.fileSystemId,
      pulumi.all(homesOf(team).map((home) => args.home.accessPointIds[home] ?? "")),
      shared.leaseTable.name,
      shared.logGroup.name,
      args.administratorSecretName,
      pulumi.output(database),
      pulumi.output(fleet?.cloud),
    ] as const)
    .apply(([fileSystemId, accessPoints, leaseTable, logGroup, administrator, results, cloud]) => ({
      lease: {
        region: deployment.region,
        peerRegion: deployment.peerRegion,
        role: args.role,
        generation: deployment.generation,
        leaseTable,
        recordTable: recordTableName(deployment.prefix),
        homes: homesOf(team).map((home, index) => ({
          home,
          accessPointId: accessPoints[index] ?? "",
        })),
        autoScalingGroup: `${deployment.prefix}-${team.name}`,
        terminateHook: terminateHookName(deployment, team),
      },
      fileSystemId,
      heapMb: team.heapMb,
      jenkinsVersion: args.jenkinsVersion,
      configuration: {
        team: team.name,
        region: deployment.region,
        url: `https://${host}/`,
        credentialPrefixes: credentialPrefixes(deployment, team),
        ...(cloud === undefined ? {} : { cloud }),
        ...(results === undefined ? {} : { database: results }),
      },
      secrets: startSecrets(administrator, results?.secretName),
      monitoring: {
        team: team.name,
        region: deployment.region,
        logGroup,
        namespace: args.metricsNamespace,
        autoScalingGroup: `${deployment.prefix}-${team.name}`,
      },
    }));
}

function startSecrets(administrator: string, database: string | undefined): ControllerSecret[] {
  const secrets: ControllerSecret[] = [
    { file: configurationSecrets.administrator, secretId: administrator },
  ];
  if (database !== undefined) {
    secrets.push({
      file: configurationSecrets.database,
      secretId: database,
      placeholder: unavailableDatabaseSecret,
    });
  }
  return secrets;
}

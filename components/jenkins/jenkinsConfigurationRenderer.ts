import { agentPort } from "./systemdUnitRenderer";

/** Agents from an Auto Scaling group of Spot machines, by the ec2-fleet plugin. */
export interface SpotCloud {
  readonly kind: "ec2Spot";
  readonly autoScalingGroup: string;
  /** Credentials (by the Secrets Manager provider) with which the controller logs on to agents. */
  readonly sshCredentialsId: string;
  readonly min: number;
  readonly max: number;
  readonly executors: number;
  readonly idleMinutes: number;
}

/** Agents as ECS tasks on Fargate, by the amazon-ecs plugin. */
export interface FargateCloud {
  readonly kind: "fargate";
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly idleMinutes: number;
  readonly max: number;
}

/** The database of test results. Its password is a secret that the machine fetches. */
export interface ResultsDatabase {
  readonly engine: "postgres" | "mysql" | "mariadb";
  readonly address: string;
  readonly port: number;
  readonly database: string;
}

export interface JenkinsConfiguration {
  readonly team: string;
  readonly region: string;
  /** Where users find the team's Jenkins, e.g. `https://ma.jenkins.example.com/`. */
  readonly url: string;
  /** Where Jenkins says that its mail comes from. */
  readonly administratorAddress?: string;
  readonly cloud?: SpotCloud | FargateCloud;
  readonly database?: ResultsDatabase;
  /** Only secrets whose names begin with one of these become credentials of this team's Jenkins. */
  readonly credentialPrefixes: readonly string[];
}

/** Files of secrets that the configuration refers to; see secretsScriptRenderer.ts. */
export const configurationSecrets = {
  /** Password of the local administrator `admin`. */
  administrator: "admin-password",
  /** JSON with `username` and `password`, as RDS writes its own. */
  database: "database",
} as const;

/** Stands for the database's secret while it cannot be read: Jenkins starts, results are not kept. */
export const unavailableDatabaseSecret = '{"username":"unavailable","password":"unavailable"}';

/** Label that every job finds the team's agents by. */
export const agentLabel = "agents";

/**
 * Configuration as code of one controller, as YAML. (It is written as JSON, which is YAML: the
 * quoting rules of JSON leave nothing that a name could break out of.) No secret is in it, only
 * references that Jenkins resolves from files in memory.
 */
export function renderJenkinsConfiguration(given: JenkinsConfiguration): string {
  const configuration = {
    jenkins: {
      systemMessage: escaped(`Jenkins of team ${given.team} in ${given.region}`),
      // Builds on a controller could read every team secret and stop the controller.
      numExecutors: 0,
      mode: "EXCLUSIVE",
      slaveAgentPort: agentPort,
      crumbIssuer: { standard: { excludeClientIPFromCrumb: true } },
      // A placeholder that is safe: replace it by SAML or OpenID Connect in the team's own bundle.
      securityRealm: {
        local: {
          allowsSignup: false,
          users: [{ id: "admin", password: secret(configurationSecrets.administrator) }],
        },
      },
      authorizationStrategy: { loggedInUsersCanDoAnything: { allowAnonymousRead: false } },
      clouds: given.cloud === undefined ? [] : [renderCloud(given.cloud, given)],
    },
    unclassified: {
      location: {
        url: escaped(given.url),
        ...(given.administratorAddress === undefined
          ? {}
          : { adminAddress: escaped(given.administratorAddress) }),
      },
      awsCredentialsProvider: {
        listSecrets: {
          filters: [
            {
              key: "name",
              values: given.credentialPrefixes.map((value) => ({ value: escaped(value) })),
            },
          ],
        },
      },
      ...(given.database === undefined ? {} : renderDatabase(given.database)),
    },
  };
  return `${JSON.stringify(configuration, undefined, 1)}\n`;
}

function renderCloud(cloud: SpotCloud | FargateCloud, given: JenkinsConfiguration): object {
  switch (cloud.kind) {
    case "ec2Spot":
      return renderSpotCloud(cloud, given.region);
    case "fargate":
      return renderFargateCloud(cloud, given);
    default:
      return cloud satisfies never;
  }
}

function renderSpotCloud(cloud: SpotCloud, region: string): object {
  return {
    eC2Fleet: {
      name: "spot",
      fleet: escaped(cloud.autoScalingGroup),
      region,
      labelString: agentLabel,
      computerConnector: {
        sSHConnector: {
          credentialsId: escaped(cloud.sshCredentialsId),
          port: 22,
          // A Spot machine's host key is new each time and never seen before.
          sshHostKeyVerificationStrategy: "nonVerifyingKeyVerificationStrategy",
        },
      },
      fsRoot: "/var/lib/jenkins-agent",
      privateIpUsed: true,
      minSize: cloud.min,
      maxSize: cloud.max,
      minSpareSize: 0,
      numExecutors: cloud.executors,
      idleMinutes: cloud.idleMinutes,
      maxTotalUses: -1,
      alwaysReconnect: false,
      addNodeOnlyIfRunning: true,
      disableTaskResubmit: false,
      noDelayProvision: true,
      restrictUsage: false,
    },
  };
}

function renderFargateCloud(cloud: FargateCloud, given: JenkinsConfiguration): object {
  return {
    ecs: {
      name: "fargate",
      // Empty: the controller's own role.
      credentialsId: "",
      cluster: escaped(cloud.clusterArn),
      regionName: given.region,
      jenkinsUrl: escaped(given.url),
      retentionTimeout: cloud.idleMinutes,
      maxAgents: cloud.max,
      templates: [
        {
          templateName: "agent",
          label: agentLabel,
          launchType: "FARGATE",
          taskDefinitionOverride: escaped(cloud.taskDefinitionArn),
          subnets: escaped(cloud.subnetIds.join(",")),
          securityGroups: escaped(cloud.securityGroupIds.join(",")),
          assignPublicIp: false,
          remoteFSRoot: "/home/jenkins/agent",
        },
      ],
    },
  };
}

function renderDatabase(database: ResultsDatabase): object {
  const connection = {
    hostname: `${escaped(database.address)}:${database.port}`,
    database: escaped(database.database),
    username: `$\{json:username:${secret(configurationSecrets.database)}}`,
    password: `$\{json:password:${secret(configurationSecrets.database)}}`,
    validationQuery: "SELECT 1",
  };
  const symbol = { postgres: "postgreSQL", mysql: "mysql", mariadb: "mariadb" }[database.engine];
  return {
    globalDatabaseConfiguration: { database: { [symbol]: connection } },
    junitTestResultStorage: { storage: "database" },
  };
}

/** A reference that Jenkins replaces by the content of the secret's file. */
function secret(file: string): string {
  return `$\{${file}}`;
}

/** Text that Jenkins must not look for references in. */
function escaped(text: string): string {
  return text.replace(/\$\{/g, "^${");
}

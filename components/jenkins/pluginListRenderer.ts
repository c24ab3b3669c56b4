/**
 * The plugins of every controller, pinned, so that both regions and each replacement run the same
 * code and nothing is resolved at three in the morning. Plugins that these need are resolved by
 * Jenkins's plugin installation manager to the least version that their plugin names, which is
 * fixed as well.
 */

/**
 * The Jenkins LTS that the plugins below were chosen for, and the default of `image.jenkinsVersion`.
 * It needs Java 21 or 25. Raising one means looking at the other.
 */
export const defaultJenkinsVersion = "2.555.3";

/** The Java that runs controllers and agents. */
export const javaVersion = 21;

/** Jenkins's plugin installation manager, which turns the list into files. */
export const pluginManagerVersion = "2.15.0";

/** Plugin identifier to version, as plugins.jenkins.io lists them. */
export const controllerPlugins: Readonly<Record<string, string>> = {
  // Configuration as code, and secrets from Secrets Manager.
  "configuration-as-code": "2053.vb_0da_47381a_25",
  "aws-credentials": "254.v978a_5e206a_d7",
  "aws-secrets-manager-credentials-provider": "2.222.v376939a_9ffb_b",
  credentials: "1491.v6d6145e96e1c",
  "credentials-binding": "717.v951d49b_5f3a_a_",
  // Agents on EC2 and on Fargate.
  "ec2-fleet": "4.2.2.527.v38a_8758950a_0",
  "amazon-ecs": "1.49",
  "ssh-slaves": "3.1097.v868116049892",
  // Test results in the replicated database.
  junit: "1403.vd9d1413fd205",
  "junit-sql-storage": "355.v9d5995fb_06a_5",
  "database-postgresql": "146.vd1a_f70b_56e0e",
  "database-mysql": "142.vc259713f0032",
  "database-mariadb": "182.v8f1d21b_7c825",
  // What teams expect of a Jenkins.
  "workflow-aggregator": "608.v67378e9d3db_1",
  git: "5.10.0",
  "github-branch-source": "1967.vdea_d580c1a_b_a_",
  "matrix-auth": "3.2.9",
  "pipeline-graph-view": "803.vb_88f7a_a_1cb_47",
  timestamper: "1.30",
  "build-timeout": "1.40",
  "ws-cleanup": "0.49",
};

/**
 * `plugin:version` lines for `jenkins-plugin-manager --plugin-file`.
 * @throws Error if an identifier or a version could be read as anything else.
 */
export function renderPluginList(
  plugins: Readonly<Record<string, string>> = controllerPlugins,
): string {
  const lines = Object.entries(plugins).map(([plugin, version]) => {
    if (!/^[a-z0-9][a-z0-9-]*$/i.test(plugin) || !/^[0-9][A-Za-z0-9._-]*$/.test(version)) {
      throw new Error(
        `plugin ${JSON.stringify(plugin)} at ${JSON.stringify(version)}: expected an identifier ` +
          `and a version as on plugins.jenkins.io, such as git at 5.10.0`,
      );
    }
    return `${plugin}:${version}`;
  });
  return `${lines.sort().join("\n")}\n`;
}

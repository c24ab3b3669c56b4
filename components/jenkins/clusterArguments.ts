import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentProblem } from "../argumentProblems";
import type { Deployment, RegionRole } from "../deployment";
import type { AgentKey } from "./agentFleet";
import { targetGroupNameLimit } from "../limits";
import type { PairProfile } from "../pair/proxyTiming";
import { hasPair, homesOf } from "./controllerPlan";
import type { ResultsDatabase } from "./jenkinsConfigurationRenderer";
import type { OpenIdConnect } from "../loadBalancer/hostRule";
import type { Team } from "./team";
import { isReservedTeamName, reservedTeamNames } from "./teamNames";

/** What the cluster uses of the region's network. */
export interface ClusterNetwork {
  readonly vpcId: pulumi.Input<string>;
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroups: Readonly<
    Record<"loadBalancer" | "controllers" | "agents", pulumi.Input<string>>
  >;
}

/** What the cluster uses of the region's shared home. */
export interface ClusterHome {
  readonly fileSystemId: pulumi.Input<string>;
  /** By home, e.g. `ma` or `devops/controller-1`. */
  readonly accessPointIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Lets a role mount these homes, and no other. */
  grantMount(role: aws.iam.Role, directories?: readonly string[]): unknown;
}

/** The database of test results; Jenkins starts without it. */
export interface ClusterDatabase {
  readonly engine: ResultsDatabase["engine"];
  readonly address: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: string;
  /** Secret with `username` and `password` as JSON, the same name in both regions. */
  readonly secretName: pulumi.Input<string>;
}

/** What a region's Jenkins is built from. */
export interface JenkinsClusterArgs {
  readonly deployment: Deployment;
  /** `waiting`: everything exists, no machine runs. */
  readonly role: RegionRole;
  readonly network: ClusterNetwork;
  readonly home: ClusterHome;
  readonly database?: ClusterDatabase;
  /** The region's artifact bucket. */
  readonly bucketArn: pulumi.Input<string>;
  /** The region's customer key. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** The golden image, in this region. */
  readonly imageId: pulumi.Input<string>;
  /** Jenkins LTS of the controllers, the one that the image was built with; such as 2.555.3. */
  readonly jenkinsVersion: string;
  readonly teams: readonly Team[];
  /** Teams answer at `<team>.<domain>`. */
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  /** A certificate of this region for `*.<domain>`. Default: one is made and validated by DNS. */
  readonly certificateArn?: pulumi.Input<string>;
  /** Secret with the password of Jenkins's local administrator, in both regions. */
  readonly administratorSecretName: pulumi.Input<string>;
  readonly agentKey: AgentKey;
  readonly metricsNamespace: string;
  /** Adds what Global Accelerator needs as its endpoint. False where Route 53 leads users. */
  readonly accelerated: boolean;
  /** Days that controllers' logs are kept. Default 30; $0.03 per GB and month. */
  readonly logRetentionDays?: number;
  /** Days that the load balancers' access logs are kept. Default 90; $0.023 per GB and month. */
  readonly accessLogRetentionDays?: number;
  /** A firewall of this region for its load balancers, see {@link file://../loadBalancer/webAcl.ts}. Default none. */
  readonly webAclArn?: pulumi.Input<string>;
  readonly oidc?: OpenIdConnect;
  /** What teams with a warm standby are made from; needed where there is one. */
  readonly pair?: {
    /** Debian 12, or an image that has everything. */
    readonly imageId: pulumi.Input<string>;
    readonly profile: PairProfile;
  };
  /** False lets load balancers, access logs and the leases be deleted. Default true. */
  readonly protectState?: boolean;
}

/** Everything in the arguments that cannot be built; empty if nothing. */
export function clusterProblems({
  teams,
  deployment,
  home,
  domain,
  pair,
}: JenkinsClusterArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  if (!/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) {
    problems.push({
      path: "domain",
      reason: `"${domain}" is not a domain name; give it in lower case, such as jenkins.example.com`,
    });
  }
  const seen = new Set<string>();
  teams.forEach((team, index) => {
    const complain = (reason: string): void => {
      problems.push({ path: `teams[${index}]`, reason: `"${team.name}" ${reason}` });
    };
    if (seen.has(team.name)) complain("is the name of an earlier team; names must differ");
    seen.add(team.name);
    if (!/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(team.name)) {
      complain("must consist of lower-case letters, digits and hyphens and begin with a letter");
    }
    if (isReservedTeamName(team.name)) {
      complain(`is reserved for the deployment's own parts, as are ${reservedTeamNames}`);
    }
    const targetGroup = `${deployment.prefix}-${team.name}`;
    if (targetGroup.length > targetGroupNameLimit) {
      complain(
        `makes the target group name "${targetGroup}" (${targetGroup.length} characters); ` +
          `AWS takes ${targetGroupNameLimit}: shorten the team's name or the prefix`,
      );
    }
    if (hasPair(team) && pair === undefined) {
      complain("asks for a warm standby, for which `pair` must say what it is made from");
    }
    const missing = homesOf(team).filter((each) => home.accessPointIds[each] === undefined);
    if (missing.length > 0) {
      complain(
        `has no access point for ${missing.join(", ")}: pass its homes to SharedHome as well`,
      );
    }
  });
  return problems;
}

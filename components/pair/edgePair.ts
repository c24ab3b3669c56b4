import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { pairName } from "../../failover/pairTags";
import { refuseProblems } from "../argumentProblems";
import {
  createMachineRole,
  type MachineRole,
  sessionManagerStatement,
} from "../machine/machineRole";
import { compressToBase64 } from "../machine/deterministicGzip";
import { agentPort, webPort } from "../jenkins/systemdUnitRenderer";
import type { Statement } from "../policies";
import {
  edgePairProblems,
  type EdgePairArgs,
  edgeSettings,
  firstAgentPort,
  statsPort,
} from "./edgePairArguments";
import { edgePreparation, edgeSecretFiles } from "./edgePreparationRenderer";
import { createOverlayRoutes, moveStatement, vipOf } from "./overlayAddress";
import {
  type Both,
  createMachines,
  createPlaces,
  type PairPlace,
  settleMachines,
} from "./pairMachines";
import { lookStatement, secretStatement } from "./pairPermissions";
import { createPairGroup, type PairRule, vrrpRule } from "./pairSecurityGroup";
import { renderEdgeUserData } from "./pairUserData";

const programs = ["haproxy", "keepalived", "aws", "curl", "openssl"];

/**
 * Two machines with HAProxy and Keepalived in front of teams that have a pair of controllers
 * (`standby: warm`), for users and agents inside of the network: one address that follows the healthy
 * machine within a second, and inbound agents by TCP, which the region's load balancer does not take.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class EdgePair extends pulumi.ComponentResource {
  /** The shared address. */
  readonly address: string;
  readonly instanceIds: Both<pulumi.Output<string>>;
  /** Port of each team's inbound agents. */
  readonly agentPorts: Readonly<Record<string, number>>;

  constructor(name: string, args: EdgePairArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:pair:EdgePair", name, {}, opts);
    refuseProblems("EdgePair", edgePairProblems(args));
    const { deployment } = args;
    const pair = pairName(deployment.prefix, "edge");
    const places = this.createPlaces(name, pair, args);
    createOverlayRoutes(name, args.overlay, places[0], this);
    const passwordArn = createStatsPassword(name, args, this);
    const role = this.createRole(name, pair, args, passwordArn);
    const machines = createMachines(
      name,
      {
        deployment,
        pair,
        tags: { team: "all" },
        places,
        imageId: args.imageId,
        instanceType: args.instanceType,
        volumeGb: 20,
        profileNames: [role.profileName, role.profileName],
        userData: [
          userDataOf(args, places, passwordArn, 0),
          userDataOf(args, places, passwordArn, 1),
        ],
        running: true,
      },
      this,
    );

    settleMachines(name, machines, true, []);

    this.address = args.overlay.address.replace(/\/32$/, "");
    this.instanceIds = [machines[0].id, machines[1].id];
    this.agentPorts = Object.fromEntries(
      args.teams.map((team, index) => [team.name, firstAgentPort + index]),
    );
    this.registerOutputs({
      address: this.address,
      instanceIds: this.instanceIds,
      agentPorts: this.agentPorts,
    });
  }

  private createPlaces(name: string, pair: string, args: EdgePairArgs): Both<PairPlace> {
    const group = createPairGroup(
      name,
      {
        pair,
        vpcId: args.vpcId,
        description: "Users and agents inside of the network, and VRRP between both machines",
        rules: [vrrpRule, ...servedPorts(args)],
        outgoing: true,
      },
      this,
    );
    for (const [what, port] of [
      ["web", webPort],
      ["agents", agentPort],
    ] as const) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-to-controllers-${what}`,
        {
          securityGroupId: args.controllersGroupId,
          description: `edge pair: ${what}`,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          referencedSecurityGroupId: group.id,
        },
        { parent: group },
      );
    }
    return createPlaces(
      name,
      { pair, subnetIds: args.subnetIds, securityGroupIds: [group.id], sharesAddress: true },
      this,
    );
  }

  /** One for both: neither may do anything to the other. */
  private createRole(
    name: string,
    pair: string,
    args: EdgePairArgs,
    passwordArn: pulumi.Output<string>,
  ): MachineRole {
    return createMachineRole(
      name,
      {
        roleName: `${pair}-${args.deployment.region}`,
        tags: { team: "all" },
        policyName: "edge",
        statements: [
          lookStatement(),
          moveStatement(args.deployment, args.overlay),
          secretStatement([passwordArn, args.certificateSecretArn]),
          decryptStatement(args),
          logStatement(args),
          sessionManagerStatement,
        ],
      },
      this,
    );
  }
}

/** What clients may reach. The statistics page is for the pair itself: reach it by Session Manager. */
function servedPorts({ teams, allowFrom }: EdgePairArgs): PairRule[] {
  const fromClients = (what: string, port: number): PairRule => ({
    what,
    protocol: "tcp",
    port,
    from: allowFrom,
  });
  return [
    fromClients("http", 80),
    fromClients("https", 443),
    ...teams.map(({ name }, index) => fromClients(`agents-${name}`, firstAgentPort + index)),
    { what: "statistics", protocol: "tcp", port: statsPort },
  ];
}

function decryptStatement({ deployment, kmsKeyArn }: EdgePairArgs): Statement {
  return {
    Sid: "DecryptSecrets",
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: kmsKeyArn,
    Condition: {
      StringEquals: { "kms:ViaService": `secretsmanager.${deployment.region}.amazonaws.com` },
    },
  };
}

function logStatement({ logGroupArn }: EdgePairArgs): Statement {
  return {
    Sid: "WriteLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: pulumi.interpolate`${logGroupArn}:log-stream:edge-pair/*`,
  };
}

/** Of the statistics page. HAProxy gets its hash alone. $0.40 a month. */
function createStatsPassword(
  name: string,
  { deployment, kmsKeyArn }: EdgePairArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const secret = new aws.secretsmanager.Secret(
    `${name}-statistics`,
    {
      name: `${deployment.prefix}/edge-pair/statistics`,
      description: "Password of user operator for the edge pair's statistics page",
      kmsKeyId: kmsKeyArn,
      recoveryWindowInDays: 0,
    },
    { parent },
  );
  const generated = aws.secretsmanager.getRandomPasswordOutput(
    { passwordLength: 24, excludePunctuation: true },
    { parent },
  );
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-statistics`,
    { secretId: secret.id, secretString: pulumi.secret(generated.randomPassword) },
    // Each run generates anew.
    { parent, ignoreChanges: ["secretString"] },
  );
  return pulumi.all([secret.arn, version.id]).apply(([arn]) => arn);
}

function userDataOf(
  args: EdgePairArgs,
  places: Both<PairPlace>,
  passwordArn: pulumi.Output<string>,
  self: 0 | 1,
): pulumi.Output<string> {
  return pulumi
    .all([
      pulumi.all(places.map(({ address }) => address)),
      pulumi.all(places.map(({ interfaceId }) => interfaceId)),
      pulumi.all(args.teams.map(({ addresses }) => pulumi.all([addresses[0], addresses[1]]))),
      args.overlay.routeTableIds,
      passwordArn,
      args.certificateSecretArn,
      args.logGroupName,
    ] as const)
    .apply(([addresses, interfaces, teams, routeTables, password, certificate, logGroup]) => {
      const { deployment } = args;
      const settings = edgeSettings(args, {
        machines: both(addresses),
        teams: teams.map(both),
        vip: vipOf(deployment, args.overlay.address, routeTables),
      });
      return renderEdgeUserData(
        settings,
        {
          team: "edge-pair",
          region: deployment.region,
          logGroup,
          namespace: args.metricsNamespace,
        },
        {
          region: deployment.region,
          interfaceIds: both(interfaces),
          self,
          programs,
          secrets: edgeSecretFiles(password, certificate),
          daemons: ["haproxy.service", "keepalived.service"],
          prepare: edgePreparation.path,
        },
        compressToBase64,
      );
    });
}

function both(values: readonly string[]): Both<string> {
  return [values[0] ?? "", values[1] ?? ""];
}

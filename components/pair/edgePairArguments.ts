import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentProblem } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { agentPort, webPort } from "../jenkins/systemdUnitRenderer";
import { placeholders } from "./joinScriptRenderer";
import type { OverlayAddress } from "./overlayAddress";
import type { PairTeam, ProxyPair } from "./pair";
import type { EdgePairSettings } from "./pairFiles";
import type { Both } from "./pairMachines";
import { pairProblems } from "./pairProblems";
import type { PairProfile } from "./proxyTiming";
import { defaultTeamHealthRule } from "./teamHealthScriptRenderer";
import type { Vip } from "./vip";
import { vipProblems } from "./vipProblems";

/** A team with controllers on two machines of its own. */
export interface EdgePairTeam {
  readonly name: string;
  /** The name that users type. */
  readonly host: string;
  /** Addresses of both machines; the first team machine is the nearest of the first edge machine. */
  readonly addresses: Both<pulumi.Input<string>>;
}

export interface EdgePairArgs {
  readonly deployment: Deployment;
  /** Debian 12, or an image that has everything; see docs/decisions/pair-image.md. */
  readonly imageId: pulumi.Input<string>;
  /** t4g.small costs $12.26 a month; there are two, in either role of the region. */
  readonly instanceType: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one a zone. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly teams: readonly EdgePairTeam[];
  readonly domain: string;
  readonly overlay: OverlayAddress;
  /** IPv4 ranges that may use the pair: people and agents inside of your networks. */
  readonly allowFrom: readonly string[];
  /** Secret of this region with certificates and key as PEM, for the teams' hosts. */
  readonly certificateSecretArn: pulumi.Input<string>;
  /** Group of the teams' controllers, which has to admit the pair. */
  readonly controllersGroupId: pulumi.Input<string>;
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly profile: PairProfile;
  readonly logGroupName: pulumi.Input<string>;
  readonly logGroupArn: pulumi.Input<string>;
  readonly metricsNamespace: string;
}

/** First of the ports at which the pair takes inbound agents; each team has the next one. */
export const firstAgentPort = 51_000;

export const statsPort = 8404;

/** Of the machines, in HAProxy's and Keepalived's files. */
const machineNames = ["edge-1", "edge-2"] as const;

/** Where HAProxy looks for certificates. */
export const certificatesFolder = "/etc/haproxy/certificates";

/** What both machines' files are rendered from, once all addresses are known. */
export function edgeSettings(
  args: Pick<EdgePairArgs, "teams" | "domain" | "profile">,
  known: {
    readonly machines: Both<string>;
    readonly teams: readonly Both<string>[];
    readonly vip: Vip;
  },
): EdgePairSettings {
  const [first, second] = machineNames;
  const pair: ProxyPair = {
    machines: [
      { name: first, address: known.machines[0] },
      { name: second, address: known.machines[1] },
    ],
    domain: args.domain,
    strategy: "active-passive",
    teams: args.teams.map(({ name, host }, index): PairTeam => {
      const [one, two] = known.teams[index] ?? ["", ""];
      return {
        name,
        host,
        webPort,
        agents: { controllerPort: agentPort, pairPort: firstAgentPort + index },
        addresses: { [first]: one, [second]: two },
      };
    }),
    tls: { kind: "terminate", certificates: certificatesFolder },
    stats: {
      addresses: { [first]: known.machines[0], [second]: known.machines[1] },
      port: statsPort,
      user: "operator",
    },
  };
  const peers = { networkInterface: placeholders.networkInterface, routerId: 51 };
  return { pair, profile: args.profile, vip: known.vip, peers, rule: defaultTeamHealthRule };
}

const range = /^\d{1,3}(\.\d{1,3}){3}\/([89]|[12]\d|3[0-2])$/;

/** Everything that is wrong and known before anything is made. */
export function edgePairProblems(args: EdgePairArgs): ArgumentProblem[] {
  // The addresses are AWS's and come later; everything else is known now.
  const settings = edgeSettings(args, {
    machines: ["10.0.0.1", "10.0.0.2"],
    teams: args.teams.map(() => ["10.0.0.3", "10.0.0.4"] as const),
    vip: {
      kind: "overlayRoute",
      address: args.overlay.address,
      region: args.deployment.region,
      routeTableIds: ["rtb-00000000"],
    },
  });
  return [
    ...pairProblems(settings.pair),
    ...vipProblems(settings),
    ...(args.allowFrom.length > 0
      ? []
      : [
          {
            path: "allowFrom",
            reason: "is empty: nobody could use the pair; give your network's ranges",
          },
        ]),
    ...args.allowFrom.flatMap((each, index) =>
      range.test(each)
        ? []
        : [
            {
              path: `allowFrom[${index}]`,
              reason: `is "${each}"; give an IPv4 range of /8 or longer, such as 10.0.0.0/8`,
            },
          ],
    ),
    ...(args.overlay.routeTables > 0
      ? []
      : [{ path: "overlay.routeTables", reason: "is 0: no route would lead to the address" }]),
  ];
}

import { priorities, teamsDownWeight, type VipTiming } from "./keepalivedTiming";
import type { PairMachine, ProxyPair } from "./pair";
import type { Vip, VrrpPeers } from "./vip";

/** Where Keepalived finds what it runs and watches. */
export const keepalivedPaths = {
  proxyCheck: "/usr/local/libexec/pair/proxy-alive",
  teamCheck: "/usr/local/libexec/pair/team-health",
  vipMove: "/usr/local/libexec/pair/vip-move",
  /** Written with 1 by HAProxy's unit when it ends, with 0 when it has started. */
  proxyEnded: "/run/pair/haproxy-ended",
} as const;

/** The user that the checks run as: without a right to anything. */
export const scriptUser = "keepalived_script";

/**
 * One machine's keepalived.conf (2.2 or later). Both machines start as BACKUP and speak to each other
 * alone: a VPC carries no multicast, and elsewhere nobody else has to hear it.
 *
 * @param pair checked: see `pairProblems`
 */
export function renderKeepalived(
  pair: Pick<ProxyPair, "machines">,
  machine: PairMachine,
  settings: { readonly vip: Vip; readonly peers: VrrpPeers; readonly timing: VipTiming },
): string {
  const { vip, peers, timing } = settings;
  const [first] = pair.machines;
  const preferred = machine.name === first.name;
  const others = pair.machines.filter(({ name }) => name !== machine.name);
  return `global_defs {
    router_id ${machine.name}
    vrrp_version 3
    enable_script_security
    script_user ${scriptUser}
}

# Without a weight: the machine gives the address up and the other one takes it at once. A lower
# priority would only be outbid after preempt_delay.
${renderCheck("proxy_alive", keepalivedPaths.proxyCheck, timing)}

# With one: the address has to be somewhere also while the teams of both machines are down.
${renderCheck("team_health", keepalivedPaths.teamCheck, timing, teamsDownWeight)}

# An end that is told is noticed at once; the check above sees what hangs.
vrrp_track_file proxy_ended {
    file ${keepalivedPaths.proxyEnded}
    weight 0
    init_file 0
}

vrrp_instance jenkins {
    state BACKUP
    interface ${peers.networkInterface}
    virtual_router_id ${peers.routerId}
    priority ${preferred ? priorities.preferred : priorities.other}
    advert_int ${timing.advertisement}
${timing.preemptDelay > 0 ? `    preempt_delay ${timing.preemptDelay}\n` : ""}    unicast_src_ip ${machine.address}
    unicast_peer {
${others.map(({ address }) => `        ${address}`).join("\n")}
    }
${renderAddress(vip, peers.routerId)}    track_script {
        proxy_alive
        team_health
    }
    track_file {
        proxy_ended
    }
}
`;
}

function renderCheck(name: string, script: string, timing: VipTiming, weight?: number): string {
  return `vrrp_script ${name} {
    script "${script}"
    interval ${timing.interval}
    timeout ${timing.timeout}
    fall ${timing.fall}
    rise ${timing.rise}
${weight === undefined ? "" : `    weight ${weight}\n`}}`;
}

/** On AWS an address on the interface is not enough: EC2 has to be told, as root for its role's sake. */
function renderAddress(vip: Vip, routerId: number): string {
  const move = `    notify_master "${keepalivedPaths.vipMove}" root\n`;
  const onInterface = (address: string) => `    virtual_ipaddress {\n        ${address}\n    }\n`;
  switch (vip.kind) {
    case "arp":
      return onInterface(vip.address);
    case "overlayRoute":
      return onInterface(vip.address) + move;
    case "elasticIp":
      // Keepalived wants one address; this one is reached by nobody and shows a person who has the other.
      return onInterface(`169.254.255.${routerId}/32 dev lo`) + move;
    default:
      return vip satisfies never;
  }
}

import { renderHaproxy } from "./haproxyRenderer";
import { keepalivedPaths, renderKeepalived, scriptUser } from "./keepalivedRenderer";
import { vipTimings } from "./keepalivedTiming";
import type { PairMachine, ProxyPair } from "./pair";
import { type PairProfile, proxyTimings } from "./proxyTiming";
import { refusalRule, renderRefusalRule } from "./refusalRenderer";
import {
  renderLogRotation,
  renderProxyCheckScript,
  renderTeamHealthScript,
  type TeamHealthRule,
} from "./teamHealthScriptRenderer";
import type { Vip, VrrpPeers } from "./vip";
import { renderVipMoveScript } from "./vipMoveScriptRenderer";

/** All that an edge pair's files are rendered from. */
export interface EdgePairSettings {
  readonly pair: ProxyPair;
  readonly profile: PairProfile;
  readonly vip: Vip;
  readonly peers: VrrpPeers;
  readonly rule: TeamHealthRule;
}

/** One file of a machine. */
export interface MachineFile {
  /** Absolute, where the machine's daemons look for it. */
  readonly path: string;
  readonly content: string;
  /** Octal, as chmod takes it. */
  readonly permissions: "0644" | "0755";
}

/**
 * Every file of one machine of an edge pair.
 *
 * @param settings checked: see `pairProblems`
 */
export function edgePairFiles(settings: EdgePairSettings, machine: PairMachine): MachineFile[] {
  const { pair, profile, vip, peers, rule } = settings;
  const haproxy = renderHaproxy(pair, machine, proxyTimings[profile]);
  const keepalived = renderKeepalived(pair, machine, { vip, peers, timing: vipTimings[profile] });
  return [
    ...Object.entries(haproxy).map(([name, content]) => file(`/etc/haproxy/${name}`, content)),
    file(refusalRule, renderRefusalRule(pair, machine, vip)),
    file("/etc/systemd/system/haproxy.service.d/pair.conf", renderHaproxyDropIn()),
    file("/etc/keepalived/keepalived.conf", keepalived),
    script(keepalivedPaths.proxyCheck, renderProxyCheckScript()),
    script(keepalivedPaths.teamCheck, renderTeamHealthScript(machine, rule)),
    ...(vip.kind === "arp" ? [] : [script(keepalivedPaths.vipMove, renderVipMoveScript(vip))]),
    file("/etc/logrotate.d/pair-team-health", renderLogRotation()),
    file("/etc/sysusers.d/pair.conf", `u ${scriptUser} - "Keepalived's checks"\n`),
    file(
      "/etc/tmpfiles.d/pair.conf",
      `d /run/pair 0755 root root\nd /var/log/pair 0755 ${scriptUser} ${scriptUser}\n`,
    ),
  ];
}

function file(path: string, content: string): MachineFile {
  return { path, content, permissions: "0644" };
}

function script(path: string, content: string): MachineFile {
  return { path, content, permissions: "0755" };
}

/** Where the hash of the statistics page's password is, readable by root alone. */
export const statsPasswordFile = "/etc/haproxy/statistics.env";

/**
 * Tells Keepalived of HAProxy's end within a tenth of a second; a check would take more than one. A
 * reload keeps the unit's main process, so that it moves nothing. A packet filter that cannot be set
 * costs a few refused connections and is no reason to serve nobody.
 */
function renderHaproxyDropIn(): string {
  return `[Service]
EnvironmentFile=${statsPasswordFile}
ExecStartPre=-+/usr/sbin/nft --file ${refusalRule}
ExecStartPost=+/bin/sh -c 'echo 0 >${keepalivedPaths.proxyEnded}'
ExecStopPost=+/bin/sh -c 'echo 1 >${keepalivedPaths.proxyEnded}'
Restart=always
RestartSec=1
`;
}

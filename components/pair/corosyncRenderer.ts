import type { ClusterTiming, ControllerCluster } from "./cluster";

/**
 * corosync.conf (3.1 or later), the same on both machines. Two machines alone stay quorate when one is
 * gone, which is safe because the other is fenced first; after both were off, neither starts anything
 * before it has seen the other (`wait_for_all`). With a quorum device the votes decide instead.
 */
export function renderCorosync(cluster: ControllerCluster, timing: ClusterTiming): string {
  const nodes = cluster.machines.map(
    ({ name, address }, index) => `    node {
        nodeid: ${index + 1}
        name: ${name}
        ring0_addr: ${address}
    }`,
  );
  return `totem {
    version: 2
    cluster_name: ${cluster.name}
    transport: knet
    # The key is /etc/corosync/authkey, the same on both machines and readable by root alone.
    crypto_cipher: aes256
    crypto_hash: sha256
${renderTimeouts(timing)}
}

nodelist {
${nodes.join("\n")}
}

quorum {
    provider: corosync_votequorum
${renderVotes(cluster)}
}

logging {
    to_stderr: no
    to_syslog: yes
    timestamp: on
}
`;
}

function renderTimeouts({ token, consensus }: ClusterTiming): string {
  const timeouts = [`    token: ${token}`];
  if (consensus !== undefined) timeouts.push(`    consensus: ${consensus}`);
  return timeouts.join("\n");
}

function renderVotes({ tieBreaker }: ControllerCluster): string {
  if (tieBreaker.kind !== "quorumDevice") return "    two_node: 1\n    wait_for_all: 1";
  return `    expected_votes: 2
    device {
        model: net
        votes: 1
        net {
            host: ${tieBreaker.host}
            algorithm: ffsplit
            tls: on
        }
    }`;
}

import type { ArgumentProblem } from "../argumentProblems";
import type { ClusterHome, ControllerCluster, LeasedHome } from "./cluster";
import { machineProblems } from "./pairProblems";
import { addressProblems } from "./vipProblems";
import { dnsLabel, ipv4Address, wrong } from "./valueForms";

const host = /^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$/;
const instance = /^i-[0-9a-f]{8,17}$/;
const agentName = /^fence_[a-z0-9_]{1,40}$/;
const unitName = /^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,80}$/;
const absolutePath = /^\/[A-Za-z0-9._/-]+$/;
/** What corosync.conf, a mount and a shell all take literally. */
const word = /^[A-Za-z0-9._:/@+=,-]+$/;

/** Fence agents' options that would put a secret into the cluster's configuration. */
const secretOptions = ["passwd", "password", "secret_key", "access_key", "identity_file_content"];

/** Everything that is wrong with a cluster. There is none without fencing and without a tie-breaker. */
export function clusterProblems(cluster: ControllerCluster): ArgumentProblem[] {
  const { name, home, vip, fencing, tieBreaker } = cluster;
  return [
    ...(dnsLabel.test(name) ? [] : [wrong("name", name, "a DNS label such as ma")]),
    ...machineProblems(cluster),
    ...homeProblems(home),
    ...(vip === undefined ? [] : addressProblems(vip)),
    ...(vip?.kind === "elasticIp" && vip.address === undefined
      ? [
          {
            path: "vip.address",
            reason:
              "is missing: the cluster recognises by it that it has the address; give the IPv4 address that was allocated",
          },
        ]
      : []),
    ...fencingProblems(cluster),
    ...(tieBreaker.kind === "quorumDevice" && !host.test(tieBreaker.host)
      ? [wrong("tieBreaker.host", tieBreaker.host, "the host of corosync-qnetd")]
      : []),
    ...(tieBreaker.kind === "ping"
      ? tieBreaker.targets.flatMap((target, index) => pingProblems(target, index, cluster))
      : []),
    ...(tieBreaker.kind === "fencing" && fencing.kind !== "aws"
      ? [
          {
            path: "tieBreaker.kind",
            reason: `is fencing, but ${fencing.agent} may reach its device past a network that is cut: give quorumDevice or ping`,
          },
        ]
      : []),
    ...(fencing.kind === "aws" && vip?.kind === "arp"
      ? [
          {
            path: "vip.kind",
            reason:
              "is arp while fencing is by EC2: a VPC ignores gratuitous ARP; give overlayRoute or elasticIp",
          },
        ]
      : []),
  ];
}

function homeProblems(home: ClusterHome | LeasedHome): ArgumentProblem[] {
  if ("leaseUnit" in home) {
    return [
      ...(unitName.test(home.leaseUnit)
        ? []
        : [wrong("home.leaseUnit", home.leaseUnit, "a unit's name such as jenkins-lease")]),
      ...(unitName.test(home.mountUnit) && home.mountUnit.endsWith(".mount")
        ? []
        : [wrong("home.mountUnit", home.mountUnit, "a unit's name such as var-lib-jenkins.mount")]),
    ];
  }
  return [
    ...(word.test(home.device)
      ? []
      : [wrong("home.device", home.device, "what is mounted, such as fs-0123456789abcdef0:/")]),
    ...(word.test(home.type)
      ? []
      : [wrong("home.type", home.type, "a file system's type such as efs or nfs4")]),
    ...(absolutePath.test(home.directory)
      ? []
      : [wrong("home.directory", home.directory, "an absolute path")]),
    ...(word.test(home.options)
      ? []
      : [wrong("home.options", home.options, "mount options, separated by commas")]),
  ];
}

function pingProblems(
  target: string,
  index: number,
  { machines }: ControllerCluster,
): ArgumentProblem[] {
  const path = `tieBreaker.targets[${index}]`;
  if (!ipv4Address.test(target))
    return [wrong(path, target, "an IPv4 address such as the gateway's")];
  const self = machines.findIndex(({ address }) => address === target);
  if (self < 0) return [];
  return [
    {
      path,
      reason: `is ${target}, as is machines[${self}].address: a machine that is cut off still sees itself; give the gateway's`,
    },
  ];
}

function fencingProblems({ fencing, machines }: ControllerCluster): ArgumentProblem[] {
  if (fencing.kind === "aws") {
    return machines.flatMap(({ name }) => {
      const id = fencing.instanceIds[name];
      return id !== undefined && instance.test(id)
        ? []
        : [
            wrong(
              `fencing.instanceIds.${name}`,
              id ?? "nothing",
              "an instance such as i-0123456789abcdef0",
            ),
          ];
    });
  }
  return [
    ...(agentName.test(fencing.agent)
      ? []
      : [wrong("fencing.agent", fencing.agent, "an agent such as fence_ipmilan")]),
    ...machines.flatMap(({ name }) =>
      fencing.options[name] === undefined
        ? [
            {
              path: `fencing.options.${name}`,
              reason: "is missing: say how this machine is fenced",
            },
          ]
        : Object.keys(fencing.options[name])
            .filter((option) => secretOptions.includes(option))
            .map((option) => ({
              path: `fencing.options.${name}.${option}`,
              reason:
                "is a secret, which everybody who may look at the cluster can read; give the agent's *_script option, which names a script that prints it",
            })),
    ),
  ];
}

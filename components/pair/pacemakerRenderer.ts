import { awsAddressAgent } from "./awsAddressAgent";
import type { ClusterHome, ClusterTiming, ControllerCluster, LeasedHome } from "./cluster";
import { defaultDrainTiming, longestDrain } from "../jenkins/drainTiming";
import { jenkinsStopSeconds } from "../jenkins/leaseTiming";
import { renderFencing } from "./fencingRenderer";
import type { Vip } from "./vip";
import { element, nameValues } from "./xmlRenderer";

/** Names of the cluster's resources, as `crm_mon` shows them. */
export const clusterResources = {
  group: "jenkins",
  lease: "jenkins-start-lease",
  home: "jenkins-home",
  controller: "jenkins-controller",
  address: "jenkins-address",
} as const;

/** Longest start of Jenkins, of a home that thousands of jobs have filled, s. */
const longestStart = 1_800;

/**
 * Longest wait for a start lease, s. A lease that the other machine held ends within two minutes; a
 * region that waits for its turn gets it when the failover that started the machine has committed.
 */
const longestWait = 3_600;

/**
 * Pacemaker's configuration (2.1 or later) as the sections of a CIB. Home, Jenkins and address go
 * together and in this order; nothing starts before the other machine is fenced, and there is no option
 * to switch fencing off. What moved stays where it is until a person moves it.
 */
export function renderPacemaker(
  cluster: ControllerCluster,
  timing: ClusterTiming,
): Readonly<Record<ClusterSection, string>> {
  const fencing = renderFencing(cluster, timing);
  const [preferred] = cluster.machines;
  return {
    crm_config: element("crm_config", {}, [
      nameValues("cluster_property_set", "cib-bootstrap-options", {
        "stonith-enabled": true,
        "no-quorum-policy": "stop",
        "dc-deadtime": `${timing.deadTime}s`,
        // Longer than an instance takes to stop by EC2; a fence that is not confirmed moves nothing.
        "stonith-timeout": "120s",
        "have-watchdog": false,
        // What did not start is tried again: `migration-threshold` counts, not the first failure.
        "start-failure-is-fatal": false,
      }),
    ]),
    resources: element("resources", {}, [...fencing.devices, renderGroup(cluster, timing)]),
    constraints: element("constraints", {}, [
      ...fencing.constraints,
      // Weaker than the stickiness: it decides the first start alone.
      element("rsc_location", {
        id: "jenkins-begins-here",
        rsc: clusterResources.group,
        node: preferred.name,
        score: 50,
      }),
    ]),
    rsc_defaults: element("rsc_defaults", {}, [
      nameValues("meta_attributes", "resource-defaults", {
        "resource-stickiness": 100,
        "migration-threshold": 3,
        "failure-timeout": "10min",
      }),
    ]),
    "fencing-topology": element("fencing-topology", {}, fencing.levels),
  };
}

/** A section of the CIB, in the order in which they are applied: fencing is there before what needs it. */
export const clusterSections = [
  "crm_config",
  "rsc_defaults",
  "resources",
  "fencing-topology",
  "constraints",
] as const;
export type ClusterSection = (typeof clusterSections)[number];

/** The whole configuration, for `crm_verify` and for a reader. */
export function renderCib(sections: Readonly<Record<ClusterSection, string>>): string {
  const ordered: readonly (ClusterSection | "nodes")[] = [
    "crm_config",
    "nodes",
    "resources",
    "constraints",
    "fencing-topology",
    "rsc_defaults",
  ];
  const configuration = ordered.map((name) =>
    name === "nodes" ? element("nodes", {}) : sections[name],
  );
  return `${element(
    "cib",
    {
      "validate-with": "pacemaker-3.7",
      "have-quorum": 1,
      epoch: 1,
      num_updates: 0,
      admin_epoch: 0,
    },
    [element("configuration", {}, configuration), element("status", {})],
  )}\n`;
}

function renderGroup(cluster: ControllerCluster, timing: ClusterTiming): string {
  const { group, controller, address } = clusterResources;
  const operations: Operations = (id, start, stop) =>
    element("operations", {}, [
      operation(id, "monitor", timing.monitor, 30),
      operation(id, "start", 0, start),
      // A stop that takes longer has failed, and ends by fencing this machine.
      operation(id, "stop", 0, stop),
    ]);
  return element("group", { id: group }, [
    ...("leaseUnit" in cluster.home
      ? renderLeasedHome(cluster.home, operations)
      : [renderHome(cluster.home, operations)]),
    renderUnit(controller, "jenkins", operations(controller, longestStart, longestStop(cluster))),
    ...(cluster.vip === undefined
      ? []
      : [renderAddress(cluster.vip, address, operations(address, 60, 30))]),
  ]);
}

/**
 * Longest stop of Jenkins, s. Ours drains first, as part of its unit's stop; another's has systemd's own
 * 90 s to end.
 */
function longestStop({ home }: ControllerCluster): number {
  const stop = "leaseUnit" in home ? longestDrain(defaultDrainTiming) + jenkinsStopSeconds : 90;
  return stop + 15;
}

/** The operations of a resource, with the limits of its start and stop in s. */
type Operations = (id: string, start: number, stop: number) => string;

function renderUnit(id: string, unit: string, operations: string): string {
  return element("primitive", { id, class: "systemd", type: unit }, [operations]);
}

function renderHome(given: ClusterHome, operations: Operations): string {
  const { home } = clusterResources;
  return element(
    "primitive",
    { id: home, class: "ocf", provider: "heartbeat", type: "Filesystem" },
    [
      nameValues("instance_attributes", `${home}-attributes`, {
        device: given.device,
        directory: given.directory,
        fstype: given.type,
        options: given.options,
      }),
      operations(home, 60, 60),
    ],
  );
}

function renderLeasedHome({ leaseUnit, mountUnit }: LeasedHome, operations: Operations): string[] {
  const { lease, home } = clusterResources;
  return [
    renderUnit(lease, leaseUnit, operations(lease, longestWait, 90)),
    renderUnit(home, mountUnit, operations(home, 150, 60)),
  ];
}

function operation(id: string, name: string, interval: number, timeout: number): string {
  return element("op", {
    id: `${id}-${name}`,
    name,
    interval: `${interval}s`,
    timeout: `${timeout}s`,
  });
}

function renderAddress(vip: Vip, id: string, operations: string): string {
  const primitive = (type: string, values: Readonly<Record<string, string>>) =>
    element("primitive", { id, class: "ocf", provider: "heartbeat", type }, [
      nameValues("instance_attributes", `${id}-attributes`, values),
      operations,
    ]);
  switch (vip.kind) {
    case "arp": {
      const [ip = "", prefix = ""] = vip.address.split("/");
      return primitive("IPaddr2", { ip, cidr_netmask: prefix });
    }
    case "overlayRoute":
    case "elasticIp": {
      const { agent, options } = awsAddressAgent(vip);
      return primitive(agent, options);
    }
    default:
      return vip satisfies never;
  }
}

/** What Pacemaker writes into the cluster's properties itself. */
const ownProperties = ["dc-version", "cluster-infrastructure", "cluster-name", "last-lrm-refresh"];

/**
 * Brings the cluster to this configuration in one step, however often it is run: Jenkins must not begin
 * between its resources and the constraint that says where, nor before fencing is there. Sections that
 * are as they should be are not touched, so that a running cluster notices nothing. It needs the CIB's
 * own tools alone and runs on either machine, with the sections' files beside it.
 */
export function renderClusterScript(): string {
  return `#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What Pacemaker adds by itself and where it breaks lines is no difference.
plain() {
  tr -s ' \\n' ' ' | sed -E 's/> *</></g; s/^ *//; s/ *$//; s/<nvpair [^>]*name="(${ownProperties.join("|")})"[^>]*>//g'
}

# The same tool on the copy that becomes the new configuration.
draft() { CIB_file=$scratch/new.xml cibadmin "$@"; }

cibadmin --query >"$scratch/old.xml"
cp "$scratch/old.xml" "$scratch/new.xml"
changed=()
for section in ${clusterSections.join(" ")}; do
  present=$(draft --query --scope "$section" 2>/dev/null | plain || true)
  if [[ $present == "$(plain <"$section.xml")" ]]; then
    continue
  fi
  # A new cluster has no place yet for what it does not need.
  if [[ -z $present ]]; then
    draft --create --scope configuration --xml-text "<$section/>"
  fi
  draft --replace --scope "$section" --xml-file "$section.xml"
  changed+=("$section")
done
if [[ \${#changed[@]} -eq 0 ]]; then
  echo "the cluster is as it should be"
else
  crm_verify --xml-file "$scratch/new.xml"
  # The difference is 1, and no error.
  crm_diff --original "$scratch/old.xml" --new "$scratch/new.xml" >"$scratch/patch.xml" || [[ $? -eq 1 ]]
  cibadmin --patch --xml-file "$scratch/patch.xml"
  printf '%s: written\\n' "\${changed[@]}"
fi
crm_verify --live-check
`;
}

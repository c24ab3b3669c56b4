import type { ClusterTiming, ControllerCluster } from "./cluster";
import type { PairMachine } from "./pair";
import { element, nameValues } from "./xmlRenderer";

/** How a lost machine is made certain to be off. */
export interface RenderedFencing {
  readonly devices: readonly string[];
  readonly constraints: readonly string[];
  readonly levels: readonly string[];
}

/**
 * A device for each machine, which runs on the other one, and the order in which devices are asked.
 * With a tie-breaker by ping the question "do I still see the network?" comes before the shot, in the
 * same level: a machine that is cut off fails there and shoots nobody.
 */
export function renderFencing(cluster: ControllerCluster, timing: ClusterTiming): RenderedFencing {
  const { machines, tieBreaker } = cluster;
  const [preferred] = machines;
  const pings = tieBreaker.kind === "ping" ? [renderPing(tieBreaker.targets, timing)] : [];
  return {
    devices: [
      ...pings,
      ...machines.map((machine) => {
        const delay =
          cluster.fencing.kind === "aws"
            ? Math.max(timing.fencingDelay, ec2StopSeconds)
            : timing.fencingDelay;
        return renderDevice(cluster, machine, machine.name === preferred.name ? delay : 0);
      }),
    ],
    constraints: machines.map(({ name }) =>
      element("rsc_location", {
        id: `${deviceOf(name)}-elsewhere`,
        rsc: deviceOf(name),
        node: name,
        score: "-INFINITY",
      }),
    ),
    levels: machines.map(({ name }) =>
      element("fencing-level", {
        id: `fencing-of-${name}`,
        target: name,
        index: 1,
        devices: [...(pings.length > 0 ? [pingDevice] : []), deviceOf(name)].join(","),
      }),
    ),
  };
}

/**
 * EC2 accepts a forced stop at once and ends the machine later: one that is to be shot meanwhile must
 * not shoot in that time, or both are off. AWS gives no figure, and none was measured on AWS; this errs
 * on the long side, s.
 */
const ec2StopSeconds = 15;

const pingDevice = "fence-sees-network";

function deviceOf(machine: string): string {
  return `fence-${machine}`;
}

/** It fences nothing: it succeeds while one of the targets answers. */
function renderPing(targets: readonly string[], { pingInterval }: ClusterTiming): string {
  return element("primitive", { id: pingDevice, class: "stonith", type: "fence_heuristics_ping" }, [
    nameValues("instance_attributes", `${pingDevice}-attributes`, {
      ping_targets: targets.join(","),
      ping_good_count: 1,
      ping_count: 3,
      ping_interval: pingInterval,
      ping_timeout: 1,
      ping_maxfail: targets.length - 1,
      method: "onoff",
    }),
  ]);
}

/** @param delay seconds by which shots at this machine come later, so that two never shoot at once */
function renderDevice(
  { fencing }: ControllerCluster,
  { name }: PairMachine,
  delay: number,
): string {
  const id = deviceOf(name);
  const common = { pcmk_host_list: name, ...(delay > 0 ? { pcmk_delay_base: `${delay}s` } : {}) };
  const [type, options] =
    fencing.kind === "aws"
      ? ([
          "fence_aws",
          {
            region: fencing.region,
            plug: fencing.instanceIds[name] ?? "",
            // Without it a frozen operating system is asked to shut down first, which it will not.
            skip_os_shutdown: "true",
            power_timeout: 60,
          },
        ] as const)
      : ([fencing.agent, fencing.options[name] ?? {}] as const);
  return element("primitive", { id, class: "stonith", type }, [
    nameValues("instance_attributes", `${id}-attributes`, { ...options, ...common }),
    element("operations", {}, [
      element("op", { id: `${id}-monitor`, name: "monitor", interval: "60s", timeout: "60s" }),
    ]),
  ]);
}

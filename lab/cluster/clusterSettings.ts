import { join } from "node:path";
import type { ControllerCluster } from "../../components/pair/cluster";
import { clusterProblems } from "../../components/pair/clusterProblems";
import type { Segment } from "../machines/segment";
import { sharedFolder } from "../room";

/** The team whose controller is on one of the two machines. */
export const team = {
  name: "ma",
  host: "majenkins.lab.example.com",
  /** Users come without a proxy here. */
  webPort: 80,
  agentPort: 50_000,
} as const;

/** Where a segment's machines and their shared address are; the gateway is the segment's first. */
export const hosts = { m1: 11, m2: 12, vip: 100, gateway: 1 } as const;

/** The first one is preferred. */
export const machineNames = ["m1", "m2"] as const;

export type MachineName = (typeof machineNames)[number];

/** Where the active machine has Jenkins's home. */
export const homeDirectory = "/var/lib/jenkins";

/** What both machines could mount: a folder, in the place of a file server's export. */
export function sharedHome(segment: Segment): string {
  return join(sharedFolder, "homes", String(segment.number), team.name);
}

/**
 * @param device socket of the fence device
 * @throws Error if the product's own checks refuse it
 */
export function clusterSettings(segment: Segment, device: string): ControllerCluster {
  const cluster: ControllerCluster = {
    name: team.name,
    machines: [
      { name: "m1", address: segment.address(hosts.m1) },
      { name: "m2", address: segment.address(hosts.m2) },
    ],
    home: {
      device: sharedHome(segment),
      type: "none",
      directory: homeDirectory,
      options: "bind",
    },
    vip: { kind: "arp", address: `${segment.address(hosts.vip)}/24` },
    fencing: {
      kind: "agent",
      agent: "fence_lab",
      options: { m1: { device, plug: "m1" }, m2: { device, plug: "m2" } },
    },
    tieBreaker: { kind: "ping", targets: [segment.address(hosts.gateway)] },
  };
  const problems = clusterProblems(cluster);
  if (problems.length > 0) {
    throw new Error(problems.map(({ path, reason }) => `${path} ${reason}`).join("; "));
  }
  return cluster;
}

import { createClients } from "../../aws/clients";

/** The failover's clients, and what a rehearsal needs beyond them; all of the waiting region. */
export type RehearsalClients = ReturnType<typeof createRehearsalClients>;

/** Clients are made when they are first needed; each call is tried twice. */
export function createRehearsalClients(waitingRegion: string) {
  const made: Record<string, unknown> = {};
  const once = <T>(key: string, make: () => T): T => (made[key] ??= make()) as T;
  const settings = { region: waitingRegion, maxAttempts: 2 };
  return {
    ...createClients(waitingRegion),
    ec2: () =>
      once("ec2", () => {
        const { EC2Client } =
          require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2");
        return new EC2Client(settings);
      }),
    loadBalancing: () =>
      once("loadBalancing", () => {
        const { ElasticLoadBalancingV2Client } =
          require("@aws-sdk/client-elastic-load-balancing-v2") as typeof import("@aws-sdk/client-elastic-load-balancing-v2");
        return new ElasticLoadBalancingV2Client(settings);
      }),
  };
}

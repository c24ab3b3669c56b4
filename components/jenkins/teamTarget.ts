import type { Deployment } from "../deployment";
import type { HostTarget, OpenIdConnect } from "../traffic/hostRule";
import type { LoadBalancer } from "../traffic/loadBalancer";
import { webPort } from "./systemdUnitRenderer";
import type { Team } from "./team";

/**
 * Jenkins pings WebSocket agents every 30 s and its Jetty closes idle connections after 60 s: the
 * load balancer must be the last one to give up.
 */
export const idleTimeoutSeconds = 120;

/** Two good answers make a target healthy, three missing ones end that: 20 and 30 s. */
export const loginHealthCheck = {
  enabled: true,
  protocol: "HTTP",
  path: "/login",
  port: "traffic-port",
  matcher: "200",
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
};

/** What a host gets whose team does not run here, or that has no team at all. AWS takes 1,024 bytes. */
export const maintenancePage = {
  type: "fixed-response",
  fixedResponse: {
    contentType: "text/html",
    statusCode: "503",
    messageBody:
      '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
      "<title>Jenkins is not here</title><h1>Jenkins is not here right now</h1>" +
      "<p>This team has no Jenkins in the region that serves. Maintenance or a failover may be going on; " +
      "try again in some minutes, or ask the platform team.</p></html>",
  },
};

export interface TeamRule {
  readonly team: Team;
  readonly host: string;
  readonly priority: number;
  /** False where the team never runs: its host gets the page that says so. */
  readonly served: boolean;
  readonly oidc?: OpenIdConnect;
}

/**
 * Sends a team's host to the team's own target group. Health is `/login`, which answers 200 to
 * everybody once Jenkins is complete and 503 before; `/` would ask for a log-on.
 */
export function addTeam(
  balancer: LoadBalancer,
  { prefix }: Deployment,
  { team, host, priority, served, oidc }: TeamRule,
): HostTarget {
  return balancer.addHost(team.name, {
    name: `${prefix}-${team.name}`,
    hosts: [host],
    priority,
    port: webPort,
    healthCheck: loginHealthCheck,
    // A session lives in the memory of one controller.
    sticky: team.strategy === "active-active",
    ...(served ? {} : { page: maintenancePage }),
    ...(oidc === undefined ? {} : { oidc }),
    tags: { team: team.name, Name: `${prefix}-${team.name}` },
  });
}

import type { Service } from "../loadBalancer/loadBalancer";
import { healthCheckOf, type OpenIdConnect } from "../loadBalancer/hostRule";
import { webPort } from "./systemdUnitRenderer";
import type { Team } from "./team";

/** What Jenkins answers with 200 to everybody once it is complete, and with 503 before. */
export const loginPath = "/login";

/** `/` would ask for a log-on. */
export const loginHealthCheck = healthCheckOf(loginPath, "200");

/** How a load balancer sees a team's Jenkins. */
export function teamService(
  team: Team,
  rule: {
    readonly host: string;
    readonly priority: number;
    readonly served: boolean;
    readonly oidc?: OpenIdConnect;
  },
): Service {
  return {
    ...rule,
    name: team.name,
    team: team.name,
    port: webPort,
    healthCheck: loginHealthCheck,
    // A session lives in the memory of one controller.
    sticky: team.strategy === "active-active",
  };
}

/** What a host gets whose team does not run here, or that has no team at all. */
export const maintenancePage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  "<title>Jenkins is not here</title><h1>Jenkins is not here right now</h1>" +
  "<p>This team has no Jenkins in the region that serves. Maintenance or a failover may be going on; " +
  "try again in some minutes, or ask the platform team.</p></html>";

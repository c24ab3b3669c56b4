import type { Flow } from "../network/accessListPlan";
import type { EgressRule, IngressRule, SecurityGroupPlan } from "../network/securityGroupPlan";

/** Where a machine's web server listens; TLS ends at the load balancer. */
export const webPort = 80;
export const databasePort = 3306;
/** NFS, inside of TLS. */
export const filePort = 2049;

/** The security groups of both environments, which share one VPC. */
export type WebSecurityGroup =
  | "loadBalancer"
  | "devMachines"
  | "prodMachines"
  | "devFiles"
  | "prodFiles"
  | "devDatabase"
  | "prodDatabase"
  | "endpoints";

const ingress: readonly IngressRule<WebSecurityGroup>[] = [
  { to: "loadBalancer", from: "anywhere", port: 443, why: "users" },
  { to: "loadBalancer", from: "anywhere", port: 80, why: "redirected to HTTPS" },
  { to: "devMachines", from: "loadBalancer", port: webPort, why: "users and health checks" },
  { to: "prodMachines", from: "loadBalancer", port: webPort, why: "users and health checks" },
  { to: "devFiles", from: "devMachines", port: filePort, why: "NFS inside of TLS" },
  { to: "devFiles", from: "prodMachines", port: filePort, why: "prod copies what dev made" },
  { to: "prodFiles", from: "prodMachines", port: filePort, why: "NFS inside of TLS" },
  { to: "devDatabase", from: "devMachines", port: databasePort, why: "MySQL" },
  {
    to: "devDatabase",
    from: "prodMachines",
    port: databasePort,
    why: "promotion asks the master how far it is",
  },
  { to: "prodDatabase", from: "prodMachines", port: databasePort, why: "MySQL" },
  { to: "endpoints", from: "devMachines", port: 443, why: "AWS APIs" },
  { to: "endpoints", from: "prodMachines", port: 443, why: "AWS APIs" },
];

/** Whatever a rule lets in is let out at the other end, and HTTPS besides: AWS, packages, updates. */
const egress: readonly EgressRule<WebSecurityGroup>[] = [
  ...ingress.flatMap(({ from, to, port, why }) =>
    from === "anywhere" || to === "endpoints" ? [] : [{ from, to, port, why }],
  ),
  { from: "devMachines", to: "anywhere", port: 443, why: "AWS, packages and updates" },
  { from: "prodMachines", to: "anywhere", port: 443, why: "AWS and packages" },
];

/** Who talks to whom in the VPC of both environments. Dev reaches nothing of prod's. */
export const webSecurityGroups: SecurityGroupPlan<WebSecurityGroup> = {
  groups: {
    loadBalancer: { suffix: "load-balancer", description: "Load balancer: users from anywhere" },
    devMachines: { suffix: "dev-machines", description: "Machines of dev" },
    prodMachines: { suffix: "prod-machines", description: "Machines of prod" },
    devFiles: { suffix: "dev-files", description: "Mount targets of dev" },
    prodFiles: { suffix: "prod-files", description: "Mount targets of prod" },
    devDatabase: { suffix: "dev-database", description: "The master" },
    prodDatabase: { suffix: "prod-database", description: "Databases of prod" },
    endpoints: { suffix: "endpoints", description: "Interface endpoints of AWS services" },
  },
  ingress,
  egress,
  bastionReaches: ["devMachines", "prodMachines"],
};

/** The same as subnets see it: all that their access lists let through. */
export const webFlows: readonly Flow[] = [
  { from: "anywhere", to: "public", port: 443 },
  { from: "anywhere", to: "public", port: 80 },
  // NAT gateways call out for the machines.
  { from: "public", to: "anywhere", port: 443 },
  { from: "public", to: "private", port: webPort },
  { from: "private", to: "anywhere", port: 443 },
  // Interface endpoints sit beside the machines.
  { from: "private", to: "private", port: 443 },
  { from: "private", to: "isolated", port: databasePort },
  { from: "private", to: "isolated", port: filePort },
  // Replicas follow their writer.
  { from: "isolated", to: "isolated", port: databasePort },
];

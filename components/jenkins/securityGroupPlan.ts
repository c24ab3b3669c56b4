import type { EgressRule, IngressRule, SecurityGroupPlan } from "../network/securityGroupPlan";

/** The security groups of a region with Jenkins. */
export type JenkinsSecurityGroup =
  "loadBalancer" | "controllers" | "agents" | "home" | "database" | "endpoints";

export const ingressRules: readonly IngressRule<JenkinsSecurityGroup>[] = [
  { to: "loadBalancer", from: "anywhere", port: 443, why: "users" },
  { to: "loadBalancer", from: "anywhere", port: 80, why: "redirected to HTTPS" },
  { to: "controllers", from: "loadBalancer", port: 8080, why: "users through the load balancer" },
  { to: "controllers", from: "agents", port: 50000, why: "inbound agents by TCP" },
  { to: "agents", from: "controllers", port: 22, why: "the EC2 fleet plugin starts agents by SSH" },
  { to: "home", from: "controllers", port: 2049, why: "NFS inside of TLS" },
  { to: "database", from: "controllers", port: 5432, why: "PostgreSQL" },
  { to: "database", from: "controllers", port: 3306, why: "MySQL and MariaDB" },
  { to: "endpoints", from: "controllers", port: 443, why: "AWS APIs" },
  { to: "endpoints", from: "agents", port: 443, why: "AWS APIs" },
];

export const egressRules: readonly EgressRule<JenkinsSecurityGroup>[] = [
  { from: "loadBalancer", to: "controllers", port: 8080, why: "users and health checks" },
  { from: "loadBalancer", to: "anywhere", port: 443, why: "OpenID Connect's token endpoint" },
  { from: "controllers", to: "anywhere", why: "source code hosts, update sites, AWS, agents" },
  { from: "agents", to: "anywhere", why: "builds fetch from wherever their teams say" },
];

/** Who talks to whom in a region with Jenkins. */
export const jenkinsSecurityGroups: SecurityGroupPlan<JenkinsSecurityGroup> = {
  groups: {
    loadBalancer: {
      suffix: "load-balancer",
      description: "Load balancers: users from anywhere",
    },
    controllers: { suffix: "controllers", description: "Jenkins controllers" },
    agents: {
      suffix: "agents",
      description: "Jenkins agents: run builds, which are code of others",
    },
    home: { suffix: "home", description: "Mount targets of the Jenkins homes" },
    database: { suffix: "database", description: "Databases" },
    endpoints: { suffix: "endpoints", description: "Interface endpoints of AWS services" },
  },
  ingress: ingressRules,
  egress: egressRules,
  bastionReaches: ["controllers", "agents"],
};

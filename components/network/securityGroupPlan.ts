/** The security groups of a region. Rules name groups, not ranges, except for the load balancers'. */
export const securityGroupNames = [
  "loadBalancer",
  "controllers",
  "agents",
  "home",
  "database",
  "endpoints",
] as const;
export type SecurityGroupName = (typeof securityGroupNames)[number];

/** One thing that is let in. */
export interface IngressRule {
  readonly to: SecurityGroupName;
  /** A group, or `anywhere`: every IPv4 address. */
  readonly from: SecurityGroupName | "anywhere";
  readonly port: number;
  readonly why: string;
}

/** One thing that is let out. Groups without one start no connections at all. */
export interface EgressRule {
  readonly from: SecurityGroupName;
  readonly to: SecurityGroupName | "anywhere";
  /** Absent: every protocol and port. */
  readonly port?: number;
  readonly why: string;
}

export const securityGroupDescriptions: Readonly<Record<SecurityGroupName, string>> = {
  loadBalancer: "Load balancers: users from anywhere",
  controllers: "Jenkins controllers",
  agents: "Jenkins agents: run builds, which are code of others",
  home: "Mount targets of the Jenkins homes",
  database: "Databases",
  endpoints: "Interface endpoints of AWS services",
};

export const ingressRules: readonly IngressRule[] = [
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

export const egressRules: readonly EgressRule[] = [
  { from: "loadBalancer", to: "controllers", port: 8080, why: "users and health checks" },
  { from: "loadBalancer", to: "anywhere", port: 443, why: "OpenID Connect's token endpoint" },
  { from: "controllers", to: "anywhere", why: "source code hosts, update sites, AWS, agents" },
  { from: "agents", to: "anywhere", why: "builds fetch from wherever their teams say" },
];

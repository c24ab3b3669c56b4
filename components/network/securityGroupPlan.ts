/** A security group of a workload. */
export interface PlannedSecurityGroup {
  /** Ends its physical and logical name. */
  readonly suffix: string;
  readonly description: string;
}

/** One thing that is let in. */
export interface IngressRule<Group extends string> {
  readonly to: Group;
  /** A group, or `anywhere`: every IPv4 address. */
  readonly from: Group | "anywhere";
  readonly port: number;
  readonly why: string;
}

/** One thing that is let out. Groups without one start no connections at all. */
export interface EgressRule<Group extends string> {
  readonly from: Group;
  readonly to: Group | "anywhere";
  /** Absent: every protocol and port. */
  readonly port?: number;
  readonly why: string;
}

/** Every network has it: the interface endpoints of AWS services. */
export type NetworkGroup = "endpoints";

/**
 * A workload's security groups and who of them talks to whom. Rules name groups, not ranges, except
 * for what the whole internet may reach.
 */
export interface SecurityGroupPlan<Group extends string> {
  readonly groups: Readonly<Record<Group | NetworkGroup, PlannedSecurityGroup>>;
  readonly ingress: readonly IngressRule<Group | NetworkGroup>[];
  readonly egress: readonly EgressRule<Group | NetworkGroup>[];
  /** Where a bastion may log on by SSH. */
  readonly bastionReaches: readonly (Group | NetworkGroup)[];
}

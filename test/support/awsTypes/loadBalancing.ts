import type { TypeTable } from "../typeRow";

/** ELBv2, WAF and certificates. */
export const loadBalancingTypes: TypeTable = {};

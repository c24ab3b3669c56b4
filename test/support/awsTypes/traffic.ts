import type { TypeTable } from "../typeRow";

/** Global Accelerator and Route 53. */
export const trafficTypes: TypeTable = {};

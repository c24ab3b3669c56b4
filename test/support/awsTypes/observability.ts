import type { TypeTable } from "../typeRow";

/** Alarms, dashboards, AWS Backup. */
export const observabilityTypes: TypeTable = {};

import type { TypeRow, TypeTable } from "../typeRow";
import { computeTypes } from "./compute";
import { dataTypes } from "./data";
import { fileSystemTypes } from "./fileSystem";
import { functionsTypes } from "./functions";
import { identityTypes } from "./identity";
import { imageTypes } from "./image";
import { loadBalancingTypes } from "./loadBalancing";
import { logTypes } from "./logs";
import { networkTypes } from "./network";
import { observabilityTypes } from "./observability";
import { trafficTypes } from "./traffic";

export { callTable } from "./calls";

/** Every resource type that the program may register; a type in two tables is an error. */
export const typeTable: Readonly<Partial<Record<string, TypeRow>>> = merged([
  networkTypes,
  identityTypes,
  dataTypes,
  fileSystemTypes,
  imageTypes,
  logTypes,
  loadBalancingTypes,
  computeTypes,
  functionsTypes,
  observabilityTypes,
  trafficTypes,
]);

function merged(tables: readonly TypeTable[]): Record<string, TypeRow> {
  const all: Record<string, TypeRow> = {};
  for (const [type, row] of tables.flatMap((table) => Object.entries(table))) {
    if (type in all) throw new Error(`${type} has two rows in test/support/awsTypes/`);
    all[type] = row;
  }
  return all;
}

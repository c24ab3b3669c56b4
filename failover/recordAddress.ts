/**
 * Where the failover record is: the one place that its writer, its readers and its permissions have
 * the names from.
 */

/** Name of the record's table, of which each deployment has one, in the dr stack's region. */
export function recordTableName(prefix: string): string {
  return `${prefix}-failover`;
}

/** Value of the key `id` of the table's one item. */
export const recordId = "failover";

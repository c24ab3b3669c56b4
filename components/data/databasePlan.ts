import type { ArgumentProblem } from "../argumentProblems";

/** Engines that junit-sql-storage supports and that have cross-region replicas. */
export type DatabaseEngine = "postgres" | "mysql" | "mariadb";

/** Who may write: the writer; a replica follows it. */
export type DatabaseRole = "writer" | "replica";

export interface EngineFacts {
  readonly port: number;
  readonly defaultVersion: string;
  /** Parameter that refuses connections without TLS, and its value. */
  readonly forceTls: { readonly name: string; readonly value: string };
  /** Logs that RDS can send to CloudWatch. */
  readonly logs: readonly string[];
}

/** Sources: RDS User Guide, "Database log files" and "Using SSL/TLS" of each engine. */
export const engineFacts: Readonly<Record<DatabaseEngine, EngineFacts>> = {
  postgres: {
    port: 5432,
    defaultVersion: "17",
    forceTls: { name: "rds.force_ssl", value: "1" },
    logs: ["postgresql", "upgrade"],
  },
  mysql: {
    port: 3306,
    defaultVersion: "8.4",
    forceTls: { name: "require_secure_transport", value: "1" },
    logs: ["error", "slowquery"],
  },
  mariadb: {
    port: 3306,
    defaultVersion: "11.4",
    forceTls: { name: "require_secure_transport", value: "1" },
    logs: ["error", "slowquery"],
  },
};

/**
 * The family of parameters that a version belongs to: `postgres17`, `mysql8.4`, `mariadb11.4`.
 * PostgreSQL counts its major versions by one number, the others by two.
 */
export function parameterFamily(engine: DatabaseEngine, version: string): string {
  const parts = version.split(".");
  return engine === "postgres"
    ? `postgres${parts[0] ?? ""}`
    : `${engine}${parts.slice(0, 2).join(".")}`;
}

/** An instance's identity, which must not change when its role does: state hangs on it. */
export interface DatabaseIdentity {
  /** The generation at which it was made. */
  readonly madeAt: number;
  /** Its RDS identifier. */
  readonly identifier: string;
  /** True for a writer that a failover promoted: RDS has its engine, user and name already. */
  readonly promoted: boolean;
}

/**
 * Tells which instance plays a role at a generation. The first writer is made as one. Every later
 * writer is the replica that the generation before it made, promoted by the failover, so it keeps
 * that replica's name and is adopted in place. A region that becomes the waiting one makes a new
 * replica beside its former writer, because a former writer can never follow again.
 */
export function identify(prefix: string, role: DatabaseRole, generation: number): DatabaseIdentity {
  if (role === "replica") {
    return { madeAt: generation, identifier: `${prefix}-g${generation}-replica`, promoted: false };
  }
  if (generation === 1) return { madeAt: 1, identifier: `${prefix}-g1`, promoted: false };
  const madeAt = generation - 1;
  return { madeAt, identifier: `${prefix}-g${madeAt}-replica`, promoted: true };
}

/** The arguments that can be judged without AWS. */
export interface JudgedDatabase {
  readonly role: DatabaseRole;
  readonly engine: DatabaseEngine;
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly allocatedStorageGb: number;
  readonly backupRetentionDays: number;
  readonly generation: number;
  readonly hasSource: boolean;
  readonly hasPassword: boolean;
}

/** Everything that is wrong with a database's arguments. */
export function databaseProblems(database: JudgedDatabase): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  const refuse = (path: string, reason: string): void => {
    problems.push({ path, reason });
  };
  if (!/^\d+(\.\d+){0,2}$/.test(database.engineVersion)) {
    refuse(
      "engineVersion",
      `is "${database.engineVersion}"; give one as RDS writes it: 17, 8.4, 11.4`,
    );
  }
  if (!/^db\.[a-z0-9-]+\.[a-z0-9]+$/.test(database.instanceClass)) {
    refuse("instanceClass", `is "${database.instanceClass}"; RDS classes look like db.t4g.medium`);
  }
  const { allocatedStorageGb: storage, backupRetentionDays: retention } = database;
  if (!Number.isInteger(storage) || storage < 20 || storage > 65_536) {
    refuse("allocatedStorageGb", `is ${storage}; gp3 takes 20 to 65536 GiB`);
  }
  if (!Number.isInteger(retention) || retention < 1 || retention > 35) {
    refuse(
      "backupRetentionDays",
      `is ${retention}; give 1 to 35: RDS replicates only from instances with backups`,
    );
  }
  if (database.role === "replica" && !database.hasSource) {
    refuse("sourceArn", "is missing: a replica needs the ARN of the writer in the other region");
  }
  if (database.role === "writer" && database.generation === 1 && !database.hasPassword) {
    refuse("masterPassword", "is missing: the first writer needs one; see DatabaseCredentials");
  }
  return problems;
}

/** What the rehearsal function knows of its deployment, and the names of what it makes. */

/** How the database is rehearsed. */
export interface PlannedCopy {
  /** Identifiers whose snapshots are looked for: the replica, and the writer of the daily copies. */
  readonly snapshotsOf: readonly string[];
  /** Class of the copy: the replica's, so that the time tells something. */
  readonly instanceClass: string;
  readonly subnetGroup: string;
  readonly securityGroupId: string;
}

/** Plain data, captured in the function's code. Holds no secret. */
export interface RehearsalPlan {
  readonly prefix: string;
  /** The waiting region's Pulumi stack, for the commands in messages. */
  readonly stack: string;
  readonly activeRegion: string;
  readonly waitingRegion: string;
  readonly generation: number;
  readonly tableName: string;
  readonly announcementsTopicArn: string;
  /** Teams that a failover brings along; one machine is rehearsed for each. */
  readonly teams: readonly string[];
  /** Private subnets, one for each zone. */
  readonly subnetIds: readonly string[];
  readonly targetGroupArn: string;
  readonly homeFileSystemId: string;
  /** Absent in a deployment without a database. */
  readonly database?: PlannedCopy;
  /** A rehearsal that takes longer has failed, milliseconds. */
  readonly timeout: number;
}

/** Tag whose value is the rehearsal's id. What lacks it is never ended or deleted. */
export const rehearsalTag = "jenkins-pilot-light:rehearsal";

/** Key `id` of the rehearsals' item in the record table. */
export const rehearsalRecordId = "rehearsal";

/** Begins the name of everything that rehearsals make. */
export function rehearsalName(prefix: string): string {
  return `${prefix}-rehearsal`;
}

/** A team's launch template for rehearsals. */
export function rehearsalTemplateName(prefix: string, team: string): string {
  return `${rehearsalName(prefix)}-${team}`;
}

/** The copy of the database. RDS takes letters, digits and single hyphens. */
export function rehearsalDatabaseName(prefix: string, rehearsal: string): string {
  return `${rehearsalName(prefix)}-${rehearsal}`;
}

/** Name of the rule that starts scheduled rehearsals; the function tells its events by it. */
export function rehearsalRuleName(prefix: string): string {
  return `${rehearsalName(prefix)}-start`;
}

/**
 * Limits of AWS, and of ours within them, that the configuration and the components both check: the
 * configuration before anything is registered, the components for whoever uses them by themselves.
 */

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const targetGroupNameLimit = 32;

/** A network ACL has 20 rules a direction, and two are taken. */
export const mostBastionRanges = 18;

/** One snapshot a day; RDS allows 100 manual snapshots in a region, other people's among them. */
export const longestSnapshotRetentionDays = 35;

/** EventBridge's. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
export const eventSchedule =
  /^(rate\((1 (hour|day)|[1-9]\d* (hours|days))\)|cron\((\S+ ){5}\S+\))$/;

/** AWS Backup takes no `rate(…)`. */
export const backupSchedule = /^cron\((\S+ ){5}\S+\)$/;

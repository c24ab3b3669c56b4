/**
 * Names that no team may have, because something that the deployment makes would then have the same
 * physical name, in one region or, for IAM roles, in the account.
 */

/** Parts of the deployment that are named `<prefix>-<part>`, with the region behind it or without. */
const partsOfOurs = [
  "alarms",
  "announcements",
  "backup",
  "edge",
  "failover",
  "flow-log",
  "health",
  "leases",
  "primary",
  "probe",
  "region",
  "rehearsal",
  "snapshot",
  "snapshots",
];

/** Target groups of each load balancer, and the records of `edge: route53`. */
const numbered = /^(edge|edge-http|region)-\d+$/;

/** Rehearsals are called `rehearsal-<team>`, and their own parts `rehearsal-<part>`. */
const ofRehearsals = "rehearsal-";

/** What belongs to team `x` is called `x-agents`, `x-agents-start` and `x-agents-build`. */
const ofAgents = /-agents(-start|-build)?$/;

/** The pair of team `x` is called `x-pair`, its machines `x-pair-1` and `x-pair-2`. */
const ofPairs = /-pair(-\d)?$/;

/** What {@link isReservedTeamName} refuses, in words. */
export const reservedTeamNames = `${partsOfOurs.join(", ")}, edge-, edge-http- and region- with a number, what begins with rehearsal- and what ends in -agents, -agents-start, -agents-build or -pair with a number or without`;

/** True where a team of that name would take the name of something else. */
export function isReservedTeamName(name: string): boolean {
  return (
    partsOfOurs.includes(name) ||
    numbered.test(name) ||
    ofAgents.test(name) ||
    ofPairs.test(name) ||
    name.startsWith(ofRehearsals)
  );
}

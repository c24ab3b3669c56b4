import type { RuleResult } from "./report";
import { fenceFirst, oneWriter, rpoGate } from "./rules/beforeThePoint";
import { converges, neverStuck, staleMeansNo } from "./rules/recordHistory";
import { detectedOutside, formerDataKept, latch, trafficLast } from "./rules/regions";
import type { DrillLimits, Evidence } from "./rules/ruleResult";
import { carriedOut, recordVersions, type Trace } from "./trace";

/** Requests that cannot be undone; S1, S3 and S6 are about what came before them. */
const irreversible: readonly (readonly [string, string])[] = [
  ["rds", "PromoteReadReplica"],
  ["elasticfilesystem", "DeleteReplicationConfiguration"],
];

/** By number; S9 is `pulumi up`'s and not a drill's. */
const rules: readonly ((evidence: Evidence) => RuleResult)[] = [
  oneWriter,
  trafficLast,
  fenceFirst,
  latch,
  staleMeansNo,
  rpoGate,
  converges,
  neverStuck,
  detectedOutside,
  formerDataKept,
];

/**
 * Checks the safety rules over the whole trace of a drill: what was asked of AWS and what happened
 * there, not what the failover says of itself. The one thing taken from the record is its content at
 * the time of each request, because the record is what fences controllers.
 */
export function checkSafety(trace: Trace, limits: DrillLimits): RuleResult[] {
  const evidence: Evidence = {
    trace,
    limits,
    versions: recordVersions(trace),
    irreversible: irreversible
      .flatMap(([service, action]) => carriedOut(trace, service, action))
      .sort((a, b) => a.number - b.number),
  };
  return rules.map((rule) => rule(evidence));
}

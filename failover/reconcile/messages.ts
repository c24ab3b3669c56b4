import type { Announcement, FailoverRecord, Policy } from "../model";

/** Going on without a confirmed fence is never done quietly (S3). */
export function unfencedMessage(record: FailoverRecord, policy: Policy): Announcement {
  const minutes = Math.round(policy.fenceTimeout / 60_000);
  const silence =
    record.silentErrors === true
      ? `${policy.activeRegion} has answered with server errors, or not at all, for ${minutes} min: it is ` +
        "there and broken, and its controllers probably run. They could not be stopped; "
      : `${policy.activeRegion} has not answered for ${minutes} min, so its controllers could not be ` +
        "stopped. If they still run somewhere, ";
  return {
    id: `unfenced-${record.generation}`,
    severity: "page",
    subject: "the failover goes on UNFENCED",
    body:
      `${silence}what they write from ` +
      "now on is lost. Fencing goes on until it is confirmed; controllers that can read the " +
      "failover record stop by themselves. If you can reach the region, stop them now.",
  };
}

export function servingMessage(
  record: FailoverRecord,
  rtoMs: number,
  policy: Policy,
): Announcement {
  const minutes = (rtoMs / 60_000).toFixed(1);
  const { database, home } = record.lag ?? {};
  const lag = [
    ...(policy.hasDatabase ? [`database ${secondsOf(database)}`] : []),
    ...(policy.homeFileSystemId === undefined ? [] : [`home ${secondsOf(home)}`]),
  ].join(", ");
  const fenced =
    record.steps.fence?.state === "done"
      ? "The former region is fenced."
      : "The former region is NOT fenced yet; fencing goes on.";
  return {
    id: `serving-${record.generation}`,
    severity: "page",
    subject: `${record.activeRegion} serves`,
    body:
      `The failover to generation ${record.generation} is complete after ${minutes} min (RTO). ` +
      `${lag === "" ? "Nothing is replicated." : `Replication was behind by: ${lag} (RPO).`} ${fenced} Nothing fails back by itself. ` +
      "`pulumi up` refuses to run while a stack's configuration has another activeRegion or generation " +
      "than the failover record; run no `pulumi refresh` either: docs/runbook.md, Afterwards.",
  };
}

function secondsOf(lag: number | undefined): string {
  return lag === undefined ? "unknown" : `${Math.round(lag)} s`;
}

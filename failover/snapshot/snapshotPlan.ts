/** What the daily snapshots are of, where they are copied to and how long they stay. */
export interface SnapshotSettings {
  readonly prefix: string;
  /** The writer. Snapshots of an earlier writer are never touched: a person discards them (S11). */
  readonly databaseIdentifier: string;
  readonly sourceRegion: string;
  readonly copyRegion: string;
  /** Key of the copy: keys do not leave their region. */
  readonly copyKmsKeyArn: string;
  /** Days, and at the same time the number of snapshots, that are kept in each region. */
  readonly retentionDays: number;
  /** Hour of the day from which on the day's snapshot is taken, 0 to 23, UTC. */
  readonly hourUtc: number;
}

/** A manual snapshot as RDS described it. */
export interface SeenSnapshot {
  readonly identifier: string;
  readonly arn: string;
  /** `available`, `creating`, `copying`, `failed`, … */
  readonly status: string;
  /** Carries this project's tags: made by this function. */
  readonly tagged: boolean;
}

/** The manual snapshots of a region, or undefined when the region could not be read. */
export interface SeenSnapshots {
  readonly source: readonly SeenSnapshot[] | undefined;
  readonly copies: readonly SeenSnapshot[] | undefined;
}

export type SnapshotRequest =
  | { readonly kind: "create"; readonly identifier: string }
  | { readonly kind: "copy"; readonly identifier: string; readonly sourceArn: string }
  | { readonly kind: "delete"; readonly region: string; readonly identifier: string };

const dayMs = 86_400_000;

/**
 * What is to be done now. It looks only at what exists, so it may run at any time and any number of
 * times: a day's snapshot has one name, a copy has its source's name, and what is missing is made
 * by the next run.
 */
export function snapshotRequests(
  seen: SnapshotSettingsAndSeen,
  now: number,
): readonly SnapshotRequest[] {
  const { settings, source, copies } = seen;
  const requests: SnapshotRequest[] = [];
  if (source !== undefined) requests.push(...missingToday(settings, source, now));
  if (source !== undefined && copies !== undefined) {
    requests.push(...missingCopies(settings, source, copies));
  }
  if (source !== undefined) requests.push(...expired(settings, settings.sourceRegion, source, now));
  if (copies !== undefined) requests.push(...expired(settings, settings.copyRegion, copies, now));
  return requests;
}

/** What {@link snapshotRequests} decides upon. */
export interface SnapshotSettingsAndSeen extends SeenSnapshots {
  readonly settings: SnapshotSettings;
}

/** Leads the name of every snapshot of this writer; the role's policy ends at the same words. */
export function snapshotNamePrefix(settings: SnapshotSettings): string {
  return `${settings.prefix}-daily-${settings.databaseIdentifier}-`;
}

/** Milliseconds since the newest copy that could be restored was begun; undefined without one. */
export function newestCopyAge(
  settings: SnapshotSettings,
  copies: readonly SeenSnapshot[],
  now: number,
): number | undefined {
  const days = own(settings, copies).filter(isAvailable).map(dayOf);
  return days.length === 0 ? undefined : now - Math.max(...days) - settings.hourUtc * 3_600_000;
}

function missingToday(
  settings: SnapshotSettings,
  source: readonly SeenSnapshot[],
  now: number,
): SnapshotRequest[] {
  const date = new Date(now);
  if (date.getUTCHours() < settings.hourUtc) return [];
  const identifier = `${snapshotNamePrefix(settings)}${date.toISOString().slice(0, 10)}`;
  // Whoever made a snapshot of this name: it is there, and a second one would be refused.
  const exists = source.some((snapshot) => snapshot.identifier === identifier);
  return exists ? [] : [{ kind: "create", identifier }];
}

/** All available ones whose copy is missing, newest first, at most as many as are kept. */
function missingCopies(
  settings: SnapshotSettings,
  source: readonly SeenSnapshot[],
  copies: readonly SeenSnapshot[],
): SnapshotRequest[] {
  const copied = new Set(copies.map((copy) => copy.identifier));
  return newestFirst(own(settings, source).filter(isAvailable))
    .slice(0, settings.retentionDays)
    .filter((snapshot) => !copied.has(snapshot.identifier))
    .map(({ identifier, arn }) => ({ kind: "copy", identifier, sourceArn: arn }));
}

/**
 * A snapshot goes when it is older than the retention *and* that many newer ones can be restored:
 * age alone would empty the shelf during a long outage, when no new ones come.
 */
function expired(
  settings: SnapshotSettings,
  region: string,
  snapshots: readonly SeenSnapshot[],
  now: number,
): SnapshotRequest[] {
  const ours = own(settings, snapshots);
  const kept = newestFirst(ours.filter(isAvailable)).slice(0, settings.retentionDays);
  if (kept.length < settings.retentionDays) return [];
  return (
    ours
      .filter((snapshot) => !kept.includes(snapshot))
      .filter((snapshot) => now - dayOf(snapshot) > settings.retentionDays * dayMs)
      // One that is being made or copied cannot be deleted, and one that failed should be.
      .filter((snapshot) => snapshot.status === "available" || snapshot.status === "failed")
      .map(({ identifier }) => ({ kind: "delete", region, identifier }))
  );
}

/** Only what carries both our tags and our name, with a day at its end. */
function own(settings: SnapshotSettings, snapshots: readonly SeenSnapshot[]): SeenSnapshot[] {
  const prefix = snapshotNamePrefix(settings);
  return snapshots.filter(
    (snapshot) =>
      snapshot.tagged &&
      snapshot.identifier.startsWith(prefix) &&
      !Number.isNaN(dayOf(snapshot)) &&
      snapshot.identifier.length === prefix.length + "2026-01-31".length,
  );
}

function isAvailable(snapshot: SeenSnapshot): boolean {
  return snapshot.status === "available";
}

/** Midnight of the day in the snapshot's name; NaN when there is none. */
function dayOf(snapshot: SeenSnapshot): number {
  return Date.parse(`${snapshot.identifier.slice(-10)}T00:00:00Z`);
}

function newestFirst(snapshots: readonly SeenSnapshot[]): SeenSnapshot[] {
  return [...snapshots].sort((one, other) => dayOf(other) - dayOf(one));
}

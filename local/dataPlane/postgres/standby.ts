import type { ScaledClock } from "../../gateway/scaledClock";
import type { PostgresServer } from "./postgresServer";
import type { ReplicationLink } from "./replicationLink";

/** A place in the source's write-ahead log and the modelled time at which the source was there. */
interface Mark {
  readonly place: bigint;
  readonly at: number;
}

/** How a standby hangs on its source, and how far it is behind. */
export class StandbyState {
  /** Oldest first; the first one was replayed. */
  private marks: Mark[] = [];

  constructor(
    readonly sourceName: string,
    readonly link: ReplicationLink,
  ) {}

  /**
   * Modelled seconds behind the source: real seconds × the clock's scale, so that they fit all other
   * times of the run. 0 when everything that the source wrote up to now was replayed. Otherwise the
   * time since the standby was surely in step, by whichever is later: the newest commit that it
   * replayed (which RDS publishes as ReplicaLag, and which grows while the source is idle), or the
   * newest look at the source's log whose place it has reached. So it is never less than what a
   * failover at this moment would lose; with a dead source it grows.
   *
   * @param source undefined while the source cannot be asked
   */
  async lag(
    standby: PostgresServer,
    source: PostgresServer | undefined,
    clock: ScaledClock,
  ): Promise<number | undefined> {
    const askedAt = clock.now();
    const [row] = await standby.query(
      "SELECT pg_last_wal_replay_lsn()::text AS place, (1000 * extract(epoch FROM " +
        "clock_timestamp() - pg_last_xact_replay_timestamp()))::float8 AS since",
    );
    const place = parsePlace(row?.place);
    const reached = this.marks.filter((each) => each.place <= place).at(-1);
    if (reached) this.marks = this.marks.filter((each) => each.at >= reached.at);
    // After the standby: what it has replayed by then can only be more.
    const mark = await placeOf(source, clock);
    if (mark && mark.place <= place) {
      this.marks = [mark];
      return 0;
    }
    if (mark) this.marks.push(mark);
    const now = clock.now();
    const since = typeof row?.since === "number" ? row.since * clock.scale : Infinity;
    const behind = Math.min(since + now - askedAt, now - (reached?.at ?? -Infinity));
    return Number.isFinite(behind) ? behind / 1000 : undefined;
  }
}

/** Where the source's log ends now; undefined when the source died while it was asked. */
async function placeOf(
  source: PostgresServer | undefined,
  clock: ScaledClock,
): Promise<Mark | undefined> {
  if (!source) return undefined;
  const at = clock.now();
  try {
    const [row] = await source.query("SELECT pg_current_wal_lsn()::text AS place");
    return { place: parsePlace(row?.place), at };
  } catch (error) {
    if (source.isRunning) throw error;
    return undefined;
  }
}

/** PostgreSQL writes a place as two hexadecimal halves: `0/3000148`. */
function parsePlace(text: unknown): bigint {
  const [high = "0", low = "0"] = typeof text === "string" ? text.split("/") : [];
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

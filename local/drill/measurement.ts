import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { succeeded } from "../dataPlane/client/userTimeline";
import { UserTraffic } from "../dataPlane/client/userTraffic";
import type { BuildLine } from "../dataPlane/controllers/buildLog";
import { parseBuildLog } from "../dataPlane/controllers/buildLog";
import type { DataPlane } from "../dataPlane/dataPlane";
import type { DataPlaneProcesses } from "../dataPlane/dataPlaneProcesses";
import type { DatabaseConnection } from "../dataPlane/storage";
import type { LocalAws } from "../localAws";
import type { PlannedDeployment } from "./deployment";
import { measure, type Measured, type Observations } from "./measured";
import { type RealPace, toReal } from "./realPace";
import type { Tell } from "./stage";
import { pause } from "./steadyState";

/** Where the two regions keep their data. */
export interface DataPlaces {
  readonly lostRegion: string;
  readonly servingRegion: string;
  /** Identifiers of the lost region's writer and of its replica. */
  readonly writer: string;
  readonly replica: string;
  /** The homes' copy in the serving region. */
  readonly homeReplica: string;
}

/** Real milliseconds of users' traffic before the region is lost. */
const usualDayMs = 2_000;

/** Real milliseconds until every team must have served a user. */
const openingPatienceMs = 30_000;

/** Real milliseconds between two looks at the standby's lag. */
const lagEveryMs = 200;

/** Watches users and data from the steady state to the end of a drill. */
export class Measurement {
  private readonly from = Date.now();
  private readonly pace: RealPace;
  private lag: { readonly seconds: number; readonly at: number } | undefined;
  private lagTimer: NodeJS.Timeout | undefined;
  private loss: Pick<Observations, "lostAt" | "homeLag"> & { databaseLag: number | null } = {
    lostAt: Number.POSITIVE_INFINITY,
    homeLag: null,
    databaseLag: null,
  };

  private constructor(
    private readonly local: LocalAws,
    private readonly plane: DataPlane,
    private readonly processes: DataPlaneProcesses,
    private readonly places: DataPlaces,
    private readonly teams: readonly string[],
    private readonly hasDatabase: boolean,
    private readonly traffic: UserTraffic,
  ) {
    const { clock } = local.gateway;
    this.pace = { real: Date.now(), modelled: clock.now(), scale: clock.scale };
    this.watchLag();
  }

  /**
   * Lets users in and waits until every team has served them; the clock's scale must not change any
   * more. Undefined where the data plane is modelled.
   * @throws Error naming the teams that serve nobody
   */
  static async begin(
    local: LocalAws,
    planned: PlannedDeployment,
    places: DataPlaces,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<Measurement | undefined> {
    const { dataPlane, processes } = local;
    if (dataPlane === undefined || processes === undefined) return undefined;
    const { teams, domain, database } = planned.settings;
    const served = teams
      .filter(({ strategy }) => strategy !== "local-only")
      .map(({ name }) => ({ name, host: `${name}.${domain}` }));
    const traffic = new UserTraffic(served, await processes.edge.port);
    traffic.start();
    try {
      await everyTeamServes(
        traffic,
        served.map(({ name }) => name),
        tell,
        signal,
      );
    } catch (error) {
      await traffic.stop();
      throw error;
    }
    const names = served.map(({ name }) => name);
    const isReal = database.engine === "postgres";
    const made = new Measurement(local, dataPlane, processes, places, names, isReal, traffic);
    await pause(signal, usualDayMs);
    return made;
  }

  /** Notes the moment of the loss and how far the copies were behind; call it right after. */
  noteLoss(): void {
    const lostAt = Date.now();
    const { servingRegion, homeReplica } = this.places;
    const syncedAt = this.local.behaviours.efs.lastSyncAt(servingRegion, homeReplica);
    this.loss = {
      lostAt,
      homeLag: syncedAt === undefined ? null : (this.local.gateway.clock.now() - syncedAt) / 1000,
      // The lag is as of the last look; what came since then may be missing too.
      databaseLag:
        this.lag === undefined
          ? null
          : this.lag.seconds + ((lostAt - this.lag.at) / 1000) * this.pace.scale,
    };
    clearInterval(this.lagTimer);
  }

  /**
   * Sends the users home and reads what is left of their data.
   * @param committedAt modelled time at which the record named the new region, if it did
   */
  async end(committedAt: number | undefined): Promise<Measured> {
    await this.stop();
    const { lostRegion, servingRegion, writer, replica } = this.places;
    const { databaseLag, ...loss } = this.loss;
    const rows = this.hasDatabase
      ? [
          { region: lostRegion, builds: await this.rows(lostRegion, writer) },
          { region: servingRegion, builds: await this.rows(servingRegion, replica) },
        ]
      : undefined;
    return measure({
      ...loss,
      teams: this.teams,
      requests: this.traffic.requests.filter(({ sentAt }) => sentAt >= this.from),
      during: { from: this.from, to: Date.now() },
      pace: this.pace,
      lostRegion,
      servingRegion,
      committedAt: committedAt === undefined ? undefined : toReal(this.pace, committedAt),
      homes: this.processes.openedHomes.map(({ region, directory }) => ({
        region,
        ...readLog(directory),
      })),
      database: rows && { version: this.plane.databaseVersion, rows, lag: databaseLag },
    });
  }

  /** Ends the traffic; also for a drill that ends early. */
  async stop(): Promise<void> {
    clearInterval(this.lagTimer);
    await this.traffic.stop();
  }

  private watchLag(): void {
    if (!this.hasDatabase) return;
    const { servingRegion, replica } = this.places;
    this.lagTimer = setInterval(() => {
      const at = Date.now();
      this.plane.databases.measuredLag(servingRegion, replica).then(
        (seconds) => {
          if (seconds !== undefined) this.lag = { seconds, at };
        },
        // Not known this time; the last known one ages.
        () => undefined,
      );
    }, lagEveryMs);
  }

  private async rows(region: string, identifier: string): Promise<BuildLine[]> {
    const connection = this.plane.databases.connectionTo(region, identifier);
    return connection === undefined ? [] : readRows(connection);
  }
}

async function everyTeamServes(
  traffic: UserTraffic,
  teams: readonly string[],
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + openingPatienceMs;
  for (;;) {
    const isServed = (team: string): boolean =>
      traffic.requests.some((each) => each.team === team && each.build && succeeded(each));
    const without = teams.filter((team) => !isServed(team));
    if (without.length === 0) return;
    if (Date.now() > end) {
      const statuses = new Set(traffic.requests.map(({ status }) => status ?? "no answer"));
      throw new Error(
        `Users cannot write to ${without.join(", ")}; they got: ${[...statuses].join(", ")}.`,
      );
    }
    tell(`users wait for ${without.join(", ")}`, "passing");
    await pause(signal);
  }
}

function readLog(directory: string): { lines: readonly BuildLine[]; damaged: number } {
  const file = join(directory, "builds.log");
  return parseBuildLog(existsSync(file) ? readFileSync(file, "utf8") : "");
}

/** All builds of a database; none where no controller ever came to make the table. */
async function readRows(connection: DatabaseConnection): Promise<BuildLine[]> {
  // Loaded here: a drill on the modelled data plane does without it.
  const { Client } = await import("pg");
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<BuildLine>("SELECT * FROM builds ORDER BY at");
    return rows;
  } catch (error) {
    const undefinedTable = "42P01";
    if ((error as { code?: string }).code === undefinedTable) return [];
    throw error;
  } finally {
    await client.end();
  }
}

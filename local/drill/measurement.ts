import { UserTraffic } from "../dataPlane/client/userTraffic";
import type { BuildLine } from "../dataPlane/controllers/buildLog";
import type { DataPlane } from "../dataPlane/dataPlane";
import type { DataPlaneProcesses } from "../dataPlane/dataPlaneProcesses";
import type { LocalAws } from "../localAws";
import type { PlannedDeployment } from "./deployment";
import { JenkinsTrial } from "./jenkins/jenkinsTrial";
import { readLog, readRows } from "./keptBuilds";
import { measure, type Measured, type Observations } from "./measured";
import { type RealPace, type RealPaces, toReal } from "./realPace";
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

/** Modelled milliseconds until every team must have served a user, and a copy must have its builds. */
const openingPatienceMs = 30 * 60_000;

/** Modelled milliseconds of builds that the homes' copy has to have: so many must not be lost. */
const copiedMs = 60_000;

/** Real milliseconds between two looks at the standby's lag, and at whom users reach. */
const lookEveryMs = 200;

/** What is fixed once the region's last minutes begin. */
interface Observation {
  readonly from: number;
  readonly paces: RealPaces;
  readonly places: DataPlaces;
}

/** Watches users and data from the steady state to the end of a drill. */
export class Measurement {
  private readonly traffic: Promise<UserTraffic>;
  /** Only where a real Jenkins runs. */
  private readonly trial: Promise<JenkinsTrial | undefined>;
  private readonly prefix: string;
  private readonly hasDatabase: boolean;
  private readonly hasHome: boolean;
  private readonly firstPace: RealPace;
  private readonly timers: NodeJS.Timeout[] = [];
  /** Modelled time at which every team had served a user. */
  private servedAt: number | undefined;
  private observation: Observation | undefined;
  private lag: { readonly seconds: number; readonly at: number } | undefined;
  private loss: Pick<Observations, "lostAt" | "homeLag"> & { databaseLag: number | null } = {
    lostAt: Number.POSITIVE_INFINITY,
    homeLag: null,
    databaseLag: null,
  };

  private constructor(
    private readonly local: LocalAws,
    private readonly plane: DataPlane,
    private readonly processes: DataPlaneProcesses,
    { settings, moving, limits }: PlannedDeployment,
  ) {
    const { domain, database, prefix, application } = settings;
    const { jenkins } = plane;
    this.prefix = prefix;
    this.hasDatabase = database.engine === "postgres";
    this.firstPace = paceOf(local);
    this.hasHome = limits.hasHome;
    const served = moving.map(({ name }) => ({ name, host: `${name}.${domain}` }));
    const paths = application === undefined ? undefined : { read: "/", write: "/api/orders" };
    this.traffic = processes.edge.port.then((port) => {
      const traffic = new UserTraffic(served, port, jenkins && ["read"], paths);
      traffic.start();
      this.every(() => {
        // A real Jenkins serves when it has built; see usualDay.
        if (jenkins === undefined && teamsWithoutBuild(traffic).length === 0) this.noteServed();
      });
      return traffic;
    });
    this.trial = processes.edge.port.then(
      (port) => jenkins && new JenkinsTrial(jenkins.war, served, port),
    );
  }

  /** Lets users in, wherever they get. Undefined where the data plane is modelled: nobody can come. */
  static letUsersIn(local: LocalAws, planned: PlannedDeployment): Measurement | undefined {
    const { dataPlane, processes } = local;
    if (dataPlane === undefined || processes === undefined) return undefined;
    return new Measurement(local, dataPlane, processes, planned);
  }

  /**
   * Waits until every team serves its users and the homes' copy has some of their builds: without
   * those nothing would be lost whatever happened to the copy.
   * @throws Error naming what does not happen
   */
  async usualDay({ servingRegion, homeReplica }: DataPlaces, tell: Tell, signal: AbortSignal) {
    const traffic = await this.traffic;
    const trial = await this.trial;
    await trial?.work(tell);
    if (trial) this.noteServed();
    const { clock } = this.local.gateway;
    const end = clock.now() + openingPatienceMs;
    for (;;) {
      const syncedAt = this.lastSyncAt(servingRegion, homeReplica) ?? 0;
      const copied = !this.hasHome || syncedAt > (this.servedAt ?? 0) + copiedMs;
      if (this.servedAt !== undefined && copied) return;
      const without = teamsWithoutBuild(traffic);
      const missing =
        this.servedAt === undefined
          ? `users cannot write to ${without.join(", ")} (${statusesOf(traffic)})`
          : "the homes' copy has no builds yet";
      if (clock.now() > end) throw new Error(`The usual day does not begin: ${missing}.`);
      tell(missing, "passing");
      await pause(signal);
    }
  }

  /** Begins the observation: the clock's scale must not change any more. */
  observe(places: DataPlaces): void {
    const now = paceOf(this.local);
    this.observation = { from: now.real, paces: [this.firstPace, now], places };
    if (this.hasDatabase) this.watchLag(places);
  }

  /** Notes the moment of the loss and how far the copies were behind; call it right after. */
  noteLoss(): void {
    const lostAt = Date.now();
    const { places } = this.observed();
    const { servingRegion, homeReplica } = places;
    const syncedAt = this.lastSyncAt(servingRegion, homeReplica);
    this.loss = {
      lostAt,
      homeLag: syncedAt === undefined ? null : (this.local.gateway.clock.now() - syncedAt) / 1000,
      // The lag is as of the last look; what came since then may be missing too.
      databaseLag:
        this.lag === undefined
          ? null
          : this.lag.seconds + ((lostAt - this.lag.at) / 1000) * this.local.gateway.clock.scale,
    };
  }

  /**
   * Sends the users home and reads what is left of their data.
   * @param committedAt modelled time at which the record named the new region, if it did
   */
  async end(committedAt: number | undefined): Promise<Measured> {
    await this.stop();
    const { from, paces, places } = this.observed();
    const { requests, teams } = await this.traffic;
    const { lostRegion, servingRegion, writer, replica } = places;
    const { openedHomes } = this.processes;
    const jenkins = await (
      await this.trial
    )?.compare(openedHomes, lostRegion, (team) => `${this.prefix}-${team}`);
    const { databaseLag, ...loss } = this.loss;
    const rows = this.hasDatabase
      ? [
          { region: lostRegion, builds: await this.rows(lostRegion, writer) },
          { region: servingRegion, builds: await this.rows(servingRegion, replica) },
        ]
      : undefined;
    return measure({
      ...loss,
      teams: teams.map(({ name }) => name),
      requests,
      during: { from, to: Date.now() },
      paces,
      lostRegion,
      servingRegion,
      committedAt: committedAt === undefined ? undefined : toReal(paces, committedAt),
      jenkins: jenkins ?? null,
      hasHome: this.hasHome,
      homes: this.homeDirectories(places).map(({ region, directory }) => ({
        region,
        ...readLog(directory),
      })),
      database: rows && { version: this.plane.databaseVersion, rows, lag: databaseLag },
    });
  }

  /** Ends the traffic; also for a drill that ends early. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await (await this.traffic).stop();
  }

  /**
   * The homes that controllers opened, and the copies of those that nobody opened in the new region: a
   * group with several controllers need not have as many there.
   */
  private homeDirectories({ lostRegion, servingRegion, homeReplica }: DataPlaces) {
    const opened = new Map(
      this.processes.openedHomes.map(({ region, directory }) => [directory, region]),
    );
    for (const { region, path } of this.processes.openedHomes) {
      if (region !== lostRegion) continue;
      const copy = this.plane.homes.directoryOf(servingRegion, homeReplica, path);
      opened.set(copy, servingRegion);
    }
    return [...opened].map(([directory, region]) => ({ directory, region }));
  }

  private lastSyncAt(region: string, homeReplica: string): number | undefined {
    return this.hasHome ? this.local.behaviours.efs.lastSyncAt(region, homeReplica) : undefined;
  }

  private noteServed(): void {
    this.servedAt ??= this.local.gateway.clock.now();
  }

  private watchLag({ servingRegion, replica }: DataPlaces): void {
    this.every(() => {
      const at = Date.now();
      this.plane.databases.measuredLag(servingRegion, replica).then(
        (seconds) => {
          // What is measured after the loss says nothing about the moment of the loss.
          if (seconds !== undefined && at < this.loss.lostAt) this.lag = { seconds, at };
        },
        // Not known this time; the last known one ages.
        () => undefined,
      );
    });
  }

  private every(look: () => void): void {
    this.timers.push(setInterval(look, lookEveryMs));
  }

  private observed(): Observation {
    if (this.observation === undefined) throw new Error("Nothing was observed yet.");
    return this.observation;
  }

  private async rows(region: string, identifier: string): Promise<BuildLine[]> {
    const connection = this.plane.databases.connectionTo(region, identifier);
    return connection === undefined ? [] : readRows(connection);
  }
}

function paceOf({ gateway }: LocalAws): RealPace {
  const { clock } = gateway;
  return { real: Date.now(), modelled: clock.now(), scale: clock.scale };
}

function teamsWithoutBuild({ teams, requests }: UserTraffic): string[] {
  const served = new Set(requests.flatMap(({ team, build }) => (build ? [team] : [])));
  return teams.map(({ name }) => name).filter((name) => !served.has(name));
}

function statusesOf({ requests }: UserTraffic): string {
  const last = requests.slice(-100).map(({ status }) => String(status ?? "no answer"));
  return [...new Set(last)].join(", ");
}

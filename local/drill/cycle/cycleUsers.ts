import { homeDirectories } from "../../../components/jenkins/teamHomes";
import type { Settings } from "../../../stacks/config";
import { experiences, succeeded } from "../../dataPlane/client/userTimeline";
import { UserTraffic } from "../../dataPlane/client/userTraffic";
import { type BuildLine, findTwoWriters } from "../../dataPlane/controllers/buildLog";
import type { DataPlane } from "../../dataPlane/dataPlane";
import type { DataPlaneProcesses } from "../../dataPlane/dataPlaneProcesses";
import type { LocalAws } from "../../localAws";
import { readLog, readRows } from "../keptBuilds";
import type { Tell } from "../stage";
import { patience, pause } from "../steadyState";
import type { DataKept } from "./dataChecks";

/** Where one region keeps its data. */
export interface RegionData {
  readonly region: string;
  readonly database: string;
  readonly fileSystemId: string;
}

/** Users who read and write through the whole cycle, and what is left of what they were promised. */
export class CycleUsers {
  private constructor(
    private readonly local: LocalAws,
    private readonly plane: DataPlane,
    private readonly processes: DataPlaneProcesses,
    private readonly settings: Settings,
    private readonly traffic: UserTraffic,
  ) {}

  /** Undefined where the data plane is modelled, or the database is. */
  static async letIn(local: LocalAws, settings: Settings): Promise<CycleUsers | undefined> {
    const { dataPlane, processes } = local;
    const comes = settings.database.engine === "postgres";
    if (dataPlane === undefined || processes === undefined || !comes) return undefined;
    const served = settings.teams
      .filter(({ strategy }) => strategy !== "local-only")
      .map(({ name }) => ({ name, host: `${name}.${settings.domain}` }));
    const traffic = new UserTraffic(served, await processes.edge.port);
    traffic.start();
    return new CycleUsers(local, dataPlane, processes, settings, traffic);
  }

  /** Waits until every team has written in a region since now. @throws Error naming who could not */
  async servedBy(region: string, tell: Tell, alive: AbortSignal): Promise<void> {
    const since = Date.now();
    const { clock } = this.local.gateway;
    const end = clock.now() + patience;
    for (;;) {
      const served = new Set(
        this.traffic.requests.flatMap(({ team, build, sentAt }) =>
          sentAt >= since && build?.region === region ? [team] : [],
        ),
      );
      const without = this.teams.filter((team) => !served.has(team));
      if (without.length === 0) return;
      tell(`not served by ${region} yet: ${without.join(", ")}`, "passing");
      if (clock.now() > end) {
        throw new Error(`The users of ${without.join(", ")} are not served by ${region}.`);
      }
      await pause(alive);
    }
  }

  /** The longest time without a write since then, of the team that waited longest; real milliseconds. */
  longestOutage(from: number): { readonly milliseconds: number; readonly failed: number } {
    const during = { from, to: Date.now() };
    const requests = this.traffic.requests.filter(({ sentAt }) => sentAt >= from);
    const gaps = experiences(this.teams, requests, during).map(
      ({ longestWriteGap }) => longestWriteGap.milliseconds,
    );
    return {
      milliseconds: Math.max(...gaps),
      failed: requests.filter((request) => !succeeded(request)).length,
    };
  }

  /** Sends the users home and compares what the former side had with what the present one has. */
  async compare(former: RegionData, present: RegionData): Promise<DataKept> {
    await this.stop();
    const [had, has] = [await this.read(former), await this.read(present)];
    const acknowledged = this.traffic.requests.flatMap(({ build }) =>
      build?.region === former.region ? [build.request] : [],
    );
    return {
      rows: had.rows.length,
      missingRows: missing(had.rows, has.rows),
      lines: had.lines.length,
      missingLines: missing(had.lines, has.lines),
      acknowledged: acknowledged.length,
      missingAcknowledged: acknowledged.filter(
        (request) => !has.requests.rows.has(request) || !has.requests.lines.has(request),
      ).length,
      twoWriters: this.processes.openedHomes.flatMap(({ region, directory }) =>
        findTwoWriters(readLog(directory).lines).map((what) => `${region}: ${what}`),
      ),
    };
  }

  async stop(): Promise<void> {
    await this.traffic.stop();
  }

  private get teams(): string[] {
    return this.traffic.teams.map(({ name }) => name);
  }

  /** Content, not counts: each row and each line as text, with the home that it stands in. */
  private async read({ region, database, fileSystemId }: RegionData) {
    const connection = this.plane.databases.connectionTo(region, database);
    if (connection === undefined) throw new Error(`Database ${database} in ${region} is down.`);
    const rows = await readRows(connection);
    const homes = homeDirectories(this.settings.teams).flatMap(({ name }) =>
      readLog(this.plane.homes.directoryOf(region, fileSystemId, `/${name}`)).lines.map(
        (line) => [name, line] as const,
      ),
    );
    const idsOf = (builds: readonly BuildLine[]) => new Set(builds.map(({ request }) => request));
    return {
      rows: rows.map((row) => JSON.stringify(row)),
      lines: homes.map((line) => JSON.stringify(line)),
      requests: { rows: idsOf(rows), lines: idsOf(homes.map(([, line]) => line)) },
    };
  }
}

function missing(had: readonly string[], has: readonly string[]): number {
  const kept = new Set(has);
  return had.filter((each) => !kept.has(each)).length;
}

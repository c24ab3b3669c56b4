import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Job, type JobBuild, JobClient } from "../../war/jobClient";
import type { UserTeam } from "../../dataPlane/client/userTraffic";
import type { OpenedHome } from "../../dataPlane/controllers/processControllers";
import type { WarFile } from "../../war/warFile";
import type { Tell } from "../stage";

/** What a real Jenkins made before the loss, and what was there of it after the failover. */
export interface JenkinsMeasured {
  /** E.g. `Hudson 1.395`. */
  readonly product: string;
  readonly teams: readonly JenkinsTeam[];
}

export interface JenkinsTeam {
  readonly team: string;
  readonly job: string;
  /** Builds that were made in the lost region, and copied before it was lost. */
  readonly before: readonly JobBuild[];
  /** Builds that the new region's Jenkins knew when it came; null if it did not know the job. */
  readonly after: readonly JobBuild[] | null;
  /** A build that was asked for in the new region; null if none came of it. */
  readonly next: JobBuild | null;
  /** Why `after` or `next` is null. */
  readonly problem: string | null;
  /** Numbers of the builds in the home of the lost region, at the end. */
  readonly inOldHome: readonly number[];
}

/** What the drill makes in each team's Jenkins. */
const job: Job = { name: "drill", command: 'echo "build $BUILD_NUMBER, process $$"' };

/** Builds of each team before the loss. */
const buildsBefore = 3;

/** Real milliseconds for which a new region's Jenkins may refuse, and between two attempts. */
const patienceMs = 30_000;
const againMs = 500;

/** Lets each team's real Jenkins build, and looks for all of it in the new region. */
export class JenkinsTrial {
  private readonly clients: readonly JobClient[];
  private readonly before = new Map<string, JobBuild[]>();

  constructor(
    private readonly war: WarFile,
    teams: readonly UserTeam[],
    port: number,
  ) {
    this.clients = teams.map((team) => new JobClient(team, job, { port }));
  }

  /** Makes a job and its first builds for each team. @throws Error naming what Jenkins refused */
  async work(tell: Tell): Promise<void> {
    for (const client of this.clients) {
      await client.create();
      const builds: JobBuild[] = [];
      while (builds.length < buildsBefore) builds.push(await client.build());
      this.before.set(client.team.name, builds);
      tell(`${client.team.name}: ${builds.length} builds of ${job.name}`);
    }
  }

  /** Looks at jobs and builds in the new region, and builds on there. */
  async compare(
    homes: readonly OpenedHome[],
    lostRegion: string,
    groupOf: (team: string) => string,
  ): Promise<JenkinsMeasured> {
    const teams: JenkinsTeam[] = [];
    for (const client of this.clients) {
      const { name } = client.team;
      const group = groupOf(name);
      const old = homes.filter(
        (home) => home.region === lostRegion && home.autoScalingGroup === group,
      );
      teams.push({
        team: name,
        job: job.name,
        before: this.before.get(name) ?? [],
        ...(await found(client)),
        inOldHome: old.flatMap(({ directory }) => buildNumbers(directory)),
      });
    }
    return { product: `${this.war.product} ${this.war.version}`, teams };
  }
}

async function found(client: JobClient): Promise<Pick<JenkinsTeam, "after" | "next" | "problem">> {
  let after: JobBuild[] | null = null;
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      after = await client.builds();
      return { after, next: await client.build(), problem: null };
    } catch (error) {
      // A build that was asked for may have begun: asking once more would hide that.
      if (after !== null || Date.now() > end) {
        return { after, next: null, problem: (error as Error).message };
      }
    }
    await sleep(againMs);
  }
}

/** Builds in a home's job: Jenkins names their folders, or links to them, by number. */
function buildNumbers(home: string): number[] {
  const folder = join(home, "jobs", job.name, "builds");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

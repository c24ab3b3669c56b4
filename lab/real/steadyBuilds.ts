import { setTimeout as sleep } from "node:timers/promises";
import { type Job, type JobBuild, JobClient, type JobTeam } from "../../local/war/jobClient";
import { buildStep, readBuildLog } from "../measure/builds";
import { until } from "../waiting";

/** What every real controller of the lab builds. */
export const labJob: Job = { name: "lab", command: buildStep };

/** Limits of the builder, ms: it goes on elsewhere after a fault, instead of waiting for who is gone. */
const limits = { answerMs: 5_000, buildMs: 5_000 } as const;

/** Builds before the fault. */
const first = 2;

/** How long real controllers may take to build on, ms: a busy machine's time, not a target. */
const patience = 120_000;

/** Between a build that failed and the next try, ms. */
const pause = 250;

/** Somebody who lets a team's controller build all the time, by the address that users know. */
export class SteadyBuilds {
  /** What was told to have ended well, in order. */
  readonly made: JobBuild[] = [];
  private isWanted = true;
  private lastTrouble = "";
  private readonly over: Promise<void>;

  private constructor(private readonly client: JobClient) {
    this.over = this.goOn();
  }

  /**
   * Makes the job and its first builds.
   *
   * @param address that users know, port 80
   * @param controllers each of which has a home of its own and needs the job
   */
  static async begin(
    team: JobTeam,
    address: string,
    controllers: readonly { readonly address: string; readonly port: number }[],
  ): Promise<SteadyBuilds> {
    for (const controller of controllers) {
      await new JobClient(team, labJob, controller).create();
    }
    const steady = new SteadyBuilds(new JobClient(team, labJob, { address, port: 80, ...limits }));
    await steady.until("making the first builds", () => steady.made.length >= first);
    return steady;
  }

  /** Waits for a build on a machine, stops, and tells what the controller that serves knows of. */
  async endOn(machine: string): Promise<JobBuild[]> {
    try {
      await this.until(`building on ${machine}`, () =>
        this.made.some(({ console }) => readBuildLog(console)?.machine === machine),
      );
    } finally {
      this.isWanted = false;
      await this.over;
    }
    return await this.client.builds();
  }

  private async until(what: string, isSo: () => boolean): Promise<void> {
    await until(what, patience, isSo, () => this.lastTrouble);
  }

  private async goOn(): Promise<void> {
    while (this.isWanted) {
      try {
        this.made.push(await this.client.build());
      } catch (error) {
        // Expected while nobody serves.
        this.lastTrouble = (error as Error).message;
        await sleep(pause);
      }
    }
  }
}

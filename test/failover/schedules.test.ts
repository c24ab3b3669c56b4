import { expect } from "chai";
import fc from "fast-check";
import type { Action, FailoverRecord, Trigger } from "../../failover/model";
import { run } from "../../failover/run";
import { minutes, samplePlan, SimulatedClock, SimulatedCloud } from "../support/simulatedCloud";

/** Two runs of the real shell over one record, as a random schedule lets them proceed. */
describe("two runs at once, in any order of their calls", () => {
  const quiet = (): undefined => undefined;

  /** A cloud whose calls wait for the scheduler, and which notes every record that was stored. */
  class ScheduledCloud extends SimulatedCloud {
    readonly stored: FailoverRecord[] = [];
    readonly breaches: string[] = [];

    constructor(
      clock: SimulatedClock,
      private readonly scheduler: fc.Scheduler,
    ) {
      super(clock);
    }

    /** Noted and not thrown: the shell takes what a request throws for a refusal. */
    private judge(kind: Action["kind"]): void {
      const { record } = this;
      const old = this.active.groups.reduce((sum, { instances }) => sum + instances, 0);
      if (kind === "promoteReplica" || kind === "freeHome") {
        if (record?.generation !== 2) this.breaches.push(`S1: ${kind} came before the commit.`);
        const fenced =
          record?.steps.fence?.state === "done" ? old === 0 : !this.active.controlPlaneAnswers;
        if (!fenced) this.breaches.push(`S3: ${kind} met a region that was not fenced.`);
      }
      if (kind === "moveTraffic" && (this.replicates || this.homeState !== "writable")) {
        this.breaches.push("S2: users were moved before database and home were ready.");
      }
    }

    override async load(): Promise<FailoverRecord | undefined> {
      await this.scheduler.schedule(Promise.resolve(), "load");
      return super.load();
    }

    override async save(record: FailoverRecord, expected: number | undefined): Promise<boolean> {
      await this.scheduler.schedule(Promise.resolve(), "save");
      const saved = await super.save(record, expected);
      if (saved) this.stored.push(record);
      return saved;
    }

    override async act(action: Action): Promise<void> {
      await this.scheduler.schedule(Promise.resolve(), action.kind);
      this.judge(action.kind);
      return super.act(action);
    }
  }

  const trigger = fc.constantFrom<"schedule" | "alarm" | "person" | "abort">(
    "schedule",
    "alarm",
    "person",
    "abort",
  );

  function triggerOf(kind: "schedule" | "alarm" | "person" | "abort", at: number): Trigger {
    if (kind === "schedule") return { kind };
    if (kind === "alarm") {
      const { alarmName } = samplePlan;
      return { kind, id: `message-${at}`, at, alarmName, newState: "ALARM", authentic: true };
    }
    const command = kind === "abort" ? "abort" : "failover";
    return { kind: "direct", id: `${kind}-${at}`, at, command, force: false, generation: 1 };
  }

  it("keep S1 to S4 and S7, wherever either of them dies", async () => {
    const schedules = fc.record({
      scheduler: fc.scheduler(),
      pairs: fc.array(fc.tuple(trigger, trigger), { minLength: 1, maxLength: 12 }),
      lost: fc.boolean(),
      /** The call at which a run dies. */
      death: fc.integer({ min: 0, max: 120 }),
    });
    await fc.assert(
      fc.asyncProperty(schedules, async ({ scheduler, pairs, lost, death }) => {
        const clock = new SimulatedClock();
        const cloud = new ScheduledCloud(clock, scheduler);
        if (lost) cloud.loseActiveRegion();
        else cloud.active.teamsHealthy = 0;
        let calls = 0;
        cloud.onCall = () => {
          calls += 1;
          if (calls === death) throw new Error("killed");
        };
        const invoke = (kind: Parameters<typeof triggerOf>[0]) => {
          const deadline = clock.now() + minutes(1);
          const settings = { plan: cloud.plan, deadline };
          const running = run(cloud, clock, triggerOf(kind, clock.now()), settings, quiet);
          // A run's death is part of the schedule; a broken rule is not.
          return running.catch((error: unknown) => {
            if (!(error instanceof Error) || error.message !== "killed") throw error;
          });
        };
        for (const [one, other] of pairs) {
          await scheduler.waitFor(Promise.all([invoke(one), invoke(other)]));
          clock.advance(minutes(2));
        }
        // Whatever was, the alarm stands and the schedule goes on: S7.
        cloud.alarm = "OK";
        await scheduler.waitFor(invoke("schedule"));
        cloud.alarm = "ALARM";
        for (let minute = 0; minute < 60 && cloud.record?.phase !== "serving"; minute++) {
          await scheduler.waitFor(invoke("schedule"));
          clock.advance(minutes(1));
        }
        expect(cloud.record).to.include({ phase: "serving", generation: 2 });
        expect(cloud).to.include({ waitingOpen: true, activeClosed: true });
        expect(cloud.breaches).to.deep.equal([]);
        checkHistory(cloud.stored);
      }),
      { numRuns: 40 },
    );
  });

  /** Every version follows from the one before, and after the commit nothing leads back (S4). */
  function checkHistory(stored: readonly FailoverRecord[]): void {
    for (const [index, record] of stored.entries()) {
      expect(record.version).to.equal(index + 1);
      const before = stored[index - 1];
      if (before?.committedAt === undefined) continue;
      expect(record).to.include({ generation: 2, activeRegion: "eu-west-1" });
      if (before.phase === "serving") expect(record.phase).to.equal("serving");
    }
  }
});

import { type FailoverRecord, initialRecord } from "../failover/model";
import type { Environment } from "./environment";
import { judgeWorld, silenceLimit } from "./rules/worldRules";
import { type Decider, deployed } from "./runs/decider";
import { Records } from "./runs/records";
import { Rounds } from "./runs/rounds";
import { act, begin, overtaken, save } from "./runs/runSteps";
import { type Emit, type Run, type State } from "./runs/state";
import { newRegion, now, oldRegion } from "./time";
import { ageWorld, begunToFreeing, obstacleMischief, regionMischief } from "./world/mischief";
import { happenings, type Told } from "./world/settling";
import { plan } from "./world/triggers";
import { goodDay } from "./world/world";
import { isUnderWay, worldForm } from "./worldForm";

/** All that can happen from one state: the function's runs, AWS, time, and the environment. */
export class Model {
  readonly records = new Records();
  readonly rounds: Rounds;
  readonly initial: State;
  private readonly mischief;
  /** Nobody asks what the copies have where nobody can ask for a planned role change. */
  private readonly plans: boolean;

  constructor(
    readonly environment: Environment,
    decider: Decider = deployed,
  ) {
    this.rounds = new Rounds(decider, this.records, environment);
    const record = this.records.numberOf(initialRecord(oldRegion, 1, now));
    this.initial = { world: goodDay, record, runs: [undefined, undefined] };
    this.plans = environment.deliveries.includes(plan);
    const regions = environment.regions.flatMap((each) => regionMischief[each]);
    this.mischief = [...regions, ...obstacleMischief(environment.obstacles)];
  }

  /** What the stored record says to AWS and to controllers. */
  told(state: State): Told {
    const record = this.records.get(state.record);
    const region = record.activeRegion === newRegion ? "new" : "old";
    const asks = this.plans && isUnderWay(record);
    return { region, fenced: asks ? record.steps.fence?.state === "done" : undefined };
  }

  /** Hands every transition from `state` to `take`. */
  successors(state: State, take: Emit): void {
    const emit: Emit = (actor, what, next, breaches) => {
      const writers = judgeWorld(next.world);
      const found = writers.length === 0 ? breaches : [...breaches, ...writers];
      take(actor, what, this.normal(next), found);
    };
    this.runs(state, emit);
    const told = this.told(state);
    for (const { what, apply } of happenings) {
      const world = apply(state.world, told);
      if (world !== undefined) emit("environment", what, { ...state, world }, []);
    }
    for (const { what, apply } of this.mischief) {
      const world = apply(state.world);
      if (world !== undefined) emit("environment", what, { ...state, world }, []);
    }
    emit("environment", "time passes", this.later(state), []);
    if (this.environment.handEdits) this.editByHand(state, emit);
  }

  /** The state without what makes no difference any more; see {@link worldForm}. */
  normal(state: State): State {
    const happened = this.environment.freesAtOnce ? begunToFreeing(state.world) : state.world;
    const world = worldForm(happened, this.records.get(state.record));
    return world === state.world ? state : { ...state, world };
  }

  /** One tick later: no run lives for so long. */
  later(state: State): State {
    return this.normal({
      world: ageWorld(state.world, silenceLimit),
      record: this.records.oneTickLater(state.record),
      runs: [undefined, undefined],
    });
  }

  private runs(state: State, emit: Emit): void {
    const places = this.environment.runs === 2 ? ([0, 1] as const) : ([0] as const);
    let begun = false;
    for (const place of places) {
      const run: Run = state.runs[place];
      if (run === undefined) {
        // Two runs that have not begun are one and the same.
        if (!begun) begin(state, place, this.rounds, emit);
        begun = true;
      } else {
        save(state, place, emit);
        act(state, place, this.records, emit);
      }
    }
  }

  private editByHand(state: State, emit: Emit): void {
    const record = this.records.get(state.record);
    if (record.committedAt !== undefined) return;
    if (record.phase === "standby" || record.phase === "aborted") return;
    const edited: FailoverRecord = { ...record, phase: "aborted", since: now };
    const next = overtaken({ ...state, record: this.records.numberOf(edited) });
    emit("environment", "a person sets the record's phase to aborted", next, []);
  }
}

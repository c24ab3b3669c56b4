import { type Figures, tickSeconds } from "./figures";
import type { Guards, Mischief } from "./guards";
import { LeaseCalm } from "./leaseCalm";
import { LeaseModel } from "./leaseModel";
import { alive, keyOf, type State } from "./state";

/** One step of a trace. */
export interface LeaseStep {
  readonly who: string;
  readonly what: string;
  readonly state: State;
}

/** What one exploration of the lease came to. */
export interface LeaseExploration {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** True when every reachable state was visited. */
  readonly complete: boolean;
  /** Seconds within which somebody serves, from any state, once the environment behaves. */
  readonly bound: number;
  readonly seconds: number;
  /** The shortest way to two writers, or to a state in which nobody ever serves. */
  readonly violation?: { readonly what: string; readonly trace: readonly LeaseStep[] };
}

/**
 * Explores one environment breadth first, to the fixpoint or to the first violation.
 * @param liveness whether to follow each state in calm too. Default: true
 */
export function exploreLease(
  figures: Figures,
  mischief: Mischief,
  guards: Guards,
  liveness = true,
): LeaseExploration {
  const startedAt = performance.now();
  const model = new LeaseModel(figures, mischief, guards);
  const calm = new LeaseCalm(figures, guards, mischief.machines);
  const known = new Map<string, number>([[keyOf(model.initial), 0]]);
  const origins: number[] = [-1];
  let transitions = 0;
  let depth = 0;
  let bound = 0;
  let violation: { what: string; at: number } | undefined;
  let level: readonly State[] = [model.initial];
  while (level.length > 0 && violation === undefined) {
    const next: State[] = [];
    for (const state of level) {
      const at = known.get(keyOf(state)) ?? 0;
      const ticks = liveness ? calm.ticksToServe(state) : 0;
      if (ticks === undefined) violation ??= { what: "Nobody ever serves any more.", at };
      bound = Math.max(bound, ticks ?? 0);
      model.successors(state, (_who, _what, after) => {
        transitions += 1;
        const key = keyOf(after);
        if (known.has(key)) return;
        known.set(key, origins.length);
        origins.push(at);
        next.push(after);
        if (writers(after) > 1)
          violation ??= { what: "Two machines write.", at: origins.length - 1 };
      });
      if (violation !== undefined) break;
    }
    if (next.length > 0) depth += 1;
    level = next;
  }
  return {
    states: origins.length,
    transitions,
    depth,
    complete: violation === undefined,
    bound: bound * tickSeconds,
    seconds: (performance.now() - startedAt) / 1000,
    ...(violation === undefined
      ? {}
      : {
          violation: { what: violation.what, trace: traceTo(model, known, origins, violation.at) },
        }),
  };
}

/** Machines whose Jenkins is alive and could write now; a frozen Jenkins counts, because it may go on. */
function writers({ machines }: State): number {
  return machines.filter((machine) => alive(machine) && !machine.paused).length;
}

/** The search keeps each state's predecessor alone; the way is taken once more from the start. */
function traceTo(
  model: LeaseModel,
  known: ReadonlyMap<string, number>,
  origins: readonly number[],
  end: number,
): LeaseStep[] {
  const wanted: number[] = [];
  for (let index = end; index > 0; index = origins[index] ?? 0) wanted.unshift(index);
  const trace: LeaseStep[] = [];
  let state = model.initial;
  for (const index of wanted) {
    let step: LeaseStep | undefined;
    model.successors(state, (who, what, after) => {
      if (step !== undefined || known.get(keyOf(after)) !== index) return;
      step = { who: who === "time" ? "time" : `machine ${who + 1}`, what, state: after };
    });
    if (step === undefined) throw new Error(`No transition leads to state ${index} of the trace.`);
    trace.push(step);
    ({ state } = step);
  }
  return trace;
}

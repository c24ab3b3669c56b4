import { LeaseModel } from "./leaseModel";
import { withMachine } from "./leaseTable";
import type { Figures } from "./figures";
import type { Guards } from "./guards";
import { keyOf, type Machine, type State } from "./state";

/** Far more ticks than any wait is long: who has not come to an end by then never will. */
const patience = 200;

/**
 * Follows a state when the environment behaves from now on: nothing stands still, every request arrives
 * and is answered. Somebody must then come to serve. Ways meet, so each state is followed one tick.
 */
export class LeaseCalm {
  private readonly ends = new Map<string, number>();
  private readonly model: LeaseModel;

  constructor(figures: Figures, guards: Guards, machines: 2 | 3) {
    const none = { freezes: false, pauses: false, cuts: false, crashes: false, late: false };
    this.model = new LeaseModel(figures, { ...none, machines, drift: false }, guards);
  }

  /** Ticks until a Jenkins runs under a lease; undefined: never. */
  ticksToServe(start: State): number | undefined {
    const way: string[] = [];
    let state = calmed(start);
    let ticks: number | undefined;
    while (way.length < patience) {
      if (serves(state)) {
        ticks = 0;
        break;
      }
      const key = keyOf(state);
      ticks = this.ends.get(key);
      if (ticks !== undefined) break;
      way.push(key);
      state = this.nextTick(state);
    }
    if (ticks === undefined) return undefined;
    for (const key of way.reverse()) this.ends.set(key, (ticks += 1));
    return ticks;
  }

  private nextTick(start: State): State {
    let state = start;
    // Asking, arriving and hearing, or being refused once: nobody asks twice in a tick.
    for (let round = 0; round < 3; round += 1) {
      for (const index of state.machines.keys()) state = this.acted(state, index);
    }
    let later: State | undefined;
    this.model.time(state, (_who, _what, next) => (later ??= next));
    return later ?? state;
  }

  /** The first of what each part of a machine can do. */
  private acted(start: State, index: number): State {
    let state = start;
    const parts: readonly ((machine: Machine, emit: Emit) => void)[] = [
      (machine, emit) => {
        this.model.systemd(machine, emit);
      },
      (machine, emit) => {
        this.model.leaseProcess(state, index, machine, emit);
      },
      (machine, emit) => {
        this.model.network(state, index, machine, emit);
      },
    ];
    for (const part of parts) {
      let next: State | undefined;
      const machine = state.machines[index];
      if (machine === undefined) break;
      part(machine, (_what, change, base = state) => (next ??= withMachine(base, index, change)));
      state = next ?? state;
    }
    return state;
  }
}

type Emit = (what: string, change: Partial<Machine>, base?: State) => void;

function calmed(state: State): State {
  const machines = state.machines.map((each): Machine => ({
    ...each,
    frozen: false,
    paused: false,
    cut: false,
    late: "none",
  }));
  return { ...state, machines };
}

/** Somebody serves, or there is nobody left who could. */
function serves({ machines }: State): boolean {
  if (machines.every(({ phase }) => phase === "gone")) return true;
  return machines.some(
    ({ phase, jenkins, left }) => phase === "holding" && jenkins === "runs" && left > 0,
  );
}

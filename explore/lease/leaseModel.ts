/**
 * The start lease's protocol, step by step as leaseScriptRenderer.ts and the units do it, between
 * machines with clocks of their own. docs/decisions/start-lease.md holds the two side by side.
 */
import type { Figures } from "./figures";
import type { Guards, Mischief } from "./guards";
import { arrive, withMachine } from "./leaseTable";
import { alive, initialState, type Machine, type Request, type State } from "./state";

export type Emit = (who: number | "time", what: string, next: State) => void;

export class LeaseModel {
  readonly initial: State;

  constructor(
    private readonly figures: Figures,
    private readonly mischief: Mischief,
    private readonly guards: Guards,
  ) {
    this.initial = initialState(mischief.machines);
  }

  /** Hands every transition from `state` to `take`. */
  successors(state: State, take: Emit): void {
    for (const [index, machine] of state.machines.entries()) {
      const emit = (what: string, change: Partial<Machine>, base = state): void => {
        take(index, what, withMachine(base, index, change));
      };
      if (!machine.paused) {
        if (!machine.frozen) this.leaseProcess(state, index, machine, emit);
        this.systemd(machine, emit);
      }
      this.network(state, index, machine, emit);
      this.trouble(machine, emit);
    }
    this.time(state, take);
  }

  /** The lease process, while it is able to. */
  leaseProcess(state: State, index: number, machine: Machine, emit: MachineEmit): void {
    const { phase, request } = machine;
    if (request !== "none") {
      this.answers(state, index, machine, emit);
      return;
    }
    if (phase === "asking") this.asks(state, index, machine, emit);
    if (phase === "holding") this.holds(machine, emit);
    if (phase === "leaving" && !alive(machine)) this.givesBack(state, index, machine, emit);
  }

  /** What systemd does without the lease process, whatever that is doing. */
  systemd(machine: Machine, emit: MachineEmit): void {
    const { phase, jenkins, silence } = machine;
    if (phase === "holding" && this.guards.watchdog && silence >= this.figures.watchdog) {
      emit("systemd's watchdog ends its lease process", this.processEnds(machine));
    }
    if (typeof jenkins === "number") {
      emit(jenkins === 0 ? "systemd kills its Jenkins" : "its Jenkins stops", { jenkins: "off" });
    }
  }

  /** One tick for all clocks, unless somebody has to act before. */
  time(state: State, take: Emit): void {
    if (state.machines.some((machine) => this.mustAct(machine))) return;
    take(
      "time",
      "time passes",
      this.later(state, () => 1),
    );
    if (!this.mischief.drift || state.drifted) return;
    for (const index of state.machines.keys()) {
      for (const [pace, what] of [
        [0, "slow"],
        [2, "fast"],
      ] as const) {
        const next = this.later(state, (each) => (each === index ? pace : 1));
        take("time", `time passes, machine ${index + 1}'s clock is ${what}`, {
          ...next,
          drifted: true,
        });
      }
    }
  }

  private asks(state: State, index: number, machine: Machine, emit: MachineEmit): void {
    const waited =
      machine.seen >= this.figures.takeover || (!this.guards.patience && machine.seen >= 0);
    const request = waited ? "takeAbandoned" : "take";
    if (waited && this.guards.fence && state.owner !== index) {
      const fenced = withMachine(state, state.owner, poweredOff);
      emit("asks, after it fenced the owner", { request, requestAge: 0 }, fenced);
      return;
    }
    emit(waited ? "asks for the abandoned lease" : "asks for the lease", {
      request,
      requestAge: 0,
    });
  }

  private holds(machine: Machine, emit: MachineEmit): void {
    if (machine.pause > 0) return;
    if (machine.left <= this.figures.killBefore && this.guards.stopsInTime) {
      emit("finds that its lease ended and kills Jenkins", { phase: "leaving", jenkins: "off" });
    } else {
      emit("asks to renew", { request: "renew", requestAge: 0 });
    }
  }

  private givesBack(state: State, index: number, machine: Machine, emit: MachineEmit): void {
    const gone = { phase: "asking", left: 0, seen: -1 } as const;
    const freed = machine.cut ? undefined : arrive(state, index, "release", this.guards);
    if (freed !== undefined) emit("gives the lease back", gone, freed);
    emit("cannot give the lease back", gone);
    if (this.mischief.late) emit("gives the lease back, some day", { ...gone, late: "release" });
  }

  /** The request under way: its answer, or that there is none in time. */
  private answers(state: State, index: number, machine: Machine, emit: MachineEmit): void {
    const { request, written, cut, requestAge } = machine;
    if (written && !cut) {
      const inTime = requestAge <= this.figures.call || !this.guards.promptAnswers;
      if (inTime) emit("hears that it has the lease", this.renewed(machine));
      else emit("hears too late that it has the lease", done);
    }
    if (!written && !cut && arrive(state, index, request, this.guards) === undefined) {
      const refused = request === "renew" ? { ...killed } : this.looks(state, index, machine);
      emit("is refused", { ...refused, request: "none", requestAge: 0 });
    }
    if (requestAge < this.figures.call) return;
    const given = this.unanswered(machine);
    emit("gives up its request", given);
    if (!written && this.mischief.late) {
      emit("gives up its request, which goes on", { ...given, late: request });
    }
  }

  private looks(state: State, index: number, { seen }: Machine): Partial<Machine> {
    if (state.owner === index) return {};
    return { seen: seen >= 0 && this.guards.steadyWait ? seen : 0 };
  }

  /** ExecStartPre waits until the lease that it sees has time left. */
  private renewed({ requestAge, jenkins }: Machine): Partial<Machine> {
    // Counted from before the request.
    const left = Math.max(0, this.figures.lease - requestAge);
    const may = left > this.figures.stopBefore || !this.guards.checkedStart;
    return {
      ...done,
      phase: "holding",
      left,
      jenkins: jenkins === "off" && may ? "runs" : jenkins,
      pause: this.figures.renew,
      silence: 0,
    };
  }

  private unanswered(machine: Machine): Partial<Machine> {
    if (machine.request !== "renew") return done;
    const tooLate = machine.left <= this.figures.stopBefore && this.guards.stopsInTime;
    if (tooLate) return { ...done, phase: "leaving", jenkins: this.asked(machine) };
    return { ...done, ...(this.guards.honestWatchdog ? {} : { silence: 0 }) };
  }

  /** Arrivals at the table: the machine need not be awake for them. */
  network(state: State, index: number, machine: Machine, emit: MachineEmit): void {
    const { request, written, cut, late } = machine;
    if (request !== "none" && !written && !cut) {
      const after = arrive(state, index, request, this.guards);
      if (after !== undefined)
        emit("reaches the table", { written: true, request: plain(request) }, after);
    }
    if (late === "none") return;
    emit("loses a late request", { late: "none" });
    const after = arrive(state, index, late, this.guards);
    if (after !== undefined)
      emit(`reaches the table late, to ${plain(late)}`, { late: "none" }, after);
  }

  private trouble(machine: Machine, emit: MachineEmit): void {
    const { freezes, pauses, cuts, crashes } = this.mischief;
    const { phase, frozen, paused, cut } = machine;
    // To stand still without a lease and without having asked for one is to ask later.
    const runs = phase === "holding" || machine.request !== "none";
    if (freezes && (frozen || runs) && !paused) {
      emit(frozen ? "its lease process goes on" : "its lease process stands still", {
        frozen: !frozen,
      });
    }
    if (pauses && (paused || runs))
      emit(paused ? "goes on" : "stands still whole", { paused: !paused });
    if (cuts) emit(cut ? "reaches the table again" : "is cut off from the table", { cut: !cut });
    if (!crashes || paused) return;
    if (runs) emit("its lease process dies", this.processEnds(machine));
    if (phase !== "gone") emit("loses its power", poweredOff);
  }

  /** BindsTo and ExecStopPost: no lease process, no Jenkins, and then no lease. */
  private processEnds(machine: Machine): Partial<Machine> {
    const { phase, request, written } = machine;
    const late = this.mischief.late && !written && request !== "none" ? { late: request } : {};
    const next = phase === "holding" ? "leaving" : "asking";
    return {
      ...done,
      ...late,
      phase: next,
      seen: -1,
      frozen: false,
      silence: 0,
      jenkins: this.asked(machine),
    };
  }

  /** Jenkins is asked to stop. */
  private asked({ jenkins }: Machine): Machine["jenkins"] {
    return jenkins === "runs" ? this.figures.jenkinsStop : jenkins;
  }

  private mustAct({
    paused,
    frozen,
    phase,
    request,
    requestAge,
    pause,
    silence,
    jenkins,
  }: Machine): boolean {
    if (paused) return false;
    const { figures, guards } = this;
    if (jenkins === 0) return true;
    if (phase === "holding" && guards.watchdog && silence >= figures.watchdog) return true;
    if (frozen) return false;
    return request === "none" ? phase === "holding" && pause === 0 : requestAge >= figures.call;
  }

  private later(state: State, ticksOf: (index: number) => number): State {
    const machines = state.machines.map((machine, index) => {
      const ticks = ticksOf(index);
      return ticks === 0 ? machine : this.aged(machine, ticks);
    });
    return { ...state, machines };
  }

  private aged(machine: Machine, ticks: number): Machine {
    const { figures } = this;
    const { phase, jenkins, seen, request, paused } = machine;
    const down = (value: number): number => Math.max(0, value - ticks);
    const up = (value: number, limit: number): number => Math.min(limit, value + ticks);
    return {
      ...machine,
      left: down(machine.left),
      pause: phase === "holding" ? down(machine.pause) : 0,
      requestAge: request === "none" ? 0 : up(machine.requestAge, figures.lease),
      silence: phase === "holding" ? up(machine.silence, figures.watchdog) : 0,
      jenkins: typeof jenkins === "number" && !paused ? down(jenkins) : jenkins,
      seen: seen < 0 ? seen : up(seen, figures.takeover),
    };
  }
}

type MachineEmit = (what: string, change: Partial<Machine>, base?: State) => void;

const done = { request: "none", requestAge: 0, written: false } as const;
const killed = { phase: "leaving", jenkins: "off" } as const;
const poweredOff: Partial<Machine> = {
  ...done,
  phase: "gone",
  left: 0,
  pause: 0,
  silence: 0,
  jenkins: "off",
  seen: -1,
  frozen: false,
  paused: false,
};

function plain(request: Request): Request {
  return request === "takeAbandoned" ? "take" : request;
}

import type { Guards } from "./guards";
import type { Machine, Request, State } from "./state";

/** The state with one machine changed. */
export function withMachine(state: State, index: number, change: Partial<Machine>): State {
  const machines = state.machines.map((each, at) => (at === index ? { ...each, ...change } : each));
  return { ...state, machines };
}

/**
 * A request of machine `index` arrives at the table. The script's two conditions: who may take
 * (free, own, abandoned), and that only the session which holds the lease renews it or gives it back.
 *
 * @returns the state after it, or undefined when the condition does not hold
 */
export function arrive(
  state: State,
  index: number,
  request: Request,
  guards: Guards,
): State | undefined {
  const { owner, free } = state;
  const own = owner === index;
  switch (request) {
    case "take":
    case "takeAbandoned": {
      const may = owner === -1 || own || free || request === "takeAbandoned";
      if (guards.condition && !may) return undefined;
      return written({ ...state, owner: index, free: false }, true, guards);
    }
    case "renew":
      return own ? written({ ...state, free: false }, false, guards) : undefined;
    case "release":
      return own ? written({ ...state, free: true }, false, guards) : undefined;
    case "none":
      return undefined;
    default:
      return request satisfies never;
  }
}

/**
 * The count is another one: nobody has seen it yet, and whoever counted on the old one is refused. A
 * new session besides makes all renewals and releases on their way those of an old one.
 */
function written(state: State, newSession: boolean, guards: Guards): State {
  const machines = state.machines.map((each) => {
    const late = newSession && guards.sessions ? current(each.late) : each.late;
    return { ...each, seen: -1, request: counted(each.request), late: counted(late) };
  });
  return { ...state, drifted: false, machines };
}

function counted(request: Request): Request {
  return request === "takeAbandoned" ? "take" : request;
}

function current(late: Request): Request {
  return late === "renew" || late === "release" ? "none" : late;
}

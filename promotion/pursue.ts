import type { SeenReplica } from "./model";
import { observeReplicas } from "./observe";
import type { Ports, Progress, ReplicaServer } from "./ports";
import {
  type Action,
  decide,
  defaultPatience,
  type Goal,
  type Memory,
  type Patience,
  remember,
  rememberActions,
} from "./replicaPlan";

/** Milliseconds between two looks at the replicas. */
const lookEvery = 500;

/** A goal cannot be reached; with the reason of each replica that is to blame. */
export class GoalMissed extends Error {
  constructor(readonly because: readonly string[]) {
    super(because.join("; "));
    this.name = "GoalMissed";
  }
}

/**
 * Brings the replicas to a goal: looks, decides, acts, until it is reached. It believes nothing of what
 * it did, only what the servers say; so it may be interrupted anywhere and begun anew.
 *
 * @returns the replicas as they were seen at the goal
 * @throws GoalMissed; the signal's reason when it aborts.
 */
export async function pursue(
  goal: Goal,
  { replicas, clock, progress }: Pick<Ports, "replicas" | "clock" | "progress">,
  signal: AbortSignal,
  patience: Patience = defaultPatience,
): Promise<readonly SeenReplica[]> {
  let memory: Memory = {};
  const refusals: Refusals = new Map();
  for (;;) {
    signal.throwIfAborted();
    const seen = await observeReplicas({ replicas });
    memory = remember(memory, seen, clock.now());
    const decision = decide(goal, seen, memory, clock.now(), patience);
    switch (decision.kind) {
      case "reached":
        return seen;
      case "failed":
        throw new GoalMissed(decision.because);
      case "wait":
        progress(decision.says);
        await clock.sleep(lookEvery, signal);
        break;
      case "act": {
        signal.throwIfAborted();
        const taken = await act(decision.actions, replicas, refusals, progress);
        memory = rememberActions(memory, taken, clock.now());
        const given = [...refusals.values()].filter(({ times }) => times >= mostRefusals);
        if (given.length > 0) throw new GoalMissed(given.map(({ says }) => says));
        // A server that refused may be on its way back.
        if (refusals.size > 0) await clock.sleep(lookEvery, signal);
        break;
      }
      default:
        decision satisfies never;
    }
  }
}

/** What replicas said to requests that they did not take, in a row. */
type Refusals = Map<string, { readonly times: number; readonly says: string }>;

/** A lost connection is worth another try, a missing right is not. */
const mostRefusals = 3;

/** @returns the actions that were taken */
async function act(
  actions: readonly Action[],
  replicas: readonly ReplicaServer[],
  refusals: Refusals,
  progress: Progress,
): Promise<Action[]> {
  progress(actions.map(({ kind, replica }) => `${replica}: ${words[kind]}`).join("; "));
  const taken: Action[] = [];
  await Promise.all(
    actions.map(async (action) => {
      const { kind, replica } = action;
      try {
        const server = replicas.find(({ identifier }) => identifier === replica);
        if (kind === "startUntil") await server?.startUntil(action.point);
        else await server?.[kind]();
        refusals.delete(replica);
        taken.push(action);
      } catch (error) {
        const says = `${replica} did not ${words[kind]}: ${(error as Error).message}`;
        refusals.set(replica, { times: (refusals.get(replica)?.times ?? 0) + 1, says });
      }
    }),
  );
  return taken;
}

const words: Readonly<Record<Action["kind"], string>> = {
  start: "start replication",
  startUntil: "replicate up to the common point",
  stop: "stop replication",
};

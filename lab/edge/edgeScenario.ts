import type { PairProfile } from "../../components/pair/proxyTiming";
import type { RoundResult } from "../result";
import type { Round, Scenario, Targets, WatchTime } from "../scenario";
import { EdgeRig } from "./edgeRig";

/** A scenario of two machines with HAProxy and Keepalived. */
export interface EdgeScenario {
  readonly name: string;
  readonly title: string;
  readonly quick?: boolean;
  readonly rounds?: number;
  /** Default: {@link usualWatch}. */
  readonly watch?: Partial<Record<PairProfile, WatchTime>>;
  readonly targets: Targets;
  /** Teams that it takes away for good. */
  readonly lost?: readonly string[];
  /** Brings the pair, which is healthy, into the state that the event meets. */
  readonly before?: (rig: EdgeRig) => Promise<void>;
  readonly inject: (rig: EdgeRig, round: Round) => Promise<void>;
  readonly isOver?: (rig: EdgeRig) => boolean;
  readonly check?: (rig: EdgeRig, result: RoundResult) => Promise<string[]> | string[];
}

/** A request that hangs fails after 3 s. The reference's slowest cure takes half a minute. */
const usualWatch: Readonly<Record<PairProfile, WatchTime>> = {
  reference: { atLeast: 5, atMost: 45 },
  fast: { atLeast: 4.5, atMost: 20 },
};

export function edgeScenario(given: EdgeScenario): Scenario {
  const { before, inject, isOver, check, watch = {}, ...described } = given;
  return {
    quick: false,
    lost: [],
    ...described,
    watch: { ...usualWatch, ...watch },
    prepare: async (profile, number) => {
      const rig = await EdgeRig.start(profile, number);
      await rig.closeUnless(before?.(rig));
      return {
        rig,
        inject: (round) => inject(rig, round),
        ...(isOver === undefined ? {} : { isOver: () => isOver(rig) }),
        ...(check === undefined ? {} : { check: (result) => check(rig, result) }),
      };
    },
  };
}

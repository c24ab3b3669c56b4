import type { PairProfile } from "../../components/pair/proxyTiming";
import type { RoundResult } from "../result";
import type { Round, Scenario, Targets, WatchTime } from "../scenario";
import { ClusterRig } from "./clusterRig";

/** A scenario of two machines with Corosync and Pacemaker. */
export interface ClusterScenario {
  readonly name: string;
  readonly title: string;
  readonly rounds?: number;
  /** Default: {@link usualWatch}. */
  readonly watch?: Partial<Record<PairProfile, WatchTime>>;
  readonly targets: Targets;
  /** What happens before the round's time begins. */
  readonly before?: (rig: ClusterRig) => Promise<void>;
  readonly inject: (rig: ClusterRig, round: Round) => Promise<void>;
  readonly isOver?: (rig: ClusterRig) => boolean;
  readonly check?: (rig: ClusterRig, result: RoundResult) => Promise<string[]> | string[];
}

/** The reference takes ten to twenty seconds; a machine that is busy takes twice as long. */
const usualWatch: Readonly<Record<PairProfile, WatchTime>> = {
  reference: { atLeast: 5, atMost: 60 },
  fast: { atLeast: 5, atMost: 40 },
};

export function clusterScenario(given: ClusterScenario): Scenario {
  const { before, inject, isOver, check, watch = {}, ...described } = given;
  return {
    quick: false,
    lost: [],
    ...described,
    watch: { ...usualWatch, ...watch },
    prepare: async (profile, number) => {
      const rig = await ClusterRig.start(profile, number);
      try {
        await before?.(rig);
      } catch (error) {
        await rig.close();
        throw error;
      }
      return {
        rig,
        inject: (round) => inject(rig, round),
        ...(isOver === undefined ? {} : { isOver: () => isOver(rig) }),
        ...(check === undefined ? {} : { check: (result) => check(rig, result) }),
      };
    },
  };
}

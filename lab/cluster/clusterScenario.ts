import type { PairProfile } from "../../components/pair/proxyTiming";
import type { RoundResult } from "../result";
import type { Round, Scenario, Targets, WatchTime } from "../scenario";
import type { LabWar } from "../controllers/realController";
import { ClusterRig } from "./clusterRig";

/** A scenario of two machines with Corosync and Pacemaker. */
export interface ClusterScenario {
  readonly name: string;
  readonly title: string;
  readonly rounds?: number;
  /** Default: {@link usualWatch}. */
  readonly watch?: Partial<Record<PairProfile, WatchTime>>;
  readonly targets: Targets;
  /** Of the controller. Default: the stand-in. */
  readonly war?: LabWar;
  /** One of `--quick`. Default: false. */
  readonly quick?: boolean;
  /** Profile `fast` alone, and one round, however many are asked for. Default: false. */
  readonly once?: boolean;
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
  const { before, inject, isOver, check, war, watch = {}, ...described } = given;
  return {
    quick: false,
    once: false,
    lost: [],
    ...described,
    watch: { ...usualWatch, ...watch },
    prepare: async (profile, number) => {
      const rig = await ClusterRig.start(profile, number, war);
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

import type { Scenario } from "../scenario";
import { clusterScenario } from "./clusterScenario";

export const clusterFaults: readonly Scenario[] = [
  clusterScenario({
    name: "pacemaker-power-off",
    title: "Pacemaker: the active machine loses its power",
    targets: { outage: 4_500, moves: 1 },
    inject: async (rig, { note }) => {
      note("m1 loses its power");
      await rig.powerOff("m1");
    },
    isOver: (rig) => rig.holder() === "m2",
  }),
];

import { clusterFaults } from "./cluster/clusterFaults";
import { basicFaults } from "./edge/basicFaults";
import type { Scenario } from "./scenario";

/** Every scenario of the lab, in the order in which they are run and reported. */
export const scenarios: readonly Scenario[] = [...basicFaults, ...clusterFaults];

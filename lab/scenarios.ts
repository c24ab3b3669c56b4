import { clusterFaults } from "./cluster/clusterFaults";
import { basicFaults } from "./edge/basicFaults";
import { guideTestScript } from "./edge/guideTestScript";
import { machineEvents } from "./edge/machineEvents";
import { teamEvents } from "./edge/teamEvents";
import type { Scenario } from "./scenario";

/** Every scenario of the lab, in the order in which they are run and reported. */
export const scenarios: readonly Scenario[] = [
  ...basicFaults,
  guideTestScript,
  ...machineEvents,
  ...teamEvents,
  ...clusterFaults,
];

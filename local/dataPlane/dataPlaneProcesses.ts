import type { LocalBehaviours } from "../localBehaviours";
import { ProcessControllers, type OpenedHome } from "./controllers/processControllers";
import type { DataPlane } from "./dataPlane";
import { UserEdge } from "./edge/userEdge";

/** The processes that use databases and homes, and the edge that users reach them by. */
export class DataPlaneProcesses {
  readonly controllers: ProcessControllers;
  readonly edge: UserEdge;

  constructor(dataPlane: DataPlane, behaviours: LocalBehaviours) {
    this.controllers = new ProcessControllers(dataPlane, dataPlane.jenkins?.start);
    this.edge = new UserEdge(behaviours);
  }

  /** Homes that controllers have opened so far. */
  get openedHomes(): readonly OpenedHome[] {
    return this.controllers.openedHomes;
  }
}

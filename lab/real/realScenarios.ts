import { join } from "node:path";
import { takenOver } from "../cluster/clusterFaults";
import type { ClusterRig } from "../cluster/clusterRig";
import { clusterScenario } from "../cluster/clusterScenario";
import { team as clusterTeam } from "../cluster/clusterSettings";
import type { LabWar } from "../controllers/realController";
import type { EdgeRig } from "../edge/edgeRig";
import { edgeScenario } from "../edge/edgeScenario";
import { machineNames } from "../edge/edgeSettings";
import { lostBuilds, readBuilds } from "../measure/builds";
import type { Scenario } from "../scenario";
import { labJob, SteadyBuilds } from "./steadyBuilds";

/**
 * What real controllers of a war go through, once each: they build all the time, and their homes show
 * afterwards whether anything was lost and who wrote.
 */
export function realScenarios(war: LabWar): Scenario[] {
  const product = `${war.war.product} ${war.war.version}`;
  return [controllerDies(war, product), machineLost(war, product)];
}

/** One of four teams has real controllers on both machines, each with a home of its own. */
function controllerDies(war: LabWar, product: string): Scenario {
  const team = "ba";
  const builds = new WeakMap<EdgeRig, SteadyBuilds>();
  return edgeScenario({
    name: "real-controller-dies",
    title: `${product}: a team's controller dies`,
    quick: true,
    once: true,
    real: { team, war },
    targets: { failed: 0, outage: 0, moves: 0 },
    before: async (rig) => {
      builds.set(rig, await rig.letBuild(team));
      await rig.isServing();
    },
    inject: async (rig, { note }) => {
      note(`${team}'s controller on m1 is killed`);
      await rig.signalController("m1", team, "SIGKILL");
    },
    check: async (rig) => {
      await builds.get(rig)?.endOn("m2");
      return machineNames.flatMap((name) =>
        readBuilds(join(rig.homes, team, name, "jobs", labJob.name, "builds"))
          .filter(({ machine }) => machine !== name)
          .map(({ number, machine }) => `build ${number} of ${machine} is in the home of ${name}`),
      );
    },
  });
}

/** Both machines have one home, and the standby's controller boots only after the fence. */
function machineLost(war: LabWar, product: string): Scenario {
  const builds = new WeakMap<ClusterRig, SteadyBuilds>();
  return clusterScenario({
    name: "real-controller-pacemaker",
    title: `${product}, Pacemaker: the active machine loses its power`,
    quick: true,
    once: true,
    war,
    // The controller's own boot is most of the outage.
    watch: { fast: { atLeast: 5, atMost: 150 } },
    targets: { moves: 1 },
    before: async (rig) => {
      const { name, host } = clusterTeam;
      const users = { address: rig.address, port: clusterTeam.webPort };
      builds.set(rig, await SteadyBuilds.begin({ name, host }, rig.address, [users]));
      await rig.isSteady();
    },
    inject: async (rig, { note }) => {
      note("m1 loses its power");
      await rig.powerOff("m1");
    },
    isOver: takenOver.isOver,
    check: async (rig, result) => {
      const steady = builds.get(rig);
      const known = (await steady?.endOn("m2")) ?? [];
      return [
        ...takenOver.check(rig, result),
        ...lostBuilds(steady?.made ?? [], known).map((build) => `m2 does not know ${build}`),
      ];
    },
  });
}

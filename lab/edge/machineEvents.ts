import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario } from "../scenario";
import { type EdgeRig } from "./edgeRig";
import { edgeScenario } from "./edgeScenario";
import { machineNames, teams } from "./edgeSettings";

/** How long a controller loads after its machine has booted, ms: short for a Jenkins. */
const load = 3_000;

/** What happens to whole machines, and to their configuration. */
export const machineEvents: readonly Scenario[] = [
  edgeScenario({
    name: "machine-powered-off",
    title: "the machine loses its power",
    rounds: 5,
    targets: { outage: 700, moves: 1, ratio: 10 },
    inject: async (rig, { note }) => {
      note("m1 is without power");
      await rig.powerOff("m1");
    },
  }),
  edgeScenario({
    name: "machine-returns",
    title: "the machine comes back",
    before: async (rig) => {
      await rig.powerOff("m1");
      await rig.isHeldBy("m2");
      await rig.isServing();
    },
    watch: { reference: { atLeast: 5, atMost: 60 }, fast: { atLeast: 5, atMost: 60 } },
    targets: { outage: 200, moves: 1 },
    inject: async (rig, { note }) => {
      note("m1 boots");
      await boot(rig, "m1");
      note("m1 has booted; its controllers load");
    },
    isOver: (rig) => rig.holder() === "m1" && servedByFirst(rig),
    check: (rig) => (servedByFirst(rig) ? [] : ["m1 does not serve again what it served before"]),
  }),
  edgeScenario({
    name: "both-restart",
    title: "both machines restart at once",
    watch: { reference: { atLeast: 5, atMost: 60 }, fast: { atLeast: 5, atMost: 60 } },
    targets: {},
    inject: async (rig, { note }) => {
      note("both are without power");
      await Promise.all(machineNames.map((name) => rig.powerOff(name)));
      note("both boot");
      await Promise.all(machineNames.map((name) => boot(rig, name)));
    },
    isOver: (rig) => rig.holder() !== undefined,
  }),
  edgeScenario({
    name: "rolling-reload",
    title: "HAProxy reloads on both, three times",
    targets: { failed: 0, outage: 0, moves: 0 },
    inject: async (rig, { note }) => {
      for (let time = 1; time <= 3; time++) {
        for (const name of ["m2", "m1"] as const) {
          note(`${name} reloads`);
          await rig.reloadProxy(name);
          await sleep(1_000);
        }
      }
    },
  }),
];

/** Whether the newest answers to teams with one controller at a time are the preferred machine's. */
function servedByFirst({ users }: EdgeRig): boolean {
  return teams
    .filter(({ strategy }) => strategy !== "active-active")
    .every(({ name }) => {
      const answered = users.samples.filter(({ team, servedBy }) => team === name && servedBy);
      return answered.at(-1)?.servedBy === `${name}-m1`;
    });
}

async function boot(rig: EdgeRig, name: (typeof machineNames)[number]): Promise<void> {
  await rig.powerOn(name, load);
  await rig.startKeepalived(name);
}

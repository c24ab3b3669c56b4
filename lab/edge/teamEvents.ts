import type { Scenario } from "../scenario";
import { until } from "../waiting";
import { type EdgeRig } from "./edgeRig";
import { edgeScenario } from "./edgeScenario";
import { addedTeam, machineNames, teams } from "./edgeSettings";

/** How long a new team may take until both HAProxys send users to it, ms. */
const patience = 30_000;

/** A request without a controller to go to has an answer within this time, ms. */
const atOnce = 100;

/** How long HAProxy may look for one of a team's controllers while it does not know yet, ms. */
const searching = 2_500;

/** What happens to teams as a whole. */
export const teamEvents: readonly Scenario[] = [
  edgeScenario({
    name: "team-added",
    title: "a team is added while users work",
    targets: { failed: 0, outage: 0, moves: 0 },
    inject: async (rig, { note }) => {
      note(`${addedTeam.name} gets its controllers`);
      await rig.configure([...teams, addedTeam]);
      for (const name of machineNames) rig.startController(name, addedTeam);
      for (const name of ["m2", "m1"] as const) {
        await rig.reloadProxy(name);
        await until(`checking ${addedTeam.name} on ${name}`, patience, () => isServed(rig, name));
      }
      note(`${addedTeam.name}'s users come`);
      rig.addUsers(addedTeam);
    },
    check: (_, { teams: all }) => {
      const added = all.find(({ team }) => team === addedTeam.name);
      return added === undefined || added.servedAfter.length === 0
        ? [`nobody of ${addedTeam.name} was served`]
        : [];
    },
  }),
  edgeScenario({
    name: "team-lost",
    title: "all controllers of a team are down",
    lost: ["ba"],
    // Its users are never served again: they are watched for a fixed time.
    watch: { reference: { atLeast: 10, atMost: 10 }, fast: { atLeast: 10, atMost: 10 } },
    targets: { failed: 0, outage: 0, moves: 0 },
    inject: async (rig, { note }) => {
      note("ba's controllers are killed on both machines");
      await Promise.all(machineNames.map((name) => rig.signalController(name, "ba", "SIGKILL")));
    },
    check: (rig, { profile, watched }) => (profile === "fast" ? unlikePage(rig, watched) : []),
  }),
];

async function isServed(rig: EdgeRig, name: (typeof machineNames)[number]): Promise<boolean> {
  const states = await rig.states(name);
  const added = states.filter(({ team }) => team === addedTeam.name);
  return added.length === machineNames.length && added.every(({ up, checked }) => up && checked);
}

/** Requests of the lost team that were not answered by the page that says so, at once. */
function unlikePage(rig: EdgeRig, watched: number): string[] {
  const lost = rig.users.samples.filter(({ team, failure }) => team === "ba" && failure);
  const last = Math.max(...lost.map(({ begun }) => begun));
  const otherwise = lost.filter(({ failure, took }) => failure !== "503" || took > searching);
  const late = lost.filter(({ begun, took }) => begun > last - watched / 2 && took > atOnce);
  return [
    ...(lost.length === 0 ? ["nobody of ba was told that its controllers are down"] : []),
    ...(otherwise.length === 0
      ? []
      : [
          `${otherwise.length} requests did not get the page of status 503 within ${searching} ms: ${JSON.stringify(otherwise[0])}`,
        ]),
    ...(late.length <= lost.length / 50
      ? []
      : [`${late.length} requests waited longer than ${atOnce} ms for the page`]),
  ];
}

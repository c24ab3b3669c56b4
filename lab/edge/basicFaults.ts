import type { Round, Scenario } from "../scenario";
import type { EdgeRig } from "./edgeRig";
import { edgeScenario } from "./edgeScenario";

/**
 * The seven faults of `--quick`. All of them hit m1, which holds the address and serves the
 * active-passive teams. Figures of `targets`: what was found with these daemons on an idle machine with
 * two cores, where the published timing took 6 to 29 s.
 */
export const basicFaults: readonly Scenario[] = [
  edgeScenario({
    name: "controller-stops",
    title: "a team's controller dies",
    quick: true,
    targets: { failed: 0, moves: 0, ratio: 10 },
    inject: (rig, round) => killControllers(rig, round, ["ba"]),
  }),
  edgeScenario({
    name: "haproxy-killed",
    title: "HAProxy dies and stays away",
    quick: true,
    // A request that its last 15 ms meet fails, as nobody can answer it: a matter of chance.
    rounds: 9,
    targets: { failed: 0, moves: 1, ratio: 10 },
    inject: async (rig, { note }) => {
      note("HAProxy of m1 is killed");
      // As with a configuration that it does not start with.
      await rig.machine("m1").run("touch /run/units/haproxy.masked");
      await rig.signalProxy("m1", "SIGKILL");
    },
  }),
  edgeScenario({
    name: "link-down",
    title: "the machine's link is cut",
    quick: true,
    targets: { outage: 700, moves: 1, ratio: 10 },
    inject: async (rig, { note }) => {
      note("the link of m1 is cut");
      await rig.machine("m1").cutLink();
    },
  }),
  edgeScenario({
    name: "two-of-four-die",
    title: "two of four teams die",
    quick: true,
    targets: { failed: 0, moves: 0, ratio: 10 },
    inject: (rig, round) => killControllers(rig, round, ["ba", "ma"]),
  }),
  edgeScenario({
    name: "three-of-four-die",
    title: "three of four teams die",
    quick: true,
    targets: { failed: 0, moves: 1, ratio: 10 },
    inject: (rig, round) => killControllers(rig, round, ["ba", "ma", "tw"]),
    // The address follows when its users have long been served.
    isOver: (rig) => rig.holder() === "m2",
  }),
  edgeScenario({
    name: "controller-hangs",
    title: "a controller hangs",
    quick: true,
    targets: { failed: 0, moves: 0, ratio: 10 },
    inject: async (rig, { note }) => {
      note("ba's controller on m1 accepts and answers no more");
      await rig.signalController("m1", "ba", "SIGSTOP");
    },
  }),
  edgeScenario({
    name: "haproxy-frozen",
    title: "HAProxy freezes",
    quick: true,
    // The published pid check never notices; that is seen after half a minute.
    watch: { reference: { atLeast: 5, atMost: 30 } },
    targets: { outage: 2_500, moves: 1, ratio: 10 },
    inject: async (rig, { note }) => {
      note("HAProxy of m1 is frozen");
      await rig.signalProxy("m1", "SIGSTOP");
    },
  }),
];

async function killControllers(
  rig: EdgeRig,
  { note }: Round,
  teams: readonly string[],
): Promise<void> {
  note(`killed on m1: ${teams.join(", ")}`);
  await Promise.all(teams.map((team) => rig.signalController("m1", team, "SIGKILL")));
}

import { setTimeout as sleep } from "node:timers/promises";
import { clusterResources } from "../../components/pair/pacemakerRenderer";
import type { RoundResult } from "../result";
import type { Round, Scenario } from "../scenario";
import { until } from "../waiting";
import type { ClusterRig } from "./clusterRig";
import { outcomeProblems, type Outcome, unconfirmedMoves } from "./clusterRules";
import { clusterScenario } from "./clusterScenario";

/** Failover with a confirmed fence, ms. */
const failover = 4_500;

/** The other machine serves, and nothing did before the one that had the home was fenced. */
const takenOver = {
  isOver: (rig: ClusterRig) => rig.holder() === "m2",
  check: (rig: ClusterRig, result: RoundResult) => [
    ...checkOutcome(rig, result, { serves: "m2", fenced: ["m1"] }),
    ...unconfirmedMoves("m1", rig.addressMoves, rig.fence.shots),
  ],
};

/** How long a fence device that refuses, or a machine that came back, is watched, ms. */
const watched = 6_000;

/**
 * How long a slow fence device takes, ms. Twice for a failover: Pacemaker makes of a reboot by more than
 * one device an off and an on, and waits for both.
 */
const slowFence = 6_000;

/** What a fence device that refuses says. */
const refusal = "permission denied: the board's password was changed";

/**
 * Faults of a pair under Pacemaker. m1, which is preferred, has the home and serves; every fault but the
 * last two hits one of the machines at a random moment.
 */
export const clusterFaults: readonly Scenario[] = [
  clusterScenario({
    name: "pacemaker-frozen",
    title: "Pacemaker: the active machine freezes",
    rounds: 5,
    targets: { outage: failover, moves: 1 },
    inject: freezeActive,
    ...takenOver,
  }),
  clusterScenario({
    name: "pacemaker-power-off",
    title: "Pacemaker: the active machine loses its power",
    rounds: 5,
    targets: { outage: failover, moves: 1 },
    inject: async (rig, { note }) => {
      note("m1 loses its power");
      await rig.powerOff("m1");
    },
    ...takenOver,
  }),
  clusterScenario({
    name: "pacemaker-active-cut-off",
    title: "Pacemaker: partition, the active machine does not see the gateway",
    rounds: 10,
    targets: { outage: failover, moves: 1 },
    inject: async (rig, { note }) => {
      note("the link of m1 is cut");
      await rig.machine("m1").cutLink();
    },
    ...takenOver,
  }),
  clusterScenario({
    name: "pacemaker-standby-cut-off",
    title: "Pacemaker: partition, the standby does not see the gateway",
    rounds: 10,
    targets: { failed: 0, moves: 0 },
    inject: async (rig, { note }) => {
      note("the link of m2 is cut");
      await rig.machine("m2").cutLink();
    },
    ...standbyFenced(),
  }),
  clusterScenario({
    name: "pacemaker-peers-apart",
    title: "Pacemaker: partition, both see the gateway",
    targets: { failed: 0, moves: 0 },
    inject: async (rig, { note }) => {
      note("m1 and m2 do not see each other");
      await rig.partPeers();
    },
    ...standbyFenced(),
  }),
  clusterScenario({
    name: "pacemaker-fence-refuses",
    title: "Pacemaker: the fence device refuses",
    targets: { moves: 1 },
    inject: async (rig, round) => {
      rig.fence.mode = { kind: "refuses", reason: refusal };
      await freezeActive(rig, round);
      await until("refusing a fence", 30_000, () => rig.fence.shotsAt("refused").length > 0);
      await sleep(watched);
      if (rig.holder() !== "m1")
        throw new Error("m2 took the address from a machine that may write");
      const said = [...(await rig.state("m2")).fencingFailures, rig.log("m2")].join("\n");
      if (!said.includes(refusal)) throw new Error(`m2's Pacemaker does not say "${refusal}"`);
      round.note("the fence device does its work again");
      rig.fence.mode = { kind: "works" };
    },
    ...takenOver,
  }),
  clusterScenario({
    name: "pacemaker-fence-slow",
    title: `Pacemaker: the fence device takes ${slowFence / 1_000} s`,
    targets: { outage: failover + 2 * slowFence, moves: 1 },
    inject: async (rig, round) => {
      rig.fence.mode = { kind: "slow", delay: slowFence };
      await freezeActive(rig, round);
    },
    ...takenOver,
  }),
  clusterScenario({
    name: "pacemaker-jenkins-killed",
    title: "Pacemaker: Jenkins alone is killed",
    targets: { moves: 0 },
    inject: async (rig, { note }) => {
      note("Jenkins on m1 is killed");
      await rig.machine("m1").run("kill -KILL $(</run/units/jenkins.pid)");
    },
    check: (rig, result) => checkOutcome(rig, result, { serves: "m1", fenced: [] }),
  }),
  clusterScenario({
    name: "pacemaker-standby-dies",
    title: "Pacemaker: the standby loses its power",
    targets: { failed: 0, moves: 0 },
    inject: async (rig, { note }) => {
      note("m2 loses its power");
      await rig.powerOff("m2");
    },
    ...standbyFenced(),
  }),
  clusterScenario({
    name: "pacemaker-failback",
    title: "Pacemaker: back to the preferred machine when asked",
    targets: { moves: 1 },
    before: async (rig) => {
      await rig.powerOff("m1");
      await rig.serves("m2");
      await rig.powerOn("m1");
      await rig.isMember("m1");
      await sleep(watched);
      if (rig.holder() !== "m2") throw new Error("m1 took the address without being asked");
      await rig.isSteady();
    },
    inject: async (rig, { note }) => {
      note("a person moves Jenkins to m1");
      const resource = clusterResources.group;
      await rig.machine("m2").run(`crm_resource --move --resource ${resource} --node m1`);
    },
    isOver: (rig) => rig.holder() === "m1",
    check: (rig, result) => checkOutcome(rig, result, { serves: "m1", fenced: ["m1"] }),
  }),
];

async function freezeActive(rig: ClusterRig, { note }: Round): Promise<void> {
  note("m1 freezes");
  await rig.freeze("m1");
}

/** The standby is shot, and users notice nothing. */
function standbyFenced() {
  return {
    isOver: (rig: ClusterRig) => rig.fence.shotsAt("done").length > 0,
    check: (rig: ClusterRig, result: RoundResult) =>
      checkOutcome(rig, result, { serves: "m1", fenced: ["m2"] }),
  };
}

function checkOutcome(rig: ClusterRig, result: RoundResult, outcome: Outcome): string[] {
  return outcomeProblems(outcome, result, rig.fence.shots);
}

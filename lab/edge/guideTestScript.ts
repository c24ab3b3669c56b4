import { expectEqual, expectStep } from "../assertions";
import { movesAfter } from "../measure/addressMoves";
import { monotonic } from "../monotonic";
import type { Round, Scenario } from "../scenario";
import { until } from "../waiting";
import type { EdgeRig } from "./edgeRig";
import { edgeScenario } from "./edgeScenario";

/** The published guide waits half a minute for its failover. */
const patience = 30_000;

/** The teams of which one machine serves at a time. */
const others = ["devops", "ma"] as const;

/** The published guide's own test, step by step, as assertions. */
export const guideTestScript: Scenario = edgeScenario({
  name: "guide-test-script",
  title: "the guide's six-step test",
  targets: { failed: 0, outage: 0, moves: 0 },
  inject: async (rig, round) => {
    const begun = monotonic();
    await allHealthy(rig, round);
    round.note("2: ba's controller on m1 is stopped");
    await rig.signalController("m1", "ba", "SIGTERM");
    round.note("3: ba is waited for on m2");
    await until(
      "serving ba from m2",
      patience,
      async () => (await serverOf(rig, "ba")) === "ba-m2",
    );
    round.note("4: the others are still on m1");
    for (const team of others) {
      expectEqual(`step 4, who serves ${team}`, await serverOf(rig, team), `${team}-m1`);
    }
    await backendStatus(rig, round);
    round.note("6: the address has not moved");
    expectEqual("step 6, moves of the address", movesAfter(rig.addressMoves, begun).length, 0);
  },
});

async function allHealthy(rig: EdgeRig, { note }: Round): Promise<void> {
  note("1: all are healthy, by host and by path");
  for (const { team, machine, up } of await rig.states("m1")) {
    expectStep(`step 1: ${team} on ${machine} is down`, up);
  }
  for (const team of [...others, "ba"]) {
    expectEqual(`step 1, who serves ${team}`, await serverOf(rig, team), `${team}-m1`);
  }
}

async function backendStatus(rig: EdgeRig, { note }: Round): Promise<void> {
  note("5: HAProxy says the same");
  await until("saying that ba is down on m1 alone", patience, async () => {
    const down = (await rig.states("m1")).filter(({ up }) => !up);
    return down.length === 1 && down[0]?.team === "ba" && down[0].machine === "m1";
  });
}

/** Who answers a team's request by path, as the guide's script asks; undefined: nobody. */
async function serverOf(rig: EdgeRig, team: string): Promise<string | undefined> {
  // That nobody answers is one of the outcomes.
  const answer = await fetch(`http://${rig.address}/${team}/login`).catch(() => undefined);
  return answer?.ok === true ? (answer.headers.get("x-served-by") ?? undefined) : undefined;
}

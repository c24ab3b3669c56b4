import { expect } from "chai";
import { outcomeProblems, unconfirmedMoves } from "../../../lab/cluster/clusterRules";
import { readClusterState } from "../../../lab/cluster/clusterState";
import { byInitScript } from "../../../lab/cluster/installedFiles";
import type { FenceShot } from "../../../lab/cluster/fenceDevice";
import type { TeamResult } from "../../../lab/result";

const shot = (target: string, at: number, outcome: FenceShot["outcome"] = "done"): FenceShot => ({
  at,
  target,
  action: "off",
  by: "m2",
  outcome,
});

const served = (...servedAfter: string[]): { teams: TeamResult[] } => ({
  teams: [
    {
      team: "ma",
      longest: 0,
      ended: true,
      failed: 0,
      slowest: 1,
      servedBefore: ["ma-m1"],
      servedAfter,
      streams: { websocket: 0, agent: 0 },
      strip: [],
    },
  ],
});

describe("the rules of the lab's clusters", () => {
  it("finds no fault when the demanded machine serves and the demanded one is off", () => {
    const outcome = { serves: "m2", fenced: ["m1"] } as const;
    const shots = [shot("m1", 1, "refused"), shot("m1", 2)];
    expect(outcomeProblems(outcome, served("ma-m1", "ma-m2"), shots)).to.deep.equal([]);
  });

  it("names the wrong survivor, and everybody who was shot", () => {
    const outcome = { serves: "m1", fenced: [] } as const;
    expect(outcomeProblems(outcome, served("ma-m2"), [shot("m1", 2)])).to.deep.equal([
      "fenced: m1, not nobody",
      "ma-m2 serves in the end, not m1",
    ]);
    expect(
      outcomeProblems({ serves: "m2", fenced: ["m1"] }, served("ma-m2"), [
        shot("m1", 1),
        shot("m2", 2),
      ]),
    ).to.deep.equal(["fenced: m1, m2, not m1"]);
  });

  it("takes no refused or later shot for a confirmed one", () => {
    const taken = [
      { at: 0, machine: "m1", change: "gained" },
      { at: 10, machine: "m2", change: "gained" },
    ] as const;
    expect(unconfirmedMoves("m1", taken, [shot("m1", 9)])).to.deep.equal([]);
    for (const shots of [[], [shot("m1", 9, "refused")], [shot("m1", 11)], [shot("m2", 9)]]) {
      expect(unconfirmedMoves("m1", taken, shots)).to.deep.equal([
        "m2 took the address before m1 was fenced",
      ]);
    }
  });

  it("reads members, resources and refused fences from what Pacemaker says", () => {
    const xml = `<pacemaker-result><summary><current_dc present="true" name="m2"/></summary>
<nodes>
  <node name="m1" id="1" online="false" standby="false" unclean="true"/>
  <node name="m2" id="2" online="true" standby="false"/>
</nodes>
<resources>
  <resource id="fence-m2" resource_agent="stonith:fence_lab" role="Stopped" active="false"/>
  <group id="jenkins" number_resources="3">
    <resource id="jenkins-home" resource_agent="ocf:heartbeat:Filesystem" role="Started" active="true">
      <node name="m2" id="2" cached="true"/>
    </resource>
  </group>
</resources>
<fence_history>
  <fence_event action="off" target="m1" client="c" origin="m2" status="failed" exit-reason="no permission"/>
  <fence_event action="off" target="m1" client="c" origin="m2" status="success"/>
</fence_history></pacemaker-result>`;
    expect(readClusterState(xml)).to.deep.equal({
      online: ["m2"],
      started: { "jenkins-home": "m2" },
      fencingFailures: ["off of m1 failed: no permission"],
    });
    expect(readClusterState("")).to.deep.equal({ online: [], started: {}, fencingFailures: [] });
  });

  it("replaces Jenkins's unit by its init script, and nothing else", () => {
    const unit = '<primitive id="jenkins-controller" class="systemd" type="jenkins">';
    expect(byInitScript(`<a/>${unit}<b/>`)).to.equal(
      '<a/><primitive id="jenkins-controller" class="lsb" type="jenkins"><b/>',
    );
    expect(() => byInitScript("<a/>")).to.throw("no systemd:jenkins");
  });
});

import { expect } from "chai";
import { criticalPath } from "../../../local/drill/criticalPath";
import { countCalls, momentsOf, timelineOf } from "../../../local/drill/timeline";
import { recordVersions } from "../../../local/drill/trace";
import { call, goodTrace, healthy, limits, lost, traceOf } from "./trace";

describe("the drill's figures", () => {
  const trace = traceOf(goodTrace());
  const versions = recordVersions(trace);

  it("draw detection and each step with how it stood when the failover went on", () => {
    const steps = timelineOf(trace, versions, new Set(["fence"]));
    const read = steps.map(({ name, start, end, outcome }) => [name, start, end, outcome]);
    expect(read.slice(0, 4)).to.deep.equal([
      ["detection", 0, 60_000, "done"],
      ["confirm", 60_000, 120_000, "done"],
      ["fence", 120_000, 420_000, "unconfirmed"],
      ["database", 420_000, 700_000, "done"],
    ]);
    expect(steps.find(({ name }) => name === "fence")?.onCriticalPath).to.equal(true);
    expect(steps.find(({ name }) => name === "home")?.onCriticalPath).to.equal(false);
    expect(steps.find(({ name }) => name === "database")?.waitedFor).to.equal("the promotion");
  });

  it("show a step that never ended as missed, until the drill stopped looking", () => {
    const cut = versions.slice(0, 3);
    const database = timelineOf(trace, cut, new Set()).find(({ name }) => name === "database");
    expect(database).to.include({ outcome: "missed", end: 900_000 });
  });

  it("have no timeline without a record", () => {
    expect(timelineOf(trace, [], new Set())).to.deep.equal([]);
    expect(criticalPath(trace, limits, [])).to.deep.equal([]);
  });

  it("take the longest chain of waits, the slowest of several alike", () => {
    const parts = criticalPath(trace, limits, versions);
    expect(parts.map(({ milliseconds }) => milliseconds)).to.deep.equal([60_000, 300_000, 340_000]);
    expect(parts[2]?.steps).to.deep.equal(["home", "controllers"]);
  });

  it("count the controllers up to the health check of the last team that was needed", () => {
    const two = { ...limits, teamTargetGroups: ["jenkins-ma", "jenkins-ba", "jenkins-tw"] };
    const late = [
      healthy(780_000, "jenkins-ba"),
      healthy(850_000, "jenkins-tw"),
      healthy(730_000, "jenkins-tw", lost),
    ];
    const part = (requiredTeams: number) =>
      criticalPath(traceOf(goodTrace(), [], late), { ...two, requiredTeams }, versions)[2];
    expect([1, 2, 3].map((count) => part(count)?.milliseconds)).to.deep.equal([
      340_000, 360_000, 430_000,
    ]);
    expect(part(4)?.milliseconds).to.equal(300_000);
  });

  it("blame the database where its promotion takes longest", () => {
    const slow = { name: "rdsPromotionModifying", key: "b", value: 600_000 } as const;
    const parts = criticalPath(
      { ...trace, latencies: [...trace.latencies, slow] },
      limits,
      versions,
    );
    expect(parts[2]).to.deep.include({ milliseconds: 790_000, steps: ["database"] });
  });

  it("tell moments in their order, each announcement once", () => {
    const moments = momentsOf(trace, versions);
    expect(moments[0]).to.include({ kind: "fault", text: `${lost} is lost` });
    const phases = moments.filter(({ kind }) => kind === "phase").map(({ text }) => text);
    expect(phases[0]).to.equal("standby → confirming, generation 1");
    expect(moments.filter(({ kind }) => kind === "announcement")).to.have.length(1);
    expect(moments.map(({ at }) => at)).to.deep.equal(
      moments.map(({ at }) => at).sort((a, b) => a - b),
    );
  });

  it("count calls after the loss by their end: every 2xx is carried out", () => {
    const parts = { service: "sns", action: "Publish" } as const;
    const extra = [
      call({ ...parts, at: 1, status: 204 }),
      call({ ...parts, at: 2, status: 0 }),
      call({ ...parts, at: -1 }),
      call({ ...parts, at: 3, caller: "someone" }),
    ];
    const counts = countCalls(traceOf(goodTrace(), extra), "failover");
    const published = counts.find(({ service }) => service === "sns");
    expect(published).to.include({ count: 2, refused: 1 });
  });
});

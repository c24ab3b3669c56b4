import { expect } from "chai";
import type { HistoryEntry } from "../../../failover/model";
import {
  endsWhereItBegan,
  formerDataKept,
  letsGoOf,
  nothingReplaced,
  pairsFollow,
  plannedLosesNothing,
  refused,
} from "../../../local/drill/cycle/cycleChecks";
import { nothingLost, oneWriter } from "../../../local/drill/cycle/dataChecks";
import type { Operation, OperationKind } from "../../../local/engine/engine";

const operation = (op: OperationKind, type: string, name: string): Operation => ({
  op,
  type,
  name,
  urn: `urn:${name}`,
  protect: false,
  diff: [],
});
const database = "aws:rds/instance:Instance";

describe("the promises of a cycle", () => {
  it("find a database that the active side would replace or delete", () => {
    const harmless = [
      operation("update", database, "database-g1"),
      operation("delete", "aws:lambda/function:Function", "pilot-light-failover"),
    ];
    expect(nothingReplaced("t", harmless)).to.include({ held: true });
    for (const op of ["replace", "delete"] as const) {
      const found = nothingReplaced("t", [...harmless, operation(op, database, "database-g1")]);
      expect(found).to.include({ held: false });
      expect(found.evidence).to.include(`${op} ${database} database-g1`);
    }
  });

  it("find a pair's machine that runs where the region waits, or stands still where it serves", () => {
    const at = (region: string, state: string, launch: string) => ({
      id: `i-${region}`,
      region,
      state,
      launch,
    });
    const serving = at("a", "running", "allowed");
    const waiting = at("b", "stopped", "suspended");
    const judged = (...machines: (typeof serving)[]) => pairsFollow("t", "a", machines);
    expect(judged(serving, serving, waiting, waiting)).to.include({ held: true });
    for (const wrong of [
      at("b", "running", "suspended"),
      at("b", "stopped", "allowed"),
      at("a", "stopped", "allowed"),
      at("a", "running", "suspended"),
    ]) {
      const found = judged(serving, serving, waiting, wrong);
      expect(found).to.include({ held: false });
      expect(found.evidence).to.include(`i-${wrong.region} in ${wrong.region}: ${wrong.state}`);
    }
    expect(judged(), "nothing seen").to.include({ held: false });
    expect(judged(serving, serving, waiting), "one is missing").to.include({ held: false });
  });

  it("let the former side let go of what was agreed, no more and no less", () => {
    const gone = [operation("delete", database, "database-g1")];
    expect(letsGoOf("t", gone, ["urn:database-g1"])).to.include({ held: true });
    expect(letsGoOf("t", gone, []).evidence).to.include("Unexpected: delete");
    expect(letsGoOf("t", [], ["urn:database-g1"]).evidence).to.include("kept: urn:database-g1");
    const key = operation("replace", "aws:kms/key:Key", "keys-eu");
    expect(letsGoOf("t", [...gone, key], ["urn:database-g1"])).to.include({ held: false });
  });

  it("look for the former data in AWS", () => {
    expect(formerDataKept("t", [{ what: "database a", exists: true }])).to.include({ held: true });
    const lost = formerDataKept("t", [{ what: "database a", exists: false }]);
    expect(lost).to.include({ held: false, evidence: "Gone: database a." });
  });

  it("want a refusal that names the command, and no run", () => {
    const refusal = "The configuration disagrees; nothing was changed.\n\n  npm run adopt";
    const seen = refused("t", "dr", ["Registering", refusal]);
    expect(seen).to.include({ held: true });
    expect(seen.evidence).to.equal("The configuration disagrees; nothing was changed.");
    expect(refused("t", "dr", [])).to.include({ held: false, evidence: "It ran." });
    expect(refused("t", "dr", ["No credentials"])).to.include({ held: false });
  });

  it("accept no lag and no missing fence in a planned role change", () => {
    const entry: HistoryEntry = {
      outcome: "serving",
      generation: 3,
      trigger: { kind: "direct", id: "1", at: 0, human: true, force: false, planned: true },
      startedAt: 0,
      endedAt: 1,
      lag: { database: 0, home: 0 },
      fenced: true,
    };
    expect(plannedLosesNothing("t", entry)).to.include({ held: true });
    for (const worse of [
      undefined,
      { ...entry, fenced: false },
      { ...entry, lag: { database: 0, home: 1 } },
      { ...entry, lag: { home: 0 } },
      { ...entry, outcome: "aborted" as const },
    ]) {
      expect(plannedLosesNothing("t", worse)).to.include({ held: false });
    }
  });

  it("compare what was kept by content, and accept no comparison of nothing", () => {
    const kept = {
      rows: 9,
      missingRows: 0,
      lines: 9,
      missingLines: 0,
      acknowledged: 9,
      missingAcknowledged: 0,
      twoWriters: [],
    };
    expect(nothingLost("t", kept)).to.include({ held: true });
    for (const key of ["missingRows", "missingLines", "missingAcknowledged"]) {
      expect(nothingLost("t", { ...kept, [key]: 1 })).to.include({ held: false });
    }
    for (const key of ["rows", "lines", "acknowledged"]) {
      expect(nothingLost("t", { ...kept, [key]: 0 }), `no ${key}`).to.include({ held: false });
    }
    expect(oneWriter("t", kept)).to.include({ held: true });
    const two = oneWriter("t", { ...kept, twoWriters: ["build 7 by a comes after build 8 by b"] });
    expect(two).to.include({ held: false });
    expect(two.evidence).to.include("build 7 by a");
  });

  it("end where they began, two generations later, standing by", () => {
    const began = { activeRegion: "eu-central-1", generation: 1 };
    const ended = { activeRegion: "eu-central-1", generation: 3, phase: "standby" };
    expect(endsWhereItBegan("t", began, ended)).to.include({ held: true });
    for (const other of [{ generation: 2 }, { activeRegion: "eu-west-1" }, { phase: "serving" }]) {
      expect(endsWhereItBegan("t", began, { ...ended, ...other })).to.include({ held: false });
    }
  });
});

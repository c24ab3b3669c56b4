import { expect } from "chai";
import { crashCases } from "../../../local/matrix/cases/crashCases";
import {
  deniedFromTheStart,
  faultCases,
  faultPromises,
} from "../../../local/matrix/cases/faultCases";
import { serviceFaults } from "../../../local/matrix/cases/serviceFaults";
import { services } from "../../../local/matrix/cases/services";
import { worldCases } from "../../../local/matrix/cases/worldCases";
import { wordsOf } from "../../../local/matrix/outcome";

const calls = [
  { service: "dynamodb", action: "GetItem", region: "eu-west-1" },
  { service: "rds", action: "PromoteReadReplica", region: "eu-west-1" },
];
const all = [...crashCases(calls), ...faultCases(), ...worldCases()];

describe("the tables of the failure matrix", () => {
  it("name each case once and promise something for it", () => {
    const names = all.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { promise } of all) expect(wordsOf(promise)).not.to.equal("");
  });

  it("kill the process on both sides of every call, reading and writing", () => {
    expect(crashCases(calls).map(({ name }) => name)).to.deep.equal([
      "crash before call 1: dynamodb GetItem eu-west-1",
      "crash after call 1: dynamodb GetItem eu-west-1",
      "crash before call 2: rds PromoteReadReplica eu-west-1",
      "crash after call 2: rds PromoteReadReplica eu-west-1",
    ]);
  });

  it("leave the continuation to the schedule alone", () => {
    for (const { world } of crashCases(calls)) expect(world?.alarmPublishes).to.equal(false);
  });

  it("state every fault of every service, and each denial also from the start", () => {
    expect(Object.keys(faultPromises)).to.have.members(Object.keys(services));
    for (const promises of Object.values(faultPromises)) {
      expect(Object.keys(promises)).to.have.members(Object.keys(serviceFaults));
    }
    expect(Object.keys(deniedFromTheStart)).to.have.members(Object.keys(services));
    const names = faultCases().map(({ name }) => name);
    for (const { label } of Object.values(services)) {
      for (const { says } of Object.values(serviceFaults)) {
        expect(names).to.include(`fault: ${label} ${says}`);
      }
      expect(names).to.include(`fault from the start: ${label} denies access`);
    }
  });

  it("say for everything that blocks which step it is and what a person can do", () => {
    for (const { name, promise } of all) {
      if (promise.kind !== "blocked") continue;
      expect(promise.reason, name).not.to.equal("");
      expect(promise.remedy, name).not.to.equal("");
    }
  });

  it("go on unfenced only where the old region's control plane does not answer", () => {
    const unfenced = all.filter(({ promise }) => "unfenced" in promise && promise.unfenced);
    expect(unfenced.map(({ name }) => name)).to.have.members([
      "fault: Auto Scaling of the old region answers 500 for 2.5 min",
      "fault: Auto Scaling of the old region is dead for 5 min",
      "world: primary dead before detection",
      "world: primary dies when the fence goes up",
      "world: partitioned, and a person moves it nevertheless",
    ]);
  });
});

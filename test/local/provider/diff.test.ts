import { expect } from "chai";
import { unknownValue } from "../../../local/provider/wire";
import { checkOf, lifecycleOf, requestOf, secret } from "./support";

describe("Diff of the local provider", () => {
  const queue = lifecycleOf("aws:sqs/queue:Queue");
  const diff = (before: object, after: object) =>
    queue.diff(requestOf({ oldInputs: { ...before }, inputs: { ...after } }));

  it("finds nothing where nothing changed", () => {
    const { inputs } = queue.check(checkOf({ name: "letters" }));
    expect(diff(inputs, { ...inputs }).changes).to.deep.equal([]);
  });

  it("updates what AWS changes in place", () => {
    const { changes } = diff({ delaySeconds: 0 }, { delaySeconds: 5 });
    expect(changes).to.deep.equal([{ property: "delaySeconds", kind: "update", replaces: false }]);
  });

  it("replaces for what AWS does not change", () => {
    const { changes } = diff({ name: "a" }, { name: "b" });
    expect(changes).to.deep.equal([{ property: "name", kind: "update", replaces: true }]);
  });

  it("replaces for another region", () => {
    expect(diff({ region: "a" }, { region: "b" }).changes[0]?.replaces).to.equal(true);
  });

  it("tells added and deleted inputs apart", () => {
    const { changes } = diff({ policy: "{}" }, { kmsMasterKeyId: "k" });
    expect(changes.map(({ property, kind }) => [property, kind])).to.deep.equal([
      ["policy", "delete"],
      ["kmsMasterKeyId", "add"],
    ]);
  });

  it("takes an unknown value for a changed one", () => {
    expect(diff({ name: "a" }, { name: unknownValue }).changes[0]?.replaces).to.equal(true);
  });

  it("compares policies as JSON", () => {
    const before = { policy: '{"Version":"1","Statement":[]}' };
    expect(diff(before, { policy: '{ "Statement": [], "Version": "1" }' }).changes).to.be.empty;
    expect(diff(before, { policy: '{"Version":"2","Statement":[]}' }).changes).to.have.length(1);
  });

  it("compares what is in the envelope of a secret", () => {
    expect(diff({ policy: secret("{}") }, { policy: "{}" }).changes).to.be.empty;
    expect(diff({ policy: secret("{}") }, { policy: secret("[]") }).changes).to.have.length(1);
  });

  it("deletes before it replaces if both would have the same given name", () => {
    const named = { name: "letters", fifoQueue: false };
    const given = diff(named, { ...named, fifoQueue: true });
    expect(given.deleteBeforeReplace).to.equal(true);
    const generated = { ...named, __defaults: ["name"] };
    const made = diff(generated, { ...generated, fifoQueue: true });
    expect(made.deleteBeforeReplace).to.equal(false);
    expect(diff(named, { ...named, name: "other" }).deleteBeforeReplace).to.equal(false);
  });
});

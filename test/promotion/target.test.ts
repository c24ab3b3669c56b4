import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readTarget, TargetError } from "../../promotion/target";
import { sampleTarget } from "./fakeEnvironment";

const refusal = (given: unknown): readonly string[] => {
  try {
    readTarget("the test", given);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(TargetError);
    return (error as TargetError).problems;
  }
};

describe("a promotion's target", () => {
  it("takes the example", () => {
    const file = join(__dirname, "../../examples/promotion.yaml");
    expect(refusal(parse(readFileSync(file, "utf8")))).to.deep.equal([]);
  });

  it("tells everything that is wrong at once", () => {
    const problems = refusal({
      ...sampleTarget,
      region: "Frankfurt",
      source: { address: "10.0.0.1", port: 0 },
      password: "x",
      files: { ...sampleTarget.files, target: "prod", staticFiles: ["../wp-config.php", "a*"] },
    });
    for (const part of ["region", "source.address", "source.port", "password", "files.target"])
      expect(problems.join("\n")).to.include(part);
    expect(problems.filter((text) => text.startsWith("files.staticFiles"))).to.have.length(2);
  });

  it("refuses dev and prod in one place", () => {
    const { files, replicas, source } = sampleTarget;
    expect(refusal({ ...sampleTarget, files: { ...files, target: files.source } })[0]).to.include(
      "dev and prod need a folder each",
    );
    const upper = { ...source, identifier: "web-1", address: source.address.toUpperCase() };
    expect(refusal({ ...sampleTarget, replicas: [upper, replicas[1]] })[0]).to.include(
      "so is source, dev's database",
    );
    expect(refusal({ ...sampleTarget, replicas: [replicas[0], replicas[0]] })).to.have.length(2);
  });
});

import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { jenkinsSoftware } from "../../../components/jenkins/imageSoftwareRenderer";
import { parse } from "yaml";
import {
  contentVersion,
  renderImageComponent,
} from "../../../components/image/imageComponentRenderer";
import { renderSoftwareInstallation } from "../../../components/jenkins/softwareRenderer";

interface Document {
  schemaVersion: number;
  phases: {
    name: string;
    steps: {
      name: string;
      action: string;
      onFailure: string;
      timeoutSeconds: number;
      inputs?: { commands: string[] };
    }[];
  }[];
}

const version = "2.555.3";
const rendered = parse(renderImageComponent(jenkinsSoftware(version))) as Document;
const scripts = rendered.phases.flatMap(({ steps }) =>
  steps.flatMap(({ inputs }) => inputs?.commands ?? []),
);

describe("image component", () => {
  it("builds, then checks on the builder and on a machine started from the image", () => {
    expect(rendered.schemaVersion).to.equal(1);
    expect(rendered.phases.map(({ name }) => name)).to.deep.equal(["build", "validate", "test"]);
    for (const { steps } of rendered.phases) {
      for (const step of steps) expect(step.onFailure, step.name).to.equal("Abort");
    }
  });

  it("carries the very script that a plain machine runs at boot", () => {
    expect(scripts).to.include(`${renderSoftwareInstallation(version).trimEnd()}\n`);
  });

  it("checks Java 21, the plugins, the mount helper, and that Jenkins waits for its lease", () => {
    const check = rendered.phases[1]?.steps[0]?.inputs?.commands[0] ?? "";
    for (const part of [
      "Java 21",
      "plugins",
      "mount.efs",
      "amazon-ssm-agent",
      "without its lease",
    ]) {
      expect(check).to.contain(part);
    }
    expect(rendered.phases[2]?.steps[0]?.inputs?.commands[0]).to.equal(check);
  });

  it("is bash throughout", () => {
    for (const script of scripts) {
      execFileSync("bash", ["-n"], { input: script });
    }
  });

  it("fits into what Image Builder takes inline", () => {
    expect(renderImageComponent(jenkinsSoftware(version)).length).to.be.below(16_000);
  });

  it("has one version for one content, within Image Builder's numbers", () => {
    expect(contentVersion("a", "b")).to.equal(contentVersion("a", "b"));
    expect(contentVersion("a", "b")).not.to.equal(contentVersion("ab"));
    for (const content of ["", "a", "b", renderImageComponent(jenkinsSoftware(version))]) {
      const patch = Number(/^1\.0\.(\d+)$/.exec(contentVersion(content))?.[1]);
      expect(patch).to.be.within(0, 2 ** 30 - 1);
    }
  });
});

import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackSettings } from "../../commands/stackSettings";

describe("settings without Pulumi", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stack-settings-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const project = `
name: jenkins-pilot-light
config:
  domain: { value: jenkins.example.com }
  hostedZoneId: { default: Z0123456789EXAMPLE }
  alerts: { value: { emails: [platform@example.com] } }
  regions: { value: { primary: eu-central-1, dr: eu-west-1 } }
  prefix: ci
  teams: { value: [{ name: ma }] }
`;
  function read(stack: string, given = project) {
    writeFileSync(join(folder, "Pulumi.yaml"), given);
    writeFileSync(join(folder, "Pulumi.dr.yaml"), stack);
    return readStackSettings(folder, "dr");
  }

  it("are the project's below the stack's, checked as pulumi up would", () => {
    const settings = read(`
config:
  aws:profile: production
  jenkins-pilot-light:generation: 3
  jenkins-pilot-light:prefix: build
`);
    expect(settings).to.include({ region: "eu-west-1", prefix: "build", generation: 3 });
  });

  it("know of secrets without their values", () => {
    const settings = read(`
config:
  jenkins-pilot-light:secrets:
    githubToken: { secure: AAABADQ= }
`);
    expect(settings.secretNames).to.deep.equal(["githubToken"]);
  });

  it("say all that is wrong, and which file is missing or broken", () => {
    expect(() => read("config: { jenkins-pilot-light:generation: zero }")).to.throw(/generation/);
    expect(() => read("config: [")).to.throw(/Pulumi\.dr\.yaml is not valid YAML/);
    expect(() => readStackSettings(folder, "d")).to.throw(/Pulumi\.d\.yaml cannot be read/);
  });
});

import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Adoption } from "../../commands/adoptionPlan";
import { type AdoptionOutcome, adoptStacks } from "../../commands/adoptStacks";
import { withConfig } from "../../commands/stackFile";
import { readStackSettings } from "../../commands/stackSettings";
import { type FailoverRecord, initialRecord } from "../../failover/model";

const stacks = { primary: "primary", dr: "dr" };
const project = `
name: jenkins-pilot-light
config:
  domain: { value: jenkins.example.com }
  hostedZoneId: { value: Z0123456789EXAMPLE }
  alerts: { value: { emails: [platform@example.com] } }
  regions: { value: { primary: eu-central-1, dr: eu-west-1 } }
  teams: { value: [{ name: ma }] }
`;
const drFile = `# The pilot light.
config:
  # Once.
  jenkins-pilot-light:failover: true
  jenkins-pilot-light:secrets:
    githubToken: { secure: AAABADQ= }
encryptionsalt: v1:abc=
`;

const served: FailoverRecord = {
  ...initialRecord("eu-west-1", 2, 0),
  phase: "serving",
  homeFileSystemId: "fs-0123456789abcdef0",
  steps: { fence: { state: "done" } },
};
const failedBack: FailoverRecord = {
  ...initialRecord("eu-central-1", 3, 0),
  phase: "serving",
  homeFileSystemId: "fs-0fedcba9876543210",
  steps: { fence: { state: "done" } },
};

describe("npm run adopt", () => {
  let folder: string;
  const records = new Map<string, FailoverRecord | Error>();
  beforeEach(() => {
    records.clear();
    folder = mkdtempSync(join(tmpdir(), "adopt-"));
    writeFileSync(join(folder, "Pulumi.yaml"), project);
    writeFileSync(join(folder, "Pulumi.primary.yaml"), "# The first.\nconfig: {}\n");
    writeFileSync(join(folder, "Pulumi.dr.yaml"), drFile);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const adopt = (dryRun = false): Promise<AdoptionOutcome> =>
    adoptStacks(
      folder,
      stacks,
      {
        readRecord: (region) => {
          const record = records.get(region);
          return record instanceof Error ? Promise.reject(record) : Promise.resolve(record);
        },
      },
      dryRun,
    );
  const text = (stack: string): string =>
    readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8");
  const adopted = async (): Promise<Adoption> => {
    const { verdict } = await adopt();
    if (verdict.kind !== "adopt") throw new Error(verdict.because);
    return verdict;
  };

  it("makes both stacks follow the record, and leaves the rest of their files alone", async () => {
    records.set("eu-west-1", served);
    const { order } = await adopted();
    expect(order, "the active side first").to.deep.equal(["dr", "primary"]);
    const [primary, dr] = (["primary", "dr"] as const).map((name) =>
      readStackSettings(folder, name),
    );
    expect(primary).to.include({ activeRegion: "eu-west-1", generation: 2 });
    expect(primary).not.to.have.property("homeFileSystemId");
    expect(dr).to.include({
      activeRegion: "eu-west-1",
      generation: 2,
      homeFileSystemId: served.homeFileSystemId,
      failover: false,
    });
    expect(text("primary")).to.include("# The first.");
    for (const kept of ["# The pilot light.", "secure: AAABADQ=", "encryptionsalt: v1:abc="]) {
      expect(text("dr")).to.include(kept);
    }
    expect(readdirSync(folder)).to.have.length(3);
  });

  it("names what the former active stack lets go of, by the names in its state", async () => {
    records.set("eu-west-1", served);
    const { letGo } = await adopted();
    const of = "urn:pulumi:primary::jenkins-pilot-light::jenkins-pilot-light";
    expect(letGo?.urns).to.deep.equal([
      `${of}:data:ReplicatedDatabase$aws:rds/instance:Instance::database-g1`,
      `${of}:home:SharedHome$aws:efs/fileSystem:FileSystem::home-file-system`,
    ]);
    expect(letGo?.kept[0]).to.equal("database jenkins-g1 in eu-central-1");
  });

  it("adopts the way back too, from the other region's record", async () => {
    records.set("eu-west-1", served);
    await adopted();
    records.set("eu-central-1", failedBack);
    const { order, letGo } = await adopted();
    expect(order).to.deep.equal(["primary", "dr"]);
    expect(readStackSettings(folder, "primary")).to.include({
      activeRegion: "eu-central-1",
      generation: 3,
      homeFileSystemId: failedBack.homeFileSystemId,
    });
    expect(readStackSettings(folder, "dr")).not.to.have.property("homeFileSystemId");
    // The dr stack never had a file system of its own in its state.
    expect(letGo?.urns).to.deep.equal([
      "urn:pulumi:dr::jenkins-pilot-light::jenkins-pilot-light:data:ReplicatedDatabase$aws:rds/instance:Instance::database-g1",
    ]);
  });

  it("does nothing twice, nor before any failover", async () => {
    records.set("eu-west-1", initialRecord("eu-central-1", 1, 0));
    expect((await adopt()).verdict.kind).to.equal("agrees");
    records.set("eu-west-1", served);
    await adopted();
    const before = [text("primary"), text("dr")];
    expect((await adopt()).verdict.kind).to.equal("agrees");
    expect([text("primary"), text("dr")]).to.deep.equal(before);
    records.clear();
    expect((await adopt()).verdict).to.deep.include({ kind: "notYet" });
  });

  it("mends what was half set by hand", async () => {
    const halfway = "config:\n  activeRegion: eu-west-1\n  jenkins-pilot-light:generation: 2\n";
    writeFileSync(join(folder, "Pulumi.dr.yaml"), halfway);
    expect(() => readStackSettings(folder, "dr")).to.throw(/homeFileSystemId/);
    records.set("eu-west-1", served);
    await adopted();
    expect(readStackSettings(folder, "dr").homeFileSystemId).to.equal(served.homeFileSystemId);
  });

  for (const phase of ["confirming", "recovering", "blocked"] as const) {
    it(`waits in phase ${phase}, and touches nothing`, async () => {
      records.set("eu-west-1", { ...served, phase });
      const { verdict, files } = await adopt();
      expect(verdict).to.deep.include({ kind: "notYet" });
      expect(files).to.deep.equal([]);
      expect(text("dr")).to.equal(drFile);
    });
  }

  it("waits for the fence, which the function that it removes still has to make", async () => {
    records.set("eu-west-1", { ...served, steps: { fence: { state: "unconfirmed" } } });
    const { verdict } = await adopt();
    expect(verdict.kind === "notYet" && verdict.because).to.include("not fenced yet");
  });

  it("adopts over an open fence that a person accepted, with the former region silent", async () => {
    const open = { ...served, steps: { fence: { state: "unconfirmed" as const } }, silentSince: 5 };
    const unfencedAcceptance = { id: "a", at: 5, by: "ada", reason: "lost" };
    records.set("eu-central-1", new Error("connect ETIMEDOUT"));
    records.set("eu-west-1", { ...open, unfencedAcceptance });
    const { verdict } = await adopt(true);
    expect(verdict).to.include({ kind: "adopt", generation: 2, formerLost: true });
    records.set("eu-west-1", { ...open, unfencedAcceptance, silentSince: 6 });
    const lapsed = (await adopt(true)).verdict;
    expect(lapsed.kind === "notYet" && lapsed.because).to.include("lost for good");
  });

  it("works with one region lost, and says why it does not with both silent", async () => {
    records.set("eu-central-1", new Error("connect ETIMEDOUT"));
    records.set("eu-west-1", served);
    expect((await adopt(true)).verdict.kind).to.equal("adopt");
    expect(text("dr"), "only looked").to.equal(drFile);
    records.set("eu-west-1", new Error("connect ETIMEDOUT"));
    const message = await adopt().then(
      () => "nothing was thrown",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.include("eu-central-1: connect ETIMEDOUT").and.include("eu-west-1");
  });

  it("writes no file where one of them is broken", async () => {
    records.set("eu-west-1", served);
    writeFileSync(join(folder, "Pulumi.dr.yaml"), "config: [");
    const before = text("primary");
    const message = await adopt().then(
      () => "nothing was thrown",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.include("Pulumi.dr.yaml");
    expect(text("primary")).to.equal(before);
  });
});

describe("a stack's file", () => {
  it("is begun where it is empty, and refused where its config is no mapping", () => {
    expect(withConfig("", "p", { generation: 2 })).to.equal("config:\n  p:generation: 2\n");
    expect(withConfig("# a\n", "p", { generation: 2 })).to.include("# a");
    expect(() => withConfig("config: 7", "p", {})).to.throw(/not a mapping/);
  });
});

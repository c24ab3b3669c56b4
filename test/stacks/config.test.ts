import { expect } from "chai";
import { ConfigurationError, parseSettings } from "../../stacks/config";
import { badSettings, type BadSettings } from "./badSettings";
import { sampleSettings } from "./sampleSettings";

function errorOf(parse: () => unknown): ConfigurationError {
  try {
    parse();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error("The settings were accepted.");
}

function withMistake(bad: BadSettings): ConfigurationError {
  const { settings, stackName = "primary", encrypted = [] } = bad;
  const raw: Record<string, unknown> = { ...sampleSettings("primary"), ...settings };
  return errorOf(() => parseSettings(raw, stackName, new Set(encrypted)));
}

describe("configuration", () => {
  describe("refuses", () => {
    for (const bad of badSettings) {
      it(bad.mistake, () => {
        const error = withMistake(bad);
        const at = error.problems.find(({ path }) => path === bad.path);
        expect(at, `nothing is said about ${bad.path}:\n${error.message}`).to.not.equal(undefined);
        const said = `${at!.wrong}\n${at!.allowed}\n${at!.fix}`;
        for (const part of bad.says) expect(said).to.include(part);
        expect(error.message).to.include(bad.path);
      });

      it(`${bad.mistake}, and nothing else with it`, () => {
        const { problems, message } = withMistake(bad);
        expect(problems, message).to.have.length(1);
      });
    }

    it("at least 40 different mistakes, so that the table is not thinned out unseen", () => {
      expect(new Set(badSettings.map(({ mistake }) => mistake)).size).to.be.at.least(40);
    });
  });

  describe("reports", () => {
    it("all mistakes at once, those of each key and those between keys", () => {
      const { message, problems } = errorOf(() =>
        parseSettings(
          {
            ...sampleSettings("dr"),
            domian: "x",
            hostedZoneId: undefined,
            regions: { primary: "eu-west-1", dr: "eu-west-1" },
            network: { nat: "sngle", cidr: { primary: "10.0.0.0/16", dr: "10.0.0.0/20" } },
            teams: [{ name: "Ma" }, { name: "ba", capacity: { min: 3, desired: 2, max: 1 } }],
            recovery: { confirmFor: 60 },
          },
          "dr",
        ),
      );
      expect(problems.map(({ path }) => path)).to.have.members([
        "domian",
        "hostedZoneId",
        "regions.dr",
        "network.nat",
        "network.cidr.dr",
        "teams[0].name",
        "teams[1].capacity",
        "teams[1].capacity",
        "recovery.confirmFor",
      ]);
      expect(message).to.match(
        /^The configuration of stack "dr" has 9 problems; nothing was changed\./,
      );
      for (let number = 1; number <= 9; number++) expect(message).to.include(`\n  ${number}. `);
    });

    it("never the value of a secret", () => {
      const { message } = errorOf(() =>
        parseSettings(
          {
            ...sampleSettings("primary"),
            secrets: { good: "hunter2", bad: ["hunter2"], "": "hunter2" },
          },
          "primary",
        ),
      );
      expect(message).to.include("secrets.bad");
      expect(message).to.not.include("hunter2");
    });
  });

  describe("accepts", () => {
    it("every scalar as the text that pulumi config set stores", () => {
      const raw = {
        ...sampleSettings("dr"),
        failover: "true",
        generation: "3",
        protectState: "false",
      };
      const settings = parseSettings(raw, "dr");
      expect(settings).to.include({ failover: true, generation: 3, protectState: false });
    });

    it("numbers and flags as text inside objects too", () => {
      const network = JSON.stringify({ availabilityZones: "3" });
      const loadBalancer = { webApplicationFirewall: "true" };
      const recovery = { threshold: "0.25", quorum: "3" };
      const settings = parseSettings(
        { ...sampleSettings("dr"), network, loadBalancer, recovery },
        "dr",
      );
      expect(settings.network.availabilityZones).to.equal(3);
      expect(settings.loadBalancer.webApplicationFirewall).to.equal(true);
      expect(settings.recovery).to.include({ threshold: 0.25, quorum: 3 });
    });

    it("warm standbys in both stacks, whichever region serves, and an edge pair in one", () => {
      const teams = JSON.stringify([{ name: "ma", standby: "warm" }, { name: "ba" }]);
      const certificateSecret =
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:edge-certificate-AbCdEf";
      const edge = { address: "100.100.0.1", allowFrom: ["10.0.0.0/8"], certificateSecret };
      for (const role of [{}, { activeRegion: "eu-west-1", generation: "2" }]) {
        for (const stack of ["primary", "dr"] as const) {
          const own =
            stack === "primary"
              ? { pair: JSON.stringify({ edge }) }
              : { homeFileSystemId: "fs-0123456789abcdef0" };
          const settings = parseSettings(
            { ...sampleSettings(stack), ...role, ...own, teams },
            stack,
          );
          expect(settings.teams.map(({ standby }) => standby)).to.deep.equal(["warm", "cold"]);
          expect(settings.pair.edge?.address).to.equal(
            stack === "primary" ? edge.address : undefined,
          );
        }
      }
    });

    it("any stack name once the program is set", () => {
      const settings = parseSettings({ ...sampleSettings("dr"), program: "dr" }, "standby-2027");
      expect(settings).to.include({
        program: "dr",
        region: "eu-west-1",
        peerRegion: "eu-central-1",
      });
    });

    it("swapped roles after a failover, and the flag where the region waits now", () => {
      const swapped = { activeRegion: "eu-west-1", generation: "2" };
      const homeFileSystemId = "fs-0123456789abcdef0";
      const dr = parseSettings({ ...sampleSettings("dr"), ...swapped, homeFileSystemId }, "dr");
      expect(dr).to.include({ region: "eu-west-1", activeRegion: "eu-west-1", homeFileSystemId });
      const primary = parseSettings(
        { ...sampleSettings("primary"), ...swapped, failover: "true" },
        "primary",
      );
      expect(primary).to.include({
        region: "eu-central-1",
        activeRegion: "eu-west-1",
        failover: true,
      });
    });

    it("certificates of the right regions", () => {
      const arn = (region: string) =>
        `arn:aws:acm:${region}:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`;
      const certificates = { primary: arn("eu-central-1"), dr: arn("eu-west-1") };
      expect(
        parseSettings({ ...sampleSettings("dr"), certificates }, "dr").certificates,
      ).to.deep.equal(certificates);
    });

    it("encrypted secrets, and gives away their names alone", () => {
      const raw = {
        ...sampleSettings("dr"),
        secrets: JSON.stringify({ b: "hunter2", a: "hunter2" }),
      };
      const settings = parseSettings(raw, "dr", new Set(["secrets"]));
      expect(settings.secretNames).to.deep.equal(["a", "b"]);
      expect(JSON.stringify(settings)).to.not.include("hunter2");
    });

    it("life without NAT when every needed endpoint is there", () => {
      const interfaceEndpoints = [
        ...["elasticfilesystem", "logs", "monitoring", "secretsmanager", "ssm", "ssmmessages"],
        ...["autoscaling", "ec2"],
      ];
      const raw = { ...sampleSettings("dr"), network: { nat: "none", interfaceEndpoints } };
      expect(parseSettings(raw, "dr").network.nat).to.equal("none");
    });
  });

  describe("gives each team what it inherits", () => {
    const teamsOf = (raw: Record<string, unknown>) =>
      parseSettings({ ...sampleSettings("dr"), ...raw }, "dr").teams;

    it("two live controllers to active-active, one to the others", () => {
      const [both, passive] = teamsOf({
        teams: [{ name: "a", strategy: "active-active" }, { name: "b" }],
      });
      expect(both!.capacity).to.deep.equal({ min: 2, desired: 2, max: 4 });
      expect(passive!.capacity).to.deep.equal({ min: 1, desired: 1, max: 1 });
    });

    it("machines that fit the image, and half of their memory as heap", () => {
      const image = { architecture: "x86_64" };
      const [standard, large] = teamsOf({
        image,
        teams: [{ name: "a" }, { name: "b", instanceType: "r7i.2xlarge" }],
      });
      expect(standard).to.include({ instanceType: "m7i.large", heapMb: 4_096 });
      expect(large!.heapMb).to.equal(32_768);
      expect(standard!.agents.instanceTypes.every((type) => !type.includes("g."))).to.equal(true);
    });

    it("the agents' settings, but for what it sets itself", () => {
      const agents = { kind: "fargate", max: 40, idleTimeout: "10 minutes" };
      const [own, inherited] = teamsOf({
        agents,
        teams: [{ name: "a", agents: { max: 3, idleTimeout: "90 seconds" } }, { name: "b" }],
      });
      expect(own!.agents).to.include({ kind: "fargate", max: 3, idleTimeoutSeconds: 90 });
      expect(inherited!.agents).to.include({ kind: "fargate", max: 40, idleTimeoutSeconds: 600 });
    });
  });

  describe("of the samples", () => {
    for (const stackName of ["primary", "dr"] as const) {
      it(`deploys four teams from ${stackName} after nothing but the three edits`, () => {
        const settings = parseSettings(sampleSettings(stackName), stackName);
        const strategies = settings.teams.map(({ name, strategy }) => [name, strategy]);
        expect(Object.fromEntries(strategies)).to.deep.equal({
          devops: "active-active",
          ma: "active-passive",
          ba: "active-passive",
          tw: "active-passive",
        });
        expect(settings.failover).to.equal(false);
        expect(settings.program).to.equal(stackName);
      });
    }

    it("is the same for both stacks but for what tells them apart", () => {
      const own = { stackName: 0, program: 0, region: 0, peerRegion: 0 };
      const primary = { ...parseSettings(sampleSettings("primary"), "primary"), ...own };
      const dr = { ...parseSettings(sampleSettings("dr"), "dr"), ...own };
      expect(primary).to.deep.equal(dr);
    });
  });
});

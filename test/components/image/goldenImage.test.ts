import { expect } from "chai";
import { GoldenImage, type GoldenImageArgs } from "../../../components/image/goldenImage";
import { jenkinsSoftware } from "../../../components/jenkins/imageSoftwareRenderer";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { keyArns, primaryDeployment } from "../deployments";

const built: GoldenImageArgs = {
  deployment: primaryDeployment,
  source: "imageBuilder",
  architecture: "arm64",
  software: jenkinsSoftware("2.555.3"),
  kmsKeyArns: keyArns,
  subnetId: "subnet-private",
  securityGroupId: "sg-agents",
};

function run(args: GoldenImageArgs) {
  return runComponent(() => new GoldenImage("image", args));
}

describe("GoldenImage", () => {
  it("is built and distributed to both regions, encrypted with each region's key", async () => {
    const { registrations, result } = await run(built);
    expectSafe(registrations);
    const distribution = registrations.one(
      "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
    );
    const targets = distribution.inputs.distributions as {
      region: keyof typeof keyArns;
      amiDistributionConfiguration: { kmsKeyId: string };
    }[];
    expect(targets.map(({ region }) => region)).to.deep.equal(["eu-west-1", "eu-central-1"]);
    for (const { region, amiDistributionConfiguration } of targets) {
      expect(amiDistributionConfiguration.kmsKeyId).to.equal(keyArns[region]);
    }
    expect(await valueOf(result.imageIds["eu-west-1"]!)).to.equal("ami-image-image-eu-west-1");
    expect(await valueOf(result.imageIds["eu-central-1"]!)).to.equal(
      "ami-image-image-eu-central-1",
    );
  });

  it("fits the processor", async () => {
    for (const [architecture, type, parent] of [
      ["arm64", "m7g.large", "amazon-linux-2023-arm64"],
      ["x86_64", "m7i.large", "amazon-linux-2023-x86"],
    ] as const) {
      const { registrations } = await run({ ...built, architecture });
      const infrastructure = registrations.one(
        "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration",
      );
      expect(infrastructure.inputs.instanceTypes).to.deep.equal([type]);
      expect(
        registrations.one("aws:imagebuilder/imageRecipe:ImageRecipe").inputs.parentImage,
      ).to.contain(`/${parent}/`);
    }
  });

  it("is rebuilt on a schedule only where one is given", async () => {
    const pipeline = async (args: GoldenImageArgs) =>
      (await run(args)).registrations.one("aws:imagebuilder/imagePipeline:ImagePipeline").inputs;
    expect(await pipeline(built)).not.to.have.property("schedule");
    const scheduled = await pipeline({ ...built, rebuildSchedule: "cron(0 2 1 * ? *)" });
    expect(scheduled.schedule).to.deep.include({ scheduleExpression: "cron(0 2 1 * ? *)" });
  });

  it("is imaged from a builder once its installation succeeded, and copied to the other region", async () => {
    const { registrations, result } = await run({ ...built, source: "builderInstance" });
    expectSafe(registrations);
    const installation = registrations.one("aws:ssm/association:Association");
    expect(installation.inputs.waitForSuccessTimeoutSeconds).to.be.above(0);
    const image = registrations.one("aws:ec2/amiFromInstance:AmiFromInstance");
    expect(image.dependsOn).to.include(installation.urn);
    const copy = registrations.one("aws:ec2/amiCopy:AmiCopy");
    expect([copy.region, copy.inputs.sourceAmiRegion]).to.deep.equal(["eu-central-1", "eu-west-1"]);
    expect(copy.inputs.kmsKeyId).to.equal(keyArns["eu-central-1"]);
    expect(await valueOf(result.imageIds["eu-central-1"]!)).to.equal(copy.id);
  });

  it("installs the Jenkins that is asked for, and keeps the former image until the next one is there", async () => {
    const parts = ["component:Component", "imageRecipe:ImageRecipe"].map(
      (part) => `aws:imagebuilder/${part}`,
    );
    const versionsWith = async (jenkinsVersion: string) => {
      const { registrations } = await run({ ...built, software: jenkinsSoftware(jenkinsVersion) });
      const [component] = registrations.ofType(parts[0]!);
      expect(component?.inputs.data).to.include(`"jenkins-${jenkinsVersion}"`);
      expect(registrations.one("aws:imagebuilder/image:Image").deleteBeforeReplace).to.equal(false);
      return parts.map((part) => {
        const { inputs, deleteBeforeReplace } = registrations.one(part);
        // Left to the provider it would be true: the name is ours.
        expect(deleteBeforeReplace, part).to.equal(false);
        return String(inputs.version);
      });
    };
    const [before, after] = [await versionsWith("2.555.3"), await versionsWith("2.563.1")];
    before.forEach((version, index) => {
      expect(version).not.to.equal(after[index]);
    });
  });

  it("deregisters no machine image that the other region may still have to start", async () => {
    const imagesOf = async (jenkinsVersion: string) => {
      const { registrations } = await run({
        ...built,
        source: "builderInstance",
        software: jenkinsSoftware(jenkinsVersion),
      });
      return ["amiFromInstance:AmiFromInstance", "amiCopy:AmiCopy"].map((part) => {
        const { inputs, retainOnDelete } = registrations.one(`aws:ec2/${part}`);
        expect(retainOnDelete, part).to.equal(true);
        return String(inputs.name);
      });
    };
    const [before, after] = [await imagesOf("2.555.3"), await imagesOf("2.563.1")];
    expect(before).not.to.deep.equal(after);
  });

  it("can be given, and makes nothing then", async () => {
    const given = { "eu-west-1": "ami-0123456789abcdef0", "eu-central-1": "ami-0123456789abcdef1" };
    const { registrations, result } = await run({
      deployment: primaryDeployment,
      source: "given",
      architecture: "arm64",
      software: jenkinsSoftware("2.555.3"),
      given,
    });
    expect(registrations.all.filter(({ custom }) => custom)).to.have.length(0);
    expect(await valueOf(result.imageIds["eu-central-1"]!)).to.equal(given["eu-central-1"]);
  });

  it("names everything that is wrong at once", async () => {
    const bare = {
      deployment: primaryDeployment,
      architecture: "arm64",
      software: jenkinsSoftware("2.555.3"),
    } as const;
    const unbuilt = await run({
      ...bare,
      source: "imageBuilder",
      given: {},
      rootVolumeGb: 1,
      rebuildSchedule: "daily",
    }).then(() => "", String);
    for (const path of [
      "given",
      "subnetId",
      "securityGroupId",
      "kmsKeyArns.eu-west-1",
      "rootVolumeGb",
      "rebuildSchedule",
    ]) {
      expect(unbuilt).to.contain(path);
    }
    const half = await run({ ...bare, source: "given", given: { "eu-west-1": "ami-1" } }).then(
      () => "",
      String,
    );
    expect(half)
      .to.contain('given.eu-west-1: is "ami-1"')
      .and.to.contain("given.eu-central-1: is missing");
  });
});

import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { runComponent, runProgram, valueOf } from "./strictMocks";

class Pair extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:test:Pair", name, {}, opts);
    const bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: "a-bucket", region: "eu-central-1" },
      { parent: this, protect: true, ignoreChanges: ["tags"] },
    );
    new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      { parent: this },
    );
    this.arn = bucket.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

async function problemsOf(program: () => unknown): Promise<string> {
  try {
    await runProgram(program);
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("strict mocks", () => {
  it("record parents, protection, ignored changes, providers, regions and dependencies", async () => {
    const { result, registrations } = await runComponent(() => {
      const provider = new aws.Provider("region", { region: "eu-west-1" });
      return new Pair("pair", { provider });
    });
    const bucket = registrations.one("aws:s3/bucket:Bucket");
    const versioning = registrations.one("aws:s3/bucketVersioning:BucketVersioning");
    const component = registrations.one("jenkins-pilot-light:test:Pair");
    expect(bucket.parent).to.equal(component.urn);
    expect(bucket.protect).to.equal(true);
    expect(bucket.ignoreChanges).to.deep.equal(["tags"]);
    expect(bucket.provider).to.contain("pulumi:providers:aws::region");
    expect([bucket.region, versioning.region]).to.deep.equal(["eu-central-1", "eu-west-1"]);
    expect(versioning.propertyDependencies.bucket).to.deep.equal([bucket.urn]);
    expect(await valueOf(result.arn)).to.equal("arn:aws:s3:::a-bucket");
  });

  it("mark secrets and still show their values", async () => {
    const { registrations } = await runProgram(() => {
      new aws.secretsmanager.SecretVersion("token", {
        secretId: "x",
        secretString: pulumi.secret("hidden"),
      });
    });
    const version = registrations.one("aws:secretsmanager/secretVersion:SecretVersion");
    expect(version.inputs.secretString).to.equal("hidden");
    expect(version.secretInputs).to.deep.equal(["secretString"]);
  });

  it("give awsx's VPC its subnets and route tables", async () => {
    const { result } = await runProgram(() => {
      const vpc = new awsx.ec2.Vpc("vpc", {
        numberOfAvailabilityZones: 2,
        subnetStrategy: "Auto",
        subnetSpecs: [{ type: "Public" }, { type: "Private" }],
      });
      return {
        ids: vpc.privateSubnetIds,
        tables: vpc.routeTables.apply((all) => pulumi.all(all.map((table) => table.id))),
      };
    });
    expect(await valueOf(result.ids)).to.deep.equal(["vpc-private-1", "vpc-private-2"]);
    expect(await valueOf(result.tables)).to.have.length(4);
  });

  it("refuse a type without a row", async () => {
    expect(
      await problemsOf(() => new aws.chime.VoiceConnector("v", { requireEncryption: true })),
    ).to.match(/unknown type aws:chime\/voiceConnector:VoiceConnector \(v\)/);
  });

  it("refuse an input that no row names", async () => {
    expect(await problemsOf(() => new aws.s3.Bucket("b", { acl: "public-read" }))).to.match(
      /input "acl" is not in its row/,
    );
  });

  it("refuse a call without a row", async () => {
    expect(await problemsOf(() => aws.ec2.getAmiOutput({}).id)).to.match(
      /unknown call aws:ec2\/getAmi:getAmi/,
    );
  });

  it("refuse two resources of one name", async () => {
    const twice = (): void => {
      for (let i = 0; i < 2; i++) new aws.s3.Bucket("same", {});
    };
    expect(await problemsOf(twice)).to.match(/share the name .*::same/);
  });

  it("refuse what AWS would refuse, all of it at once", async () => {
    const problems = await problemsOf(() => {
      new aws.s3.Bucket("long", { bucket: "b".repeat(64) });
      new aws.kms.Alias("alias", { name: "key", targetKeyId: "k" });
    });
    expect(problems)
      .to.match(/64 characters; AWS takes 63/)
      .and.to.match(/begins with alias\//);
  });

  it("pass on what a constructor throws, and leave nothing behind for the next run", async () => {
    const failing = (): never => {
      throw new Error("cidr is wrong");
    };
    expect(await problemsOf(failing)).to.match(/cidr is wrong/);
    const { registrations } = await runProgram(() => new aws.s3.Bucket("b", {}));
    expect(registrations.namesOf("aws:s3/bucket:Bucket")).to.deep.equal(["b"]);
  });

  it("answer stack references from what the test gives, and name a missing one", async () => {
    const read = (): pulumi.Output<unknown> =>
      new pulumi.StackReference("org/p/primary").getOutput("vpcId");
    const { result } = await runProgram(read, {
      stackOutputs: { "org/p/primary": { vpcId: "vpc-1" } },
    });
    expect(await valueOf(result)).to.equal("vpc-1");
    expect(await problemsOf(read)).to.match(
      /no outputs were given for the stack reference org\/p\/primary/,
    );
  });
});

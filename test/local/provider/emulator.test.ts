import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { AwsServices } from "../../../local/provider/awsServices";
import { invokeFunction } from "../../../local/provider/invokes";
import { Lifecycle } from "../../../local/provider/lifecycle";
import { resourceTypeOf } from "../../../local/provider/registry";
import type { ProviderSettings } from "../../../local/provider/settings";
import type { Properties } from "../../../local/provider/wire";
import { sharedEmulator } from "../../support/sharedEmulator";
import { checkOf, planOnly, requestOf, secret } from "./support";

const cache =
  process.env.JENKINS_PILOT_LIGHT_CACHE ?? path.join(__dirname, "..", "..", "..", ".cache");

describe("The local provider against the emulator", function () {
  this.timeout(60_000);
  let aws: AwsServices;
  let settings: ProviderSettings;

  before(async function () {
    if (!fs.existsSync(path.join(cache, "emulator"))) {
      console.log("      skipped: the emulator is not installed, `npm run drill` installs it");
      this.skip();
    }
    const emulator = await sharedEmulator();
    settings = { ...planOnly, endpoint: emulator.endpoint };
    aws = new AwsServices({ url: emulator.endpoint, account: settings.account });
  });
  const lifecycleOf = (token: string): Lifecycle =>
    new Lifecycle(resourceTypeOf(token), settings, aws);

  async function create(token: string, news: Properties) {
    const lifecycle = lifecycleOf(token);
    const { inputs, failures } = lifecycle.check(checkOf(news));
    expect(failures).to.deep.equal([]);
    const { id, properties } = await lifecycle.create(requestOf({ inputs }));
    const known = requestOf({ id, inputs, oldInputs: inputs, state: properties });
    return { lifecycle, id, inputs, properties, known };
  }

  it("creates, reads, updates and deletes", async () => {
    const { lifecycle, id, inputs, properties, known } = await create("aws:sqs/queue:Queue", {
      name: "letters",
      delaySeconds: 5,
    });
    expect(properties.arn).to.equal("arn:aws:sqs:eu-west-1:123456789012:letters");
    expect(await lifecycle.read(known)).to.deep.equal({ id, inputs, properties });
    const changed = { ...inputs, delaySeconds: 9, tagsAll: { team: "ma" } };
    await lifecycle.update({ ...known, inputs: changed });
    const { Attributes } = await aws.call("sqs", "getQueueAttributes", "eu-west-1", {
      queueUrl: id,
      attributeNames: ["All"],
    });
    expect(Attributes?.DelaySeconds).to.equal("9");
    const tags = await aws.call("sqs", "listQueueTags", "eu-west-1", { queueUrl: id });
    expect(tags.Tags).to.deep.equal({ team: "ma" });
    await lifecycle.delete(known);
    expect((await lifecycle.read(known)).id).to.equal("");
    await lifecycle.delete(known);
  });

  it("stores what is in a secret's envelope, and answers it as secret", async () => {
    const { id, properties } = await create("aws:ssm/parameter:Parameter", {
      name: "/hush",
      type: "SecureString",
      value: secret("hush"),
    });
    expect(properties.value).to.deep.equal(secret("hush"));
    const { Parameter } = await aws.call("ssm", "getParameter", "eu-west-1", {
      name: id,
      withDecryption: true,
    });
    expect(Parameter?.Value).to.equal("hush");
  });

  it("takes a drift into the inputs, so that the next update repairs it", async () => {
    const { lifecycle, known } = await create("aws:ec2/vpc:Vpc", {
      cidrBlock: "10.9.0.0/16",
      enableDnsHostnames: true,
    });
    await aws.call("ec2", "modifyVpcAttribute", "eu-west-1", {
      vpcId: known.id,
      enableDnsHostnames: { value: false },
    });
    const { inputs } = await lifecycle.read(known);
    expect(inputs.enableDnsHostnames).to.equal(false);
    const { changes } = lifecycle.diff({ ...known, oldInputs: inputs });
    expect(changes.map(({ property }) => property)).to.deep.equal(["enableDnsHostnames"]);
  });

  it("makes a backup plan under the name of a deleted one, and none under that of a living one", async () => {
    const plan = {
      name: "daily",
      rules: [{ ruleName: "daily", targetVaultName: "Default", schedule: "cron(0 3 * * ? *)" }],
    };
    for (let time = 0; time < 3; time += 1) {
      const { lifecycle, known } = await create("aws:backup/plan:Plan", plan);
      const second = await create("aws:backup/plan:Plan", plan).then(
        () => "made",
        (error: unknown) => (error as Error).message,
      );
      expect(second).to.include("already exists");
      await lifecycle.delete(known);
    }
  });

  it("works in the resource's own region", async () => {
    await create("aws:dynamodb/table:Table", {
      name: "leases",
      hashKey: "home",
      attributes: [{ name: "home", type: "S" }],
      billingMode: "PAY_PER_REQUEST",
      region: "us-west-2",
    });
    const there = await aws.call("dynamodb", "listTables", "us-west-2", {});
    const here = await aws.call("dynamodb", "listTables", "eu-west-1", {});
    expect(there.TableNames).to.deep.equal(["leases"]);
    expect(here.TableNames).to.deep.equal([]);
  });

  it("reads a table's item in the region that is asked for, and says what is missing", async () => {
    const region = "us-west-2";
    await create("aws:dynamodb/table:Table", {
      name: "records",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      billingMode: "PAY_PER_REQUEST",
      region,
    });
    const Item = { id: { S: "here" }, generation: { N: "2" } };
    await aws.call("dynamodb", "putItem", region, { TableName: "records", Item });
    const read = async (tableName: string, id: string): Promise<unknown> => {
      const args = { tableName, key: JSON.stringify({ id: { S: id } }), region };
      const token = "aws:dynamodb/getTableItem:getTableItem";
      return invokeFunction(token, args, settings, aws).then(
        ({ item }) => JSON.parse(item as string) as unknown,
        (error: unknown) => (error as Error).message,
      );
    };
    expect(await read("records", "here")).to.deep.equal(Item);
    expect(await read("records", "gone")).to.equal(
      "reading DynamoDB Table Item (records|gone): empty result",
    );
    expect(await read("absent", "here")).to.equal(
      "reading DynamoDB Table Item (absent|here): couldn't find resource",
    );
  });

  it("says which resource and which call failed, and why", async () => {
    const subnet = { vpcId: "vpc-0", cidrBlock: "10.0.0.0/24" };
    let message = "";
    await create("aws:ec2/subnet:Subnet", subnet).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.contain('aws:ec2/subnet:Subnet "web": ec2:createSubnet in eu-west-1 failed');
    expect(message).to.contain("InvalidVpcID.NotFound");
  });
});

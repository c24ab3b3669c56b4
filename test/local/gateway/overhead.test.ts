import { expect } from "chai";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { AutoScalingBehaviour } from "../../../local/gateway/behaviours/autoScaling/autoScaling";
import { TargetHealthBehaviour } from "../../../local/gateway/behaviours/targetHealth/targetHealth";
import { startEmulatedAws } from "./support/realEmulator";

/** What the gateway may add to a call that it passes on, milliseconds of processor time. */
const limit = 2;

describe("the gateway's overhead", function () {
  this.timeout(180_000);

  it(`is at most ${limit} ms of processor time a call, over calls made with and without it`, async () => {
    const aws = await startEmulatedAws({
      behaviours: [new AutoScalingBehaviour(), new TargetHealthBehaviour()],
    });
    const direct = new DynamoDBClient({
      endpoint: aws.emulatorEndpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "TEST", secretAccessKey: "test" },
    });
    const through = aws.client(DynamoDBClient);
    // Client and gateway share this process; what else the machine does must not count.
    const spentOn = async (client: DynamoDBClient): Promise<number> => {
      const before = process.cpuUsage();
      for (let call = 0; call < 60; call++) await client.send(new ListTablesCommand({}));
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000 / 60;
    };
    const added = async (): Promise<number> => {
      const without = await spentOn(direct);
      return (await spentOn(through)) - without;
    };
    // The first calls load and compile code; after that a round can only be dearer than it has to be.
    await added();
    let best = Infinity;
    for (let round = 0; round < 5 && best > limit; round++) best = Math.min(best, await added());
    direct.destroy();
    await aws.stop();
    expect(best).to.be.at.most(limit);
  });
});

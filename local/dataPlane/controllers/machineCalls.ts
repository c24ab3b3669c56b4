import { AutoScalingClient, CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { fakeCredentials } from "../../emulator/isolatedEnvironment";
import { type AwsCommand, readAwsCommand, itemColumns } from "./awsCommand";

/** What a program of a machine ended with; the text is its output, or its complaint after a failure. */
export interface ProgramResult {
  readonly status: number;
  readonly text: string;
}

/** The CLI's exit statuses: refused by the service, not reached at all. */
const refused = 254;
const unreachable = 255;

/** Real milliseconds after which a call counts as unanswered, whatever the modelled limit says. */
const leastPatienceMs = 1_000;

/**
 * The AWS calls of all machines, by the SDK against the gateway, where faults and dead regions meet
 * them as they meet every caller. One attempt each, as the script asks of the CLI.
 */
export class MachineCalls {
  private readonly clients = new Map<string, DynamoDBClient | AutoScalingClient>();

  constructor(
    private readonly endpoint: string,
    private readonly toReal: (modelledMs: number) => number,
  ) {}

  /** @param limitSeconds modelled: how long the script waits for an answer. */
  async run(args: readonly string[], limitSeconds: number): Promise<ProgramResult> {
    // The limit is there for a service that does not answer. A busy machine's real milliseconds count
    // for sixty each here, so that a limit of real seconds stands below it.
    const patience = Math.max(leastPatienceMs, Math.ceil(this.toReal(limitSeconds * 1000)));
    const limit = AbortSignal.timeout(patience);
    try {
      const command = readAwsCommand(args);
      return { status: 0, text: await this.send(command, limit) };
    } catch (error) {
      const { name, message, $response } = error as Error & { $response?: unknown };
      if ($response === undefined) return { status: unreachable, text: `${name}: ${message}` };
      return { status: refused, text: `An error occurred (${name}): ${message}` };
    }
  }

  stop(): void {
    for (const client of this.clients.values()) client.destroy();
  }

  private async send(
    { operation, region, input, columns }: AwsCommand,
    abortSignal: AbortSignal,
  ): Promise<string> {
    const options = { abortSignal };
    const given = input as never;
    switch (operation) {
      case "get-item": {
        const { Item } = await this.dynamo(region).send(new GetItemCommand(given), options);
        return itemColumns(Item, columns);
      }
      case "update-item":
        await this.dynamo(region).send(new UpdateItemCommand(given), options);
        return "";
      case "complete-lifecycle-action": {
        const client = this.client(
          `autoscaling ${region}`,
          () => new AutoScalingClient(this.settings(region)),
        );
        await client.send(new CompleteLifecycleActionCommand(given), options);
        return "";
      }
    }
  }

  private dynamo(region: string): DynamoDBClient {
    return this.client(`dynamodb ${region}`, () => new DynamoDBClient(this.settings(region)));
  }

  private client<Client extends DynamoDBClient | AutoScalingClient>(
    key: string,
    make: () => Client,
  ): Client {
    const client = (this.clients.get(key) as Client | undefined) ?? make();
    this.clients.set(key, client);
    return client;
  }

  private settings(region: string) {
    const { endpoint } = this;
    const userAgentAppId = "start-lease";
    return { endpoint, region, credentials: fakeCredentials, maxAttempts: 1, userAgentAppId };
  }
}

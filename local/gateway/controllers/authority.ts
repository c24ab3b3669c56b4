import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { BehaviourContext } from "../behaviour";
import type { BootSettings } from "./bootSettings";

/** Which region may run controllers, as one machine sees it. */
export interface Authority {
  readonly activeRegion: string;
  readonly generation: number;
}

/**
 * The rule of the start lease: of the failover records that the machine can read (its own region's,
 * then its peer's) the highest generation rules; a table that does not exist or does not answer is
 * skipped; while none is readable, the rendered role counts.
 */
export async function findAuthority(
  settings: BootSettings,
  context: BehaviourContext,
): Promise<Authority> {
  const rendered: Authority = {
    activeRegion: settings.role === "active" ? settings.region : settings.peerRegion,
    generation: settings.generation,
  };
  const records = await Promise.all(
    [settings.region, settings.peerRegion].map((region) => readRecord(region, settings, context)),
  );
  return records.reduce<Authority>(
    (best, record) => (record && record.generation >= best.generation ? record : best),
    rendered,
  );
}

async function readRecord(
  region: string,
  { recordTable }: BootSettings,
  context: BehaviourContext,
): Promise<Authority | undefined> {
  if (!context.regionIsAlive(region)) return undefined;
  try {
    const { Item } = await context.emulator(DynamoDBClient, region).send(
      new GetItemCommand({
        TableName: recordTable,
        Key: { id: { S: "failover" } },
        ConsistentRead: true,
      }),
    );
    const activeRegion = Item?.activeRegion?.S;
    if (activeRegion === undefined) return undefined;
    return { activeRegion, generation: Number(Item?.generation?.N ?? 0) };
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

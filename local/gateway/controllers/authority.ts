import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { BehaviourContext } from "../behaviour";
import type { BootSettings } from "./bootSettings";

/** Which region may run controllers, as one machine sees it. */
export interface Authority {
  readonly activeRegion: string;
  readonly generation: number;
}

/** How long a record that one machine read serves the others, modelled milliseconds. */
const sharedForMs = 1_000;

interface SharedRead {
  readonly at: number;
  readonly record: Promise<Authority | undefined>;
}

/** By gateway: what its machines read last, by region and table. */
const sharedReads = new WeakMap<BehaviourContext, Map<string, SharedRead>>();

/**
 * Reads a region's record, or takes what another machine read a moment ago: hundreds of controllers
 * look every few seconds, which a table of AWS's takes easily and the emulator does not.
 */
function readShared(
  region: string,
  settings: BootSettings,
  context: BehaviourContext,
): Promise<Authority | undefined> {
  const reads = sharedReads.get(context) ?? new Map<string, SharedRead>();
  sharedReads.set(context, reads);
  const key = `${region} ${settings.recordTable}`;
  const now = context.clock.now();
  const known = reads.get(key);
  if (known !== undefined && now - known.at < sharedForMs) return known.record;
  const record = readRecord(region, settings, context);
  reads.set(key, { at: now, record });
  return record;
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
    [settings.region, settings.peerRegion].map((region) => readShared(region, settings, context)),
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

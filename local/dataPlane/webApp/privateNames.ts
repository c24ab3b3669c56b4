import {
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { BehaviourContext } from "../../gateway/behaviour";

/** Route 53 is one for all regions; its control plane lives here. */
const controlRegion = "us-east-1";

/** How long records are kept before they are read anew, real milliseconds. */
const keptMs = 2_000;

/**
 * What the VPC's resolver answers for a name of a private zone: the CNAME's target, one of several by
 * weight. A record's health check is modelled by what it stands for: whether the target lives. If none
 * does, Route 53 answers as if all did.
 *
 * Source: Route 53 Developer Guide, "How Route 53 chooses records when health checking is configured".
 */
export class PrivateNames {
  private records: readonly ResourceRecordSet[] = [];
  private readAt = -Infinity;

  /** @param lives whether a database answers, by its host name */
  constructor(
    private readonly context: BehaviourContext,
    private readonly lives: (address: string) => boolean,
  ) {}

  /** @throws Error for a name that does not exist */
  async resolve(name: string): Promise<string> {
    const named = (await this.all()).filter(
      ({ Name, Type }) => Type === "CNAME" && Name?.replace(/\.$/, "") === name,
    );
    const addresses = named.map((record) => ({
      address: record.ResourceRecords?.[0]?.Value?.replace(/\.$/, "") ?? "",
      weight: record.Weight ?? 1,
    }));
    const living = addresses.filter(({ address }) => this.lives(address));
    const asked = living.length > 0 ? living : addresses;
    const total = asked.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.context.latencies.chance("private name", name) * total;
    for (const { address, weight } of asked) {
      left -= weight;
      if (left < 0) return address;
    }
    throw new Error(`${name} is no name of a private zone.`);
  }

  private async all(): Promise<readonly ResourceRecordSet[]> {
    if (performance.now() - this.readAt < keptMs) return this.records;
    const route53 = this.context.emulator(Route53Client, controlRegion);
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    const zones = HostedZones.filter(({ Config }) => Config?.PrivateZone === true);
    const answers = await Promise.all(
      zones.map(({ Id }) => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }))),
    );
    this.records = answers.flatMap(({ ResourceRecordSets }) => ResourceRecordSets ?? []);
    this.readAt = performance.now();
    return this.records;
  }
}

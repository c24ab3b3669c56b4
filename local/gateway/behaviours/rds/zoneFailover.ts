import { DescribeDBInstancesCommand, RDSClient, type DBInstance } from "@aws-sdk/client-rds";
import type { BehaviourContext } from "../../behaviour";
import { regionOfZone } from "../../zones";
import { nameOf, type DatabaseKey } from "./databaseNames";
import type { DatabaseServers } from "./databaseServers";

/**
 * What becomes of database instances whose Availability Zone is lost. A Multi-AZ instance serves again
 * from its standby's zone, at the same address and with all that was committed; its standby is modelled
 * by the same data. Any other one waits for its zone.
 *
 * Source: RDS User Guide, "Multi-AZ DB instance deployments" and "Failing over a Multi-AZ DB instance".
 */
export class ZoneFailover {
  /** Zones of instances that are elsewhere than the emulator says, by region and identifier. */
  private readonly moved = new Map<string, string>();
  private readonly dark = new Set<string>();

  constructor(private readonly servers: DatabaseServers | undefined) {}

  /** A replica is where it was asked to be; the emulator puts it beside its source. */
  place(key: DatabaseKey, zone: string): void {
    this.moved.set(nameOf(key), zone);
  }

  /** False from the loss of its zone until it serves again. */
  hasPower(key: DatabaseKey): boolean {
    return !this.dark.has(nameOf(key));
  }

  /** The zone that the instance serves from. */
  zoneOf(key: DatabaseKey, instance: DBInstance): string | undefined {
    return this.moved.get(nameOf(key)) ?? instance.AvailabilityZone;
  }

  /** A zone lost its power or has it again. */
  async zoneChanged(zone: string, alive: boolean, context: BehaviourContext): Promise<void> {
    const region = regionOfZone(zone);
    const rds = context.emulator(RDSClient, region);
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    for (const instance of DBInstances) {
      const key = { region, identifier: instance.DBInstanceIdentifier ?? "" };
      if (this.zoneOf(key, instance) !== zone) continue;
      if (alive) await this.powerOn(key, context, "has power again");
      else this.lose(key, instance, zone, context);
    }
  }

  private lose(key: DatabaseKey, instance: DBInstance, zone: string, context: BehaviourContext) {
    this.dark.add(nameOf(key));
    if (this.servers?.has(key)) this.servers.powerOff(key);
    tell(key, context, `has lost its zone ${zone}`);
    const other = otherZone(instance, zone, context);
    if (instance.MultiAZ !== true || other === undefined) return;
    const duration = context.latencies.sample("rdsZoneFailover", key.identifier);
    context.clock.after(duration, () => {
      this.moved.set(nameOf(key), other);
      return this.powerOn(key, context, `serves from its standby in ${other}`);
    });
  }

  private async powerOn(key: DatabaseKey, context: BehaviourContext, what: string): Promise<void> {
    if (this.hasPower(key)) return;
    if (this.servers?.has(key)) await this.servers.powerOn(key);
    this.dark.delete(nameOf(key));
    tell(key, context, what);
  }
}

/** The zone of the standby: another one of the subnet group's, with power. */
function otherZone(
  { DBSubnetGroup }: DBInstance,
  zone: string,
  context: BehaviourContext,
): string | undefined {
  return DBSubnetGroup?.Subnets?.map(({ SubnetAvailabilityZone }) => SubnetAvailabilityZone?.Name)
    .filter((name) => name !== undefined)
    .find((name) => name !== zone && context.zoneIsAlive(name));
}

function tell(key: DatabaseKey, context: BehaviourContext, what: string): void {
  context.events.record({
    at: context.clock.now(),
    service: "rds",
    region: key.region,
    resource: key.identifier,
    what: `database ${key.identifier} ${what}`,
  });
}

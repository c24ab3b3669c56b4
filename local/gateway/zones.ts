type ZoneListener = (zone: string, alive: boolean) => void;

/**
 * Availability Zones that have lost their power. What runs in one is gone; the region's endpoints, which
 * AWS spreads over all zones, go on answering.
 */
export class Zones {
  private readonly dead = new Set<string>();
  private readonly listeners = new Set<ZoneListener>();

  /** @param zone by its name, e.g. `eu-west-1a`. @throws RangeError for what is no name of one */
  lose(zone: string): void {
    if (!/^[a-z]+(-[a-z]+)+-\d[a-z]$/.test(zone)) {
      throw new RangeError(`"${zone}" is no Availability Zone; give a name such as eu-west-1a.`);
    }
    if (this.dead.has(zone)) return;
    this.dead.add(zone);
    for (const listener of this.listeners) listener(zone, false);
  }

  /** Its power is back. */
  revive(zone: string): void {
    if (!this.dead.delete(zone)) return;
    for (const listener of this.listeners) listener(zone, true);
  }

  /** False while it has no power. */
  isAlive(zone: string): boolean {
    return !this.dead.has(zone);
  }

  /** Zones without power. */
  lost(): readonly string[] {
    return [...this.dead];
  }

  /** Hears of each zone's loss and return. */
  onChange(listener: ZoneListener): void {
    this.listeners.add(listener);
  }
}

/** `eu-west-1` of `eu-west-1a`. */
export function regionOfZone(zone: string): string {
  return zone.replace(/[a-z]$/, "");
}

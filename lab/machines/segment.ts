import { run } from "../shell";

/** Longest name of a network interface. */
const longestName = 15;

/**
 * A network segment of the lab: a bridge with a network of its own. It lives in the lab's room, not in
 * the host's network, whose firewall would look at bridged packets.
 */
export class Segment {
  private constructor(
    /** 1 to 250. */
    readonly number: number,
    private readonly bridge: string,
  ) {}

  static async create(number: number): Promise<Segment> {
    const segment = new Segment(number, `segment${number}`);
    // Without a hardware address of its own it has the lowest of its cables', and another one when that
    // machine goes: the others would answer users at the old one for five seconds.
    const address = `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`;
    await run("ip", "link", "add", segment.bridge, "address", address, "type", "bridge");
    await run("ip", "address", "add", `${segment.address(1)}/24`, "dev", segment.bridge);
    await run("ip", "link", "set", segment.bridge, "up");
    return segment;
  }

  /** An address of the segment; the room itself, where its users are, has the first. */
  address(host: number): string {
    return `10.77.${this.number}.${host}`;
  }

  /** Plugs a cable into the bridge whose other end is the `eth0` of a machine. */
  async plug(machine: string, namespaceOf: number): Promise<Cable> {
    const cable = `${machine}s${this.number}`;
    if (cable.length > longestName) throw new Error(`The interface name ${cable} is too long.`);
    const peer = ["peer", "name", "eth0", "netns", String(namespaceOf)];
    await run("ip", "link", "add", cable, "type", "veth", ...peer);
    await run("ip", "link", "set", cable, "master", this.bridge, "up");
    return new Cable(cable);
  }

  /** The cables are gone when their machines are. */
  async remove(): Promise<void> {
    await run("ip", "link", "delete", this.bridge);
  }
}

/** A machine's connection to its segment. */
export class Cable {
  constructor(private readonly name: string) {}

  /** Both ends lose their carrier. */
  async cut(): Promise<void> {
    await run("ip", "link", "set", this.name, "down");
  }

  async mend(): Promise<void> {
    await run("ip", "link", "set", this.name, "up");
  }

  /** Once its machine has ended. The kernel does the same, but not at once. */
  async remove(): Promise<void> {
    try {
      await run("ip", "link", "delete", this.name);
    } catch (error) {
      if (!(error as Error).message.includes("Cannot find device")) throw error;
    }
  }
}

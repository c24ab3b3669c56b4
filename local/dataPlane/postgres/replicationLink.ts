import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * The line between two regions that a standby's replication runs over: everything takes a while to
 * get across, and what is on its way when an end is lost is lost with it. So a standby is behind as
 * far as one in another region is, and a failover can lose what was acknowledged.
 */
export class ReplicationLink {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  /**
   * @param upstream port of the source as of now; undefined while it does not run
   * @param delay real milliseconds that a byte takes to get across, asked for each time
   */
  constructor(
    private readonly upstream: () => number | undefined,
    private readonly delay: () => number,
  ) {
    this.server = createServer((near) => {
      this.join(near);
    });
    this.server.unref();
  }

  /** Listens on loopback and resolves with the port, which stays. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", () => {
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Loses what is on its way; while it is cut nothing gets across. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Lets the standby connect again. */
  mend(): void {
    this.isCut = false;
  }

  /** Cuts it for good. */
  close(): void {
    this.cut();
    this.server.close();
  }

  private join(near: Socket): void {
    const port = this.upstream();
    if (this.isCut || port === undefined) {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const line = new Line(this.delay);
      this.sockets.add(from);
      from.setNoDelay();
      from.on("data", (chunk: Buffer) => {
        line.carry(() => to.write(chunk));
      });
      // The close that follows tells the other end.
      from.on("error", () => undefined);
      from.on("close", () => {
        this.sockets.delete(from);
        if (this.isCut) line.lose();
        else line.carry(() => to.destroy());
      });
    }
  }
}

/** One direction: what was sent first arrives first, also when the delay becomes shorter. */
class Line {
  private readonly onTheWay: { readonly due: number; readonly arrive: () => unknown }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly delay: () => number) {}

  carry(arrive: () => unknown): void {
    const due = Math.max(performance.now() + this.delay(), this.onTheWay.at(-1)?.due ?? 0);
    this.onTheWay.push({ due, arrive });
    this.wait();
  }

  lose(): void {
    this.onTheWay.length = 0;
    clearTimeout(this.timer);
  }

  private wait(): void {
    const [next] = this.onTheWay;
    if (this.timer !== undefined || next === undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      while (this.onTheWay[0] && this.onTheWay[0].due <= performance.now())
        this.onTheWay.shift()?.arrive();
      this.wait();
    }, next.due - performance.now());
    this.timer.unref();
  }
}

import {
  Agent,
  createServer,
  type IncomingMessage,
  request as requestFrom,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { EdgeRoute, EdgeRouting } from "./edgeRouting";

/**
 * What users connect to, on loopback: the accelerator and the load balancers behind it, as a proxy in
 * front of the real controllers. Where a connection leads is decided when it is opened, by the
 * accelerator's rules (gateway/behaviours/globalAccelerator/routing.ts), and stays; the `host` header
 * picks the team at each request. A dead region answers nothing, neither a refusal nor a 503: its
 * clients wait until they give up.
 *
 * TLS and the real network are not modelled.
 */
export class HttpEdge {
  private readonly routes = new WeakMap<
    Socket,
    { readonly at: number; readonly route: Promise<EdgeRoute | undefined> }
  >();
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server = createServer((incoming, outgoing) => {
    this.serve(incoming, outgoing).catch((error: unknown) => {
      answer(outgoing, 500, `edge: ${String(error)}`);
    });
  });

  constructor(private readonly routing: EdgeRouting) {
    // As long as the accelerator keeps idle connections, in real time.
    this.server.keepAliveTimeout = 340_000;
  }

  /** Listens, and resolves with the port on 127.0.0.1. */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", () => {
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const host = (incoming.headers.host ?? "").replace(/:\d+$/, "");
    const path = (incoming.url ?? "/").replace(/\?.*$/, "");
    const connection = this.connectionOf(incoming.socket, host);
    const route = await connection.route;
    // Silence: the client's own time limit ends it.
    if (route === undefined || !this.routing.regionIsAlive(route.region)) return;
    // As the load balancer: one more answer, and the client has to connect anew.
    if (this.routing.now() - connection.at >= route.keptForMs) outgoing.shouldKeepAlive = false;
    const decision = await this.routing.decide(route, { host, path });
    if (decision === undefined) return;
    if (decision.kind === "answer") {
      incoming.resume();
      const { status, body = "", headers } = decision.answer;
      answer(outgoing, status, body, headers);
    } else this.passOn(route.region, decision.instanceId, incoming, outgoing);
  }

  private connectionOf(socket: Socket, host: string) {
    let connection = this.routes.get(socket);
    if (connection === undefined) {
      connection = { at: this.routing.now(), route: this.routing.connect(host) };
      this.routes.set(socket, connection);
    }
    return connection;
  }

  private passOn(
    region: string,
    instanceId: string,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): void {
    const unreachable = (): void => {
      // A machine that is gone is its load balancer's 502, as long as there is a load balancer.
      if (this.routing.regionIsAlive(region)) answer(outgoing, 502, "502 Bad Gateway");
    };
    const address = this.routing.addressOf(instanceId);
    if (address === undefined) {
      incoming.resume();
      unreachable();
      return;
    }
    const { method, url, headers } = incoming;
    const upstream = requestFrom({ ...address, agent: this.agent, method, path: url, headers });
    upstream.on("response", (response) => {
      // Headers of the connection behind say nothing about the one in front.
      delete response.headers.connection;
      delete response.headers["keep-alive"];
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
      response.on("error", () => outgoing.destroy());
    });
    upstream.on("error", unreachable);
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) upstream.destroy();
    });
    incoming.pipe(upstream);
  }
}

function answer(
  outgoing: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, { server: "awselb/2.0", ...headers });
  outgoing.end(body);
}

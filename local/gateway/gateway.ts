import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  AwsRequest,
  AwsResponse,
  Behaviour,
  BehaviourContext,
  ClientConstructor,
} from "./behaviour";
import { CallLog, onlyReads } from "./callLog";
import { controlPath, handleControlRequest } from "./controlEndpoint";
import { EmulatorConnection, type EmulatorAddress } from "./emulatorConnection";
import { Faults, type FaultEffect } from "./faults";
import { GatewayEvents } from "./gatewayEvents";
import { LatencyTable } from "./latencies";
import { flattenHeaders, parseAwsRequest, type HttpRequest } from "./requestParsing";
import {
  defectOf,
  errorCode,
  refusal,
  refusalByFault,
  refusalOfEmulator,
  unreadableRequest,
  type Outcome,
} from "./refusals";
import { ScaledClock } from "./scaledClock";
import { AwsError } from "./wire/awsError";
import { withoutSecrets } from "./wire/redaction";
import { World, type ControllerModel } from "./world";
import { Zones } from "./zones";

/** How a {@link Gateway} is made. */
export interface GatewayOptions {
  readonly emulator: EmulatorAddress;
  readonly behaviours?: readonly Behaviour[];
  /** What runs on launched machines. Default: nothing that ever answers. */
  readonly controllers?: ControllerModel;
  /** Default: 60 modelled seconds per real second from now on. */
  readonly clock?: ScaledClock;
  /** Default: seed 1. */
  readonly latencies?: LatencyTable;
  /**
   * Whether modelled time passes no faster than real time while the emulator works or a function's
   * process starts, so that this machine's speed is not measured as AWS's. Processes that follow the
   * clock by its scale alone (the drill's data plane) would run ahead of it. Default false.
   */
  readonly holdsClockForWork?: boolean;
  /** Loopback port. Default 0: any free one. */
  readonly port?: number;
  /** Receives defects of behaviours and of what happens by itself. Default: printed to stderr. */
  readonly onDefect?: (error: unknown) => void;
}

/** The part of an SDK v3 client through which a call can be wrapped. */
interface ClientWithMiddleware {
  readonly middlewareStack: {
    add(
      middleware: (next: Handler) => Handler,
      options: { readonly step: "finalizeRequest"; readonly name: string },
    ): void;
  };
}
type Handler = (args: unknown) => Promise<unknown>;

/** Credentials of behaviours' own clients; the emulator checks none. */
const gatewayCredentials = { accessKeyId: "LOCALAWSGATEWAY", secretAccessKey: "local" };

/**
 * The HTTP server in front of the emulator: reads each AWS API call, lets a fault or a behaviour have
 * it, otherwise passes it on, and logs it. It is the endpoint of everything under test.
 */
export class Gateway {
  readonly clock: ScaledClock;
  readonly latencies: LatencyTable;
  readonly faults: Faults;
  readonly zones = new Zones();
  readonly calls = new CallLog();
  readonly events = new GatewayEvents();
  readonly world = new World();
  private readonly behaviours: readonly Behaviour[];
  private readonly routes = new Map<string, Behaviour>();
  private readonly emulator: EmulatorConnection;
  private readonly server: Server;
  private readonly clients = new Map<string, unknown>();
  private readonly onDefect: (error: unknown) => void;
  private context?: BehaviourContext;

  constructor(private readonly options: GatewayOptions) {
    this.onDefect = options.onDefect ?? printDefect;
    this.clock = options.clock ?? new ScaledClock({ onError: this.onDefect });
    this.latencies = options.latencies ?? new LatencyTable();
    this.faults = new Faults(this.clock, this.latencies);
    this.behaviours = options.behaviours ?? [];
    this.emulator = new EmulatorConnection(options.emulator);
    for (const behaviour of this.behaviours) this.addRoutes(behaviour);
    this.server = createServer((incoming, outgoing) => {
      this.serve(incoming, outgoing).catch((error: unknown) => {
        outgoing.destroy();
        this.onDefect(error);
      });
    });
    // Kept client connections outlive pauses of a scaled minute.
    this.server.keepAliveTimeout = 60_000;
  }

  /** Listens on loopback, starts the behaviours, and resolves with the endpoint. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(this.options.port ?? 0, "127.0.0.1", () => {
        this.server.off("error", reject);
        resolve();
      });
    });
    const context = this.makeContext();
    this.context = context;
    this.faults.onRegionChange((region, alive) => {
      for (const behaviour of this.behaviours) behaviour.regionChanged?.(region, alive, context);
    });
    this.zones.onChange((zone, alive) => {
      for (const behaviour of this.behaviours) behaviour.zoneChanged?.(zone, alive, context);
    });
    const { controllers } = this.options;
    if (controllers) {
      this.world.controllers = controllers;
      controllers.attach?.(context);
    }
    for (const behaviour of this.behaviours) behaviour.start?.(context);
    return this.endpoint;
  }

  /** `http://127.0.0.1:<port>`; only after {@link start}. */
  get endpoint(): string {
    const address = this.server.address() as AddressInfo | null;
    if (!address) throw new Error("The gateway does not listen yet; call start() first.");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Stops behaviours, clock, clients and server; afterwards nothing of it keeps the process alive. */
  async stop(): Promise<void> {
    this.clock.stop();
    await this.options.controllers?.stop?.();
    for (const behaviour of this.behaviours) await behaviour.stop?.();
    for (const client of this.clients.values()) (client as { destroy(): void }).destroy();
    this.emulator.close();
    this.server.closeAllConnections();
    if (this.server.listening) {
      await new Promise<void>((resolve) => {
        this.server.close(() => {
          resolve();
        });
      });
    }
  }

  private addRoutes(behaviour: Behaviour): void {
    for (const action of behaviour.actions) {
      const route = `${behaviour.service} ${action}`;
      const owner = this.routes.get(route);
      if (owner) {
        throw new Error(
          `Both behaviours "${owner.name}" and "${behaviour.name}" answer ${route}; one action has one behaviour.`,
        );
      }
      this.routes.set(route, behaviour);
    }
  }

  private makeContext(): BehaviourContext {
    const { emulator } = this.options;
    const endpoint = this.endpoint;
    return {
      clock: this.clock,
      latencies: this.latencies,
      world: this.world,
      events: this.events,
      endpoint,
      forward: (request) => this.work(() => this.emulator.forward(request)),
      work: (does) => this.work(does),
      emulator: (constructor, region) => this.client(constructor, region, emulator.endpoint),
      gateway: (constructor, region) => this.client(constructor, region, endpoint),
      regionIsAlive: (region) => this.faults.regionIsAlive(region),
      zoneIsAlive: (zone) => this.zones.isAlive(zone),
    };
  }

  private client<Client>(
    constructor: ClientConstructor<Client>,
    region: string,
    endpoint: string,
  ): Client {
    const key = `${constructor.name} ${region} ${endpoint}`;
    let client = this.clients.get(key) as Client | undefined;
    if (client === undefined) {
      client = new constructor({
        endpoint,
        region,
        credentials: gatewayCredentials,
        maxAttempts: 3,
      });
      if (endpoint === this.options.emulator.endpoint) this.holdWhileAnswering(client);
      this.clients.set(key, client);
    }
    return client;
  }

  /** The client's calls are work as well: a behaviour makes them beside the call that it answers. */
  private holdWhileAnswering(client: unknown): void {
    (client as ClientWithMiddleware).middlewareStack.add(
      (next) => (args) => this.work(() => next(args)),
      { step: "finalizeRequest", name: "holdClockForWork" },
    );
  }

  /** Does what costs this machine time and not AWS. */
  private async work<Result>(does: () => Promise<Result>): Promise<Result> {
    if (this.options.holdsClockForWork !== true) return does();
    const release = this.clock.hold();
    try {
      return await does();
    } finally {
      release();
    }
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const http: HttpRequest = {
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      headers: flattenHeaders(incoming.headers),
      body: await readBody(incoming),
    };
    if (http.path.startsWith(controlPath)) {
      handleControlRequest(this, http, outgoing);
      return;
    }
    let request: AwsRequest;
    try {
      request = parseAwsRequest(http);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      send(outgoing, unreadableRequest(error));
      return;
    }
    await this.serveCall(request, outgoing);
  }

  private async serveCall(request: AwsRequest, outgoing: ServerResponse): Promise<void> {
    const at = this.clock.now();
    const arrived = performance.now();
    const fault = this.faults.meet(request);
    const outcome = await this.answerUnderFault(request, fault);
    const { response } = outcome;
    this.calls.record({
      at,
      latency: performance.now() - arrived,
      service: request.service,
      action: request.action,
      region: request.region,
      caller: request.caller,
      status: response?.status ?? 0,
      answeredBy: outcome.by,
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
      ...(fault === undefined ? {} : { fault: fault.kind }),
      ...(onlyReads(request.action) ? {} : readableInput(request)),
    });
    if (response) send(outgoing, response);
    else outgoing.destroy();
  }

  private async answerUnderFault(
    request: AwsRequest,
    fault: FaultEffect | undefined,
  ): Promise<Outcome> {
    if (!fault) return this.answer(request);
    switch (fault.kind) {
      case "delay":
        await this.clock.sleep(fault.duration);
        return this.answer(request);
      case "dropAfterEffect":
        return { ...(await this.answer(request)), response: undefined };
      case "dropBeforeEffect":
        return { by: "fault", response: undefined };
      case "deadEndpoint":
        await this.clock.sleep(this.latencies.sample("regionDeadConnectTimeout", request.region));
        return { by: "fault", response: undefined };
      default:
        return refusal(request, refusalByFault(request, fault), "fault");
    }
  }

  private async answer(request: AwsRequest): Promise<Outcome> {
    const behaviour =
      this.routes.get(`${request.service} ${request.action}`) ??
      this.routes.get(`${request.service} *`);
    const by = behaviour?.name ?? "emulator";
    try {
      const context = this.context;
      const response =
        behaviour && context
          ? await behaviour.handle(request, context)
          : await this.work(() => this.emulator.forward(request));
      const error = response.status >= 400 ? errorCode(response) : undefined;
      return { by, response, ...(error === undefined ? {} : { error }) };
    } catch (error) {
      if (error instanceof AwsError) return refusal(request, error, by);
      const passedOn = refusalOfEmulator(error);
      if (passedOn) return refusal(request, passedOn, by);
      this.onDefect(error);
      return refusal(request, defectOf(request, by, error), by);
    }
  }
}

function printDefect(error: unknown): void {
  process.stderr.write(
    `local AWS gateway: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
}

function readableInput(request: AwsRequest): { input?: Readonly<Record<string, unknown>> } {
  try {
    return { input: withoutSecrets(request.service, request.action, request.input) };
  } catch {
    // Only the trace suffers: a service without an installed client has no readable input.
    return {};
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, response: AwsResponse): void {
  outgoing.writeHead(response.status, {
    ...response.headers,
    "content-length": String(response.body.length),
  });
  outgoing.end(response.body);
}

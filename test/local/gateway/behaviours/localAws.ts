import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  AwsRequest,
  AwsResponse,
  Behaviour,
  ClientConstructor,
} from "../../../../local/gateway/behaviour";
import { Gateway } from "../../../../local/gateway/gateway";
import { LatencyTable, type LatencyTableOptions } from "../../../../local/gateway/latencies";
import { flattenHeaders, parseAwsRequest } from "../../../../local/gateway/requestParsing";
import { ScaledClock, type RealTime } from "../../../../local/gateway/scaledClock";
import type { ControllerModel } from "../../../../local/gateway/world";
import { answer } from "../../../../local/gateway/wire/answers";
import { answerError, AwsError, notModelled } from "../../../../local/gateway/wire/awsError";

/** What the stand-in for the emulator answers: `"service Action"` → the output in the SDK's shape. */
export type StubAnswers = Readonly<Record<string, (input: never, region: string) => object>>;

/** The modelled moment at which every test's clock starts. */
export const startOfTest = Date.parse("2030-01-01T00:00:00Z");

export interface LocalAws {
  readonly gateway: Gateway;
  /** An SDK client against the gateway, without retries. */
  client<Client>(constructor: ClientConstructor<Client>, region?: string): Client;
  stop(): Promise<void>;
}

/** A gateway with the given behaviours before an emulator that only knows the stub's answers. */
export async function startLocalAws(options: {
  readonly behaviours: readonly Behaviour[];
  readonly controllers?: ControllerModel;
  readonly stub?: StubAnswers;
  readonly scale?: number;
  readonly realTime?: RealTime;
  readonly latencies?: LatencyTableOptions;
}): Promise<LocalAws> {
  const emulator = await startStub(options.stub ?? {});
  const { port } = emulator.address() as AddressInfo;
  const defects: unknown[] = [];
  const gateway = new Gateway({
    emulator: { endpoint: `http://127.0.0.1:${port}` },
    behaviours: options.behaviours,
    ...(options.controllers === undefined ? {} : { controllers: options.controllers }),
    clock: new ScaledClock({
      scale: options.scale ?? 60,
      startAt: startOfTest,
      ...(options.realTime === undefined ? {} : { realTime: options.realTime }),
      onError: (error) => defects.push(error),
    }),
    latencies: new LatencyTable(options.latencies ?? {}),
    onDefect: (error) => defects.push(error),
  });
  const endpoint = await gateway.start();
  const clients: { destroy(): void }[] = [];
  return {
    gateway,
    client(constructor, region = "us-east-1") {
      const client = new constructor({
        endpoint,
        region,
        credentials: { accessKeyId: "TEST", secretAccessKey: "test" },
        maxAttempts: 1,
      });
      clients.push(client as { destroy(): void });
      return client;
    },
    async stop() {
      for (const client of clients) client.destroy();
      await gateway.stop();
      emulator.closeAllConnections();
      await new Promise((resolve) => emulator.close(resolve));
      if (defects.length > 0)
        throw new AggregateError(defects, `defects: ${defects.map(String).join("; ")}`);
    },
  };
}

/** Real time that passes only when a test says so; a pass runs what falls due, in order. */
export class SteppedTime implements RealTime {
  private current = 0;
  private readonly due: { at: number; action: () => void }[] = [];

  now(): number {
    return this.current;
  }

  schedule(delay: number, action: () => void): { cancel(): void } {
    const entry = { at: this.current + delay, action };
    this.due.push(entry);
    return {
      cancel: () => {
        const index = this.due.indexOf(entry);
        if (index >= 0) this.due.splice(index, 1);
      },
    };
  }

  /** Passes time; promises and loopback calls that a step started get their turns. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.current + milliseconds;
    for (;;) {
      const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due.splice(this.due.indexOf(next), 1);
      this.current = Math.max(this.current, next.at);
      next.action();
      await settle();
    }
    this.current = end;
    await settle();
  }
}

/** Some turns of the event loop: enough for promise chains, not for loopback calls. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits (in real time) until the condition holds, or fails with `what`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`did not happen within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function stubAnswer(stub: StubAnswers, request: AwsRequest): AwsResponse {
  const output = stub[`${request.service} ${request.action}`];
  try {
    if (output === undefined) throw notModelled(request, "the test's stub does not answer it");
    return answer(request, output(request.input as never, request.region));
  } catch (error) {
    if (error instanceof AwsError) return answerError(request, error);
    throw error;
  }
}

function startStub(stub: StubAnswers): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = parseAwsRequest({
        method: incoming.method ?? "GET",
        path: incoming.url ?? "/",
        headers: flattenHeaders(incoming.headers),
        body: Buffer.concat(chunks),
      });
      const response = stubAnswer(stub, request);
      outgoing.writeHead(response.status, response.headers);
      outgoing.end(response.body);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

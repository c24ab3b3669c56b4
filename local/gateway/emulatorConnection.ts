import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { AwsRequest, AwsResponse } from "./behaviour";
import { flattenHeaders } from "./requestParsing";
import { answerError, AwsError, notModelled } from "./wire/awsError";

/** The emulator that keeps the state, as the gateway sees it. */
export interface EmulatorAddress {
  /** e.g. `http://127.0.0.1:41234` */
  readonly endpoint: string;
  /** Why the emulator failed last, from its log; empty if unknown. */
  readonly lastError?: () => string;
}

/** Headers that belong to one hop and must not be passed on. */
const hopHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "expect", "te"]);

/** Passes calls to the emulator over kept connections and makes its failures understandable. */
export class EmulatorConnection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly target: URL;

  constructor(private readonly emulator: EmulatorAddress) {
    this.target = new URL(emulator.endpoint);
  }

  /** Sends the request on; what the emulator does not implement comes back as a clear refusal. */
  async forward(request: AwsRequest): Promise<AwsResponse> {
    const response = await this.send(request);
    if (!isFailureOfTheEmulator(response)) return response;
    // The log comes by a pipe of its own and may be a moment behind the answer.
    await sleep(20);
    const reason = this.emulator.lastError?.() ?? "";
    const why =
      response.status === 404
        ? "the emulator does not know this address"
        : `the emulator does not implement it or failed${reason === "" ? "" : ` (${reason})`}`;
    return answerError(request, notModelled(request, why));
  }

  /** Closes kept connections. */
  close(): void {
    this.agent.destroy();
  }

  private send(request: AwsRequest, attempt = 1): Promise<AwsResponse> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          agent: this.agent,
          host: this.target.hostname,
          port: this.target.port,
          method: request.method,
          path: request.path,
          headers: forwardedHeaders(request),
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            resolve({
              status: incoming.statusCode ?? 502,
              headers: withoutHopHeaders(flattenHeaders(incoming.headers)),
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        // The emulator may close a kept connection in the moment in which it is used again.
        if (outgoing.reusedSocket && error.code === "ECONNRESET" && attempt < 3) {
          resolve(this.send(request, attempt + 1));
        } else {
          reject(emulatorUnreachable(this.emulator, error));
        }
      });
      outgoing.end(request.body);
    });
  }
}

function forwardedHeaders(request: AwsRequest): Record<string, string> {
  const headers = withoutHopHeaders(request.headers);
  // A body that a behaviour changed would otherwise carry the old length.
  if (request.body.length > 0 || headers["content-length"] !== undefined) {
    headers["content-length"] = String(request.body.length);
  }
  return headers;
}

function withoutHopHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name)));
}

/** The emulator answers in HTML only when its web server gave up, never in AWS's name. */
function isFailureOfTheEmulator(response: AwsResponse): boolean {
  const isHtml = (response.headers["content-type"] ?? "").startsWith("text/html");
  return response.status >= 400 && isHtml && /^\s*<(!doctype|html)/i.test(response.body.toString());
}

function emulatorUnreachable(emulator: EmulatorAddress, cause: Error): AwsError {
  return new AwsError(
    "LocalAwsEmulatorUnreachable",
    `The AWS emulator at ${emulator.endpoint} does not answer (${cause.message}). ` +
      "It ended or was never started; its log says why.",
    501,
  );
}

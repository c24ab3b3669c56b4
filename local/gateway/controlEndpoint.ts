import type { ServerResponse } from "node:http";
import type { Gateway } from "./gateway";
import type { FaultSpecification } from "./faults";
import type { HttpRequest } from "./requestParsing";

/** Paths under this prefix steer the local AWS; no S3 bucket can have such a name. */
export const controlPath = "/_local/";

type Handler = (gateway: Gateway, body: unknown, argument: string) => unknown;

/**
 * The control calls, for processes other than the gateway's own. They do what the methods of
 * `gateway.faults`, `gateway.clock` and `gateway.calls` do; errors are JSON `{ "error": … }`.
 */
const controls: readonly { method: string; path: RegExp; handle: Handler }[] = [
  { method: "GET", path: /^status$/, handle: status },
  { method: "GET", path: /^calls\?after=(\d+)$/, handle: callsAfter },
  { method: "GET", path: /^events$/, handle: (gateway) => gateway.events.all() },
  { method: "GET", path: /^faults$/, handle: (gateway) => gateway.faults.list() },
  { method: "POST", path: /^faults$/, handle: injectFault },
  { method: "DELETE", path: /^faults$/, handle: clearFaults },
  { method: "DELETE", path: /^faults\/([\w-]+)$/, handle: clearFault },
  { method: "POST", path: /^regions\/([a-z0-9-]+)\/lose$/, handle: loseRegion },
  { method: "POST", path: /^regions\/([a-z0-9-]+)\/revive$/, handle: reviveRegion },
  { method: "PUT", path: /^clock$/, handle: setScale },
];

/** Answers one control call. */
export function handleControlRequest(
  gateway: Gateway,
  http: HttpRequest,
  outgoing: ServerResponse,
): void {
  const rest = http.path.slice(controlPath.length);
  for (const { method, path, handle } of controls) {
    const match = method === http.method ? path.exec(rest) : null;
    if (!match) continue;
    try {
      const body: unknown = http.body.length > 0 ? JSON.parse(http.body.toString()) : undefined;
      sendJson(outgoing, 200, handle(gateway, body, match[1] ?? ""));
    } catch (error) {
      sendJson(outgoing, 400, { error: error instanceof Error ? error.message : String(error) });
    }
    return;
  }
  const known = controls.map(({ method, path }) => `${method} ${path.source}`).join(", ");
  sendJson(outgoing, 404, {
    error: `No control call ${http.method} ${rest}; there are: ${known}.`,
  });
}

function status(gateway: Gateway): unknown {
  return {
    now: gateway.clock.date().toISOString(),
    scale: gateway.clock.scale,
    seed: gateway.latencies.seed,
    deadRegions: gateway.faults.deadRegions(),
    calls: gateway.calls.since().length,
  };
}

function callsAfter(gateway: Gateway, _body: unknown, after: string): unknown {
  return gateway.calls.since(Number(after));
}

function injectFault(gateway: Gateway, body: unknown): unknown {
  if (typeof body !== "object" || body === null) {
    throw new RangeError(
      'Send a fault as JSON, for example {"effect":{"kind":"throttle"},"count":3}.',
    );
  }
  return gateway.faults.inject(body as FaultSpecification);
}

function clearFaults(gateway: Gateway): unknown {
  gateway.faults.clearAll();
  return {};
}

function clearFault(gateway: Gateway, _body: unknown, id: string): unknown {
  if (!gateway.faults.clear(id)) throw new RangeError(`There is no fault "${id}" (any more).`);
  return {};
}

function loseRegion(gateway: Gateway, _body: unknown, region: string): unknown {
  gateway.faults.loseRegion(region);
  return status(gateway);
}

function reviveRegion(gateway: Gateway, _body: unknown, region: string): unknown {
  gateway.faults.reviveRegion(region);
  return status(gateway);
}

function setScale(gateway: Gateway, body: unknown): unknown {
  gateway.clock.setScale((body as { scale?: number } | undefined)?.scale ?? Number.NaN);
  return status(gateway);
}

function sendJson(outgoing: ServerResponse, code: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  outgoing.writeHead(code, {
    "content-type": "application/json",
    "content-length": String(body.length),
  });
  outgoing.end(body);
}

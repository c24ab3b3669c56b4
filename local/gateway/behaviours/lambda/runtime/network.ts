import http from "node:http";
import https from "node:https";
import net from "node:net";

/*
 * What a function's process may reach: the loopback address and nothing else, so that no drill can
 * ever touch real AWS or the internet; and load balancers, whose HTTPS goes to the gateway's edge.
 * TLS to a load balancer is not modelled: certificates, SNI and handshake failures are not seen.
 */

/** DNS names of load balancers: `name-123.us-east-1.elb.amazonaws.com` and NLB's `elb.<region>`. */
const loadBalancerName = /\.(elb\.[a-z0-9-]+|[a-z0-9-]+\.elb|elb)\.amazonaws\.com$/;

/** Tells the edge which load balancer the connection was for; the Host header names the team. */
export const loadBalancerHeader = "x-local-load-balancer";

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function unreachable(host: string): Error {
  return Object.assign(
    new Error(
      `connect ENETUNREACH ${host}: a function in the local AWS reaches loopback and load balancers only`,
    ),
    { code: "ENETUNREACH" },
  );
}

/** The host that `socket.connect` was asked for; undefined for a Unix socket. */
function hostOf(first: unknown, second: unknown): string | undefined {
  if (typeof first !== "object" || first === null) {
    return typeof second === "string" ? second : "localhost";
  }
  const options = first as { host?: string; path?: string | null };
  if (typeof options.path === "string") return undefined;
  return options.host ?? "localhost";
}

/** Refuses connections that would leave the machine. */
export function installLoopbackOnly(): void {
  const prototype = net.Socket.prototype as unknown as {
    connect(...args: unknown[]): net.Socket;
  };
  const connect = Reflect.get(prototype, "connect");
  prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    // Node normalises net.connect(...) to one array argument of [options, callback].
    const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
    const host = hostOf(first, args[1]);
    if (host !== undefined && !isLoopback(host)) {
      process.nextTick(() => this.destroy(unreachable(host)));
      return this;
    }
    return connect.apply(this, args);
  };
}

/** The request's options from any of the argument forms of `https.request`. */
function requestOptions(args: readonly unknown[]): https.RequestOptions {
  const [first, second] = args;
  const url = typeof first === "string" ? new URL(first) : first instanceof URL ? first : undefined;
  const given = (url === undefined ? first : typeof second === "function" ? {} : second) ?? {};
  if (url === undefined) return given;
  return {
    hostname: url.hostname,
    path: url.pathname + url.search,
    ...(url.port === "" ? {} : { port: url.port }),
    ...(given as https.RequestOptions),
  };
}

function hostHeader(headers: https.RequestOptions["headers"]): string | undefined {
  if (headers === undefined || Array.isArray(headers)) return undefined;
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === "host");
  return entry === undefined ? undefined : String(entry[1]);
}

/** Sends HTTPS requests for load balancers to the edge, as plain HTTP over loopback. */
export function routeLoadBalancersTo(edge: string): void {
  const [edgeHost, edgePort] = edge.split(":") as [string, string];
  const request = https.request;

  const routed = (...args: unknown[]): http.ClientRequest => {
    const options = requestOptions(args);
    const host = options.hostname ?? options.host ?? "localhost";
    if (!loadBalancerName.test(host)) {
      return (request as (...rest: unknown[]) => http.ClientRequest)(...args);
    }
    const callback = args.find((arg) => typeof arg === "function") as
      ((response: http.IncomingMessage) => void) | undefined;
    // An agent or TLS options of the caller's are for TLS sockets and would break plain HTTP.
    return http.request(
      {
        host: edgeHost,
        port: edgePort,
        method: options.method ?? "GET",
        path: options.path ?? "/",
        headers: {
          ...(options.headers as http.OutgoingHttpHeaders | undefined),
          host: hostHeader(options.headers) ?? options.servername ?? host,
          [loadBalancerHeader]: host,
        },
        agent: new http.Agent(),
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      callback,
    );
  };
  Object.assign(https, {
    request: routed,
    get: (...args: unknown[]) => {
      const started = routed(...args);
      started.end();
      return started;
    },
  });

  const realFetch = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    if (!loadBalancerName.test(url.hostname)) return realFetch(input, init);
    const headers = new Headers(asked.headers);
    headers.set(loadBalancerHeader, url.hostname);
    return realFetch(
      new Request(`http://${edge}${url.pathname}${url.search}`, { ...init, headers }),
    );
  };
}

import { isHealthyAnswer } from "./teamHealth";

/** How one team is asked, past DNS and accelerator, so that the answer is about one region. */
export interface TeamQuestion {
  /** The team's public name; sent as `Host` and as the TLS server name. */
  readonly host: string;
  /** DNS name of a load balancer in the region that is asked. */
  readonly address: string;
  /** E.g. `/login`, which Jenkins answers without signing in. */
  readonly path: string;
  readonly userAgent: string;
  /** Limit for the request, connection and TLS included; milliseconds. */
  readonly limitMs: number;
}

/** What a team answered. */
export interface Answered {
  readonly healthy: boolean;
  /** The status or the error, for the log. */
  readonly says: string;
}

/** Asks for all of these at the same time; the first bad answer, or the last one, is the team's. */
export async function askAll(
  paths: readonly string[],
  question: Omit<TeamQuestion, "path">,
): Promise<Answered> {
  const answers = await Promise.all(
    paths.map(async (path) => ({ path, ...(await askTeam({ ...question, path })) })),
  );
  const bad = answers.find(({ healthy }) => !healthy);
  if (bad === undefined) return { healthy: true, says: answers.at(-1)?.says ?? "not asked" };
  return { healthy: false, says: paths.length > 1 ? `${bad.path}: ${bad.says}` : bad.says };
}

/** Asks a team as a browser with a fixed address would. Never throws: what goes wrong is the answer. */
export function askTeam(question: TeamQuestion): Promise<Answered> {
  const https = require("https") as typeof import("https");
  const { host, address, path, userAgent, limitMs } = question;
  return new Promise((resolve) => {
    const request = https.request(
      {
        host: address,
        port: 443,
        // The certificate is for the team's name, not for the load balancer's.
        servername: host,
        headers: { host, "user-agent": userAgent },
        path,
        method: "GET",
        // A connection of its own: a kept one could outlive the machine that it led to.
        agent: false,
        signal: AbortSignal.timeout(limitMs),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        response.resume();
        const healthy = isHealthyAnswer(host, status, response.headers.location);
        resolve({ healthy, says: `${status}` });
      },
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ healthy: false, says: error.code ?? error.message });
    });
    request.end();
  });
}

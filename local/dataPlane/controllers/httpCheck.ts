import { type Agent, get } from "node:http";
import type { JenkinsAddress } from "./runningJenkins";

/** The status of a GET; undefined if there is no answer in so many real milliseconds. */
export function statusOf(
  address: JenkinsAddress,
  path: string,
  { agent, timeoutMs }: { readonly agent: Agent; readonly timeoutMs: number },
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ ...address, path, agent, timeout: timeoutMs });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(undefined);
    });
  });
}

/** A health check gets this long for an answer, real milliseconds; AWS's 5 s would be 83 ms here. */
export const healthCheckMs = 1_000;

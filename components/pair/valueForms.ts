import type { ArgumentProblem } from "../argumentProblems";

/** A DNS label as every file of a pair takes it literally. */
export const dnsLabel = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const octets = `${octet}(\\.${octet}){3}`;

/** An IPv4 address, such as 10.0.1.10. */
export const ipv4Address = new RegExp(`^${octets}$`);

/** An IPv4 address with the length of its network, such as 10.0.1.100/24. */
export const ipv4WithPrefix = new RegExp(`^${octets}/(3[0-2]|[12]?\\d)$`);

/** What is wrong with one value, which is not what it has to be. */
export function wrong(path: string, value: unknown, allowed: string): ArgumentProblem {
  return { path, reason: `is ${JSON.stringify(value)}; give ${allowed}` };
}

import type { ProxyPair } from "../../../components/pair/pair";

/** Two machines and a team of each strategy. */
export const samplePair: ProxyPair = {
  machines: [
    { name: "m1", address: "10.0.1.10" },
    { name: "m2", address: "10.0.2.10" },
  ],
  domain: "example.com",
  strategy: "active-passive",
  teams: [
    { name: "ma", webPort: 8081, agents: { controllerPort: 50001, pairPort: 51001 } },
    { name: "ba", webPort: 8082, preferred: "m2" },
    { name: "tw", webPort: 8083, strategy: "active-active", weights: { m1: 100, m2: 50 } },
    {
      name: "devops",
      webPort: 8084,
      strategy: "local-only",
      prefixed: true,
      healthPath: "/health",
    },
  ],
  tls: { kind: "none" },
  stats: { addresses: { m1: "10.0.9.1", m2: "10.0.9.2" }, port: 8404, user: "operator" },
};

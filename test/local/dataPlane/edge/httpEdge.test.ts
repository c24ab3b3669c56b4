import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { EdgeRouting } from "../../../../local/dataPlane/edge/edgeRouting";
import { HttpEdge } from "../../../../local/dataPlane/edge/httpEdge";
import {
  route,
  type RoutedGroup,
} from "../../../../local/gateway/behaviours/globalAccelerator/routing";

const regions = ["eu-central-1", "eu-west-1"] as const;
type Region = (typeof regions)[number];

/** One Jenkins in each region, and an accelerator in front whose groups tests change. */
class TwoRegions implements EdgeRouting {
  readonly dials = { "eu-central-1": 100, "eu-west-1": 0 };
  readonly weights = { "eu-central-1": 128, "eu-west-1": 128 };
  readonly healthy = new Set<string>(regions);
  readonly dead = new Set<string>();
  time = 0;
  private readonly servers = new Map<string, Server>();

  async start(): Promise<void> {
    for (const region of regions) {
      const server = createServer((incoming, outgoing) => {
        outgoing.end(`${region} ${incoming.method ?? ""} ${incoming.headers.host ?? ""}`);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      this.servers.set(region, server);
    }
  }

  kill(region: Region): void {
    const server = this.servers.get(region);
    server?.close();
    server?.closeAllConnections();
  }

  connect(host: string) {
    if (!host.endsWith(".jenkins.test")) return Promise.resolve(undefined);
    const groups = regions.map((region): RoutedGroup => ({
      region,
      trafficDialPercentage: this.dials[region],
      endpoints: [
        { endpointId: region, weight: this.weights[region], healthy: this.healthy.has(region) },
      ],
    }));
    const chosen = route(groups, () => 0.5);
    return Promise.resolve(
      chosen && {
        region: chosen.region,
        loadBalancer: chosen.endpointId,
        keptForMs: 60_000,
      },
    );
  }

  decide: EdgeRouting["decide"] = ({ region }, { host }) =>
    Promise.resolve(
      host.startsWith("nobody.")
        ? { kind: "answer", answer: { status: 503, body: "no such team" } }
        : { kind: "target", instanceId: region, port: 8080 },
    );

  addressOf(instanceId: string) {
    const address = this.servers.get(instanceId)?.address() as AddressInfo | null | undefined;
    return address ? { host: "127.0.0.1", port: address.port } : undefined;
  }

  now(): number {
    return this.time;
  }

  regionIsAlive(region: string): boolean {
    return !this.dead.has(region);
  }
}

describe("the HTTP edge", () => {
  let world: TwoRegions;
  let edge: HttpEdge;
  let port: number;
  let browser: Agent;

  beforeEach(async () => {
    world = new TwoRegions();
    await world.start();
    edge = new HttpEdge(world);
    port = await edge.start();
    browser = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    browser.destroy();
    await edge.stop();
    for (const region of regions) world.kill(region);
  });

  /** Status and body; `silence` when nothing came in that time. */
  function ask(
    host = "ma.jenkins.test",
    agent: Agent | false = false,
    patienceMs = 2_000,
  ): Promise<string> {
    return new Promise((resolve) => {
      const sent = request({
        host: "127.0.0.1",
        port,
        agent,
        method: "POST",
        headers: { host },
        signal: AbortSignal.timeout(patienceMs),
      });
      sent.on("error", () => {
        resolve("silence");
      });
      sent.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve(`${response.statusCode ?? 0} ${text}`);
        });
      });
      sent.end("body");
    });
  }

  it("leads to the region whose dial is open, and hands the request on as it came", async () => {
    expect(await ask()).to.equal("200 eu-central-1 POST ma.jenkins.test");
    world.dials["eu-central-1"] = 0;
    world.dials["eu-west-1"] = 100;
    expect(await ask()).to.equal("200 eu-west-1 POST ma.jenkins.test");
  });

  it("leads to the other region, closed dial or not, when the endpoint is unhealthy or weighs 0", async () => {
    world.healthy.delete("eu-central-1");
    expect(await ask()).to.contain("eu-west-1");
    world.healthy.add("eu-central-1");
    world.weights["eu-central-1"] = 0;
    expect(await ask()).to.contain("eu-west-1");
  });

  it("fails open to the closest region when nothing is healthy", async () => {
    world.healthy.clear();
    expect(await ask()).to.contain("eu-central-1");
  });

  it("leaves established connections where they are when dials move", async () => {
    expect(await ask("ma.jenkins.test", browser)).to.contain("eu-central-1");
    world.dials["eu-central-1"] = 0;
    world.dials["eu-west-1"] = 100;
    expect(await ask("ma.jenkins.test", browser)).to.contain("eu-central-1");
    expect(await ask()).to.contain("eu-west-1");
  });

  it("lets no client stay on a connection for longer than the load balancer keeps it", async () => {
    expect(await ask("ma.jenkins.test", browser)).to.contain("eu-central-1");
    world.dials["eu-central-1"] = 0;
    world.dials["eu-west-1"] = 100;
    world.time = 59_999;
    expect(await ask("ma.jenkins.test", browser)).to.contain("eu-central-1");
    world.time = 60_000;
    expect(await ask("ma.jenkins.test", browser), "one more answer").to.contain("eu-central-1");
    expect(await ask("ma.jenkins.test", browser), "on a new connection").to.contain("eu-west-1");
  });

  it("is silent for a dead region, also on a connection to it, until the client gives up", async () => {
    expect(await ask("ma.jenkins.test", browser)).to.contain("eu-central-1");
    world.dead.add("eu-central-1");
    world.kill("eu-central-1");
    expect(await ask("ma.jenkins.test", browser, 100)).to.equal("silence");
    expect(await ask("ma.jenkins.test", false, 100)).to.equal("silence");
    world.healthy.delete("eu-central-1");
    expect(await ask()).to.contain("eu-west-1");
  });

  it("answers 502 for a machine that is gone from a living region, and what rules answer", async () => {
    world.kill("eu-central-1");
    expect(await ask()).to.equal("502 502 Bad Gateway");
    expect(await ask("nobody.jenkins.test")).to.equal("503 no such team");
    expect(await ask("elsewhere.test", false, 100)).to.equal("silence");
  });
});

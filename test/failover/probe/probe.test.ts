import { expect } from "chai";
import { probe, type ProbePorts } from "../../../failover/probe/probe";
import {
  controlPlaneMetrics,
  type Metric,
  type ProbePlan,
  type TargetReading,
  teamMetrics,
} from "../../../failover/probe/probePlan";
import { isHealthyAnswer } from "../../../failover/teamHealth";

const healthy: TargetReading = { kind: "healthy" };
const unhealthy: TargetReading = { kind: "unhealthy" };
const unreachable: TargetReading = { kind: "unreachable", error: "TimeoutError" };
const unknown: TargetReading = { kind: "unknown", error: "Throttling: slow down" };

function planOf(teams: number): ProbePlan {
  return {
    prefix: "jenkins",
    activeRegion: "eu-central-1",
    waitingRegion: "eu-west-1",
    healthPaths: ["/login"],
    requestTimeoutMs: 5000,
    concurrency: 3,
    threshold: 0.5,
    quorum: 2,
    targets: Array.from({ length: teams }, (_, index) => ({
      team: `team-${index}`,
      host: `team-${index}.example.com`,
      address: "alb",
      targetGroupArn: `arn-${index}`,
    })),
  };
}

interface Fake {
  readonly ports: ProbePorts;
  readonly published: Metric[];
  readonly lines: string[];
  asked: number;
  read: number;
  mostAtOnce: number;
}

function fake(answers: (team: string) => boolean, reading: (index: number) => TargetReading): Fake {
  let running = 0;
  const world: Fake = {
    published: [],
    lines: [],
    asked: 0,
    read: 0,
    mostAtOnce: 0,
    ports: {
      ask: async ({ team }) => {
        world.asked += 1;
        running += 1;
        world.mostAtOnce = Math.max(world.mostAtOnce, running);
        await Promise.resolve();
        running -= 1;
        return { team, healthy: answers(team), says: answers(team) ? "200" : "503" };
      },
      readTargets: () => Promise.resolve(reading(world.read++)),
      publish: (metrics) => {
        world.published.push(...metrics);
        return Promise.resolve();
      },
      log: (line) => world.lines.push(line),
    },
  };
  return world;
}

function valueOf(metrics: readonly Metric[], name: string): number | undefined {
  return metrics.find((metric) => metric.name === name)?.value;
}

describe("a team's answer", () => {
  const cases: [string, number, string | undefined, boolean][] = [
    ["200", 200, undefined, true],
    ["503 while Jenkins loads", 503, undefined, false],
    ["404", 404, undefined, false],
    ["no status", 0, undefined, false],
    ["a redirect inside of the host", 302, "/securityRealm/commenceLogin", true],
    ["a redirect to its own name", 302, "https://MA.example.com/x", true],
    ["the load balancer's sign-in", 302, "https://login.example.com/authorize", false],
    ["a name that only begins like the host's", 302, "https://ma.example.com.evil.test/", false],
  ];
  for (const [what, status, location, expected] of cases) {
    it(`${expected ? "counts" : "does not count"} as healthy: ${what}`, () => {
      expect(isHealthyAnswer("ma.example.com", status, location)).to.equal(expected);
    });
  }
});

describe("the first signal", () => {
  const count = (good: number, all: number): Metric[] =>
    teamMetrics(
      Array.from({ length: all }, (_, index) => ({
        team: `${index}`,
        healthy: index < good,
        says: "",
      })),
      { threshold: 0.5, quorum: 2 },
    );

  it("is down only below the threshold and below the quorum", () => {
    expect(valueOf(count(1, 4), "TeamsDown")).to.equal(1);
    expect(valueOf(count(2, 4), "TeamsDown")).to.equal(0);
    expect(valueOf(count(2, 100), "TeamsDown"), "quorum").to.equal(0);
    expect(valueOf(count(1, 2), "TeamsDown"), "threshold").to.equal(0);
    expect(valueOf(count(0, 1), "TeamsDown")).to.equal(1);
  });

  it("publishes share and count", () => {
    expect(valueOf(count(1, 4), "HealthyShare")).to.equal(25);
    expect(valueOf(count(1, 4), "HealthyTeams")).to.equal(1);
  });

  it("says nothing without teams", () => {
    expect(count(0, 0)).to.be.empty;
  });
});

describe("the second signal", () => {
  const verdict = (...readings: TargetReading[]): number | undefined =>
    valueOf(controlPlaneMetrics(readings), "ControlPlaneDown");

  it("is up with one healthy target, whatever else is read", () => {
    expect(verdict(unreachable, unhealthy, unknown, healthy)).to.equal(0);
  });

  it("is down when no target is healthy or nothing answers", () => {
    expect(verdict(unhealthy, unhealthy)).to.equal(1);
    expect(verdict(unreachable)).to.equal(1);
    expect(verdict(unhealthy, unreachable)).to.equal(1);
  });

  it("says nothing when the control plane answers without telling health", () => {
    expect(verdict(unhealthy, unknown)).to.equal(undefined);
    expect(verdict()).to.equal(undefined);
  });
});

describe("a run of the probe", () => {
  it("publishes a healthy region and stops reading at the first healthy batch", async () => {
    const world = fake(
      () => true,
      () => healthy,
    );
    await probe(planOf(25), world.ports);
    expect(valueOf(world.published, "TeamsDown")).to.equal(0);
    expect(valueOf(world.published, "ControlPlaneDown")).to.equal(0);
    expect(world.asked).to.equal(25);
    expect(world.read).to.equal(10);
  });

  it("publishes both signals of a lost region without asking a dead control plane 500 times", async () => {
    const world = fake(
      () => false,
      () => unreachable,
    );
    await probe(planOf(500), world.ports);
    expect(valueOf(world.published, "TeamsDown")).to.equal(1);
    expect(valueOf(world.published, "ControlPlaneDown")).to.equal(1);
    expect(world.read).to.equal(10);
  });

  it("looks on until it finds the one healthy target", async () => {
    const world = fake(
      () => false,
      (index) => (index === 24 ? healthy : unhealthy),
    );
    await probe(planOf(25), world.ports);
    expect(valueOf(world.published, "ControlPlaneDown")).to.equal(0);
  });

  it("asks every team, never more at once than allowed", async () => {
    const world = fake(
      () => true,
      () => healthy,
    );
    await probe(planOf(20), world.ports);
    expect(world.asked).to.equal(20);
    expect(world.mostAtOnce).to.equal(3);
  });

  it("publishes the first signal and then fails when the second is blind", async () => {
    const world = fake(
      () => false,
      () => unknown,
    );
    const error = await probe(planOf(2), world.ports).then(
      () => undefined,
      (reason: unknown) => String(reason),
    );
    expect(error).to.include("blind").and.include("Throttling");
    expect(world.published.map((metric) => metric.name)).to.include("TeamsDown");
    expect(world.published.map((metric) => metric.name)).not.to.include("ControlPlaneDown");
  });

  it("names at most 20 teams in the log", async () => {
    const world = fake(
      () => false,
      () => unreachable,
    );
    await probe(planOf(100), world.ports);
    const line = JSON.parse(world.lines[0]!) as { unhealthy: string[]; unhealthyNotNamed: number };
    expect(line.unhealthy).to.have.length(20);
    expect(line.unhealthyNotNamed).to.equal(80);
  });
});

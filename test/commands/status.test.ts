import { expect } from "chai";
import { look } from "../../failover/look";
import { run } from "../../failover/run";
import { needsAttention, type Status, statusReport } from "../../commands/statusReport";
import { minutes, SimulatedClock, SimulatedCloud } from "../support/simulatedCloud";
import { FakeAws, runCommand } from "./fakeAws";

describe("the status report", () => {
  let clock: SimulatedClock;
  let cloud: SimulatedCloud;

  beforeEach(() => {
    clock = new SimulatedClock();
    cloud = new SimulatedCloud(clock);
  });

  async function status(): Promise<Status> {
    const seen = await look(cloud, cloud.plan, () => clock.now());
    const { record } = cloud;
    return { stack: "dr", look: seen, ...(record === undefined ? {} : { record }) };
  }

  /** Asks for a failover and lets the schedule go on for so long. */
  async function failOver(forMinutes: number): Promise<void> {
    const at = clock.now();
    const request = { kind: "direct", id: "r", at, command: "failover", generation: 1 } as const;
    const deadline = at + minutes(forMinutes);
    const trigger = { ...request, force: false, reason: "incident 4711" };
    await run(cloud, clock, trigger, { plan: cloud.plan, deadline }, () => undefined);
  }

  it("shows both regions, both lags against their limits and who could start a failover", async () => {
    const quiet = await status();
    const report = statusReport(quiet, clock.now());
    expect(report).to.match(/^phase +no record yet/);
    expect(report).to.match(/region alarm +OK/);
    expect(report).to.match(/database +replica available, 5 s behind, within the RPO gate's/);
    expect(report).to.match(/home +replicating, 1 min behind, within/);
    expect(report).to.match(/next +nothing; the region alarm, or npm run failover -- --stack dr/);
    expect(needsAttention(quiet)).to.equal(false);
  });

  it("says that a lag is above its limit or unknown before anybody needs the failover", async () => {
    cloud.replicaLag = undefined;
    cloud.homeLag = 100_000;
    const report = statusReport(await status(), clock.now());
    expect(report).to.match(/database +replica available, lag unknown: the RPO gate would refuse/);
    expect(report).to.match(/home +replicating, .* behind, above the RPO gate's/);
  });

  it("says what a blocked failover waits for and what to do", async () => {
    cloud.loseActiveRegion();
    cloud.replicaLag = 100_000;
    await failOver(12);
    const blocked = await status();
    expect(blocked.record?.phase).to.equal("blocked");
    const report = statusReport(blocked, clock.now());
    expect(report).to.match(/asked by +direct: incident 4711/);
    expect(report).to.match(/blocked +at step database for .*: The replica was 100000 s behind/);
    expect(report).to.match(/to do +\S/);
    expect(needsAttention(blocked)).to.equal(true);
  });

  it("shows a region that does not answer as unknown, with the reason", async () => {
    cloud.loseActiveRegion();
    cloud.alarm = "ALARM";
    const lost = await status();
    expect(statusReport(lost, clock.now())).to.match(/us-east-1 .*unknown, unreachable \(/);
    expect(needsAttention(lost)).to.equal(true);
  });

  it("shows a complete failover with what was lost at most", async () => {
    cloud.loseActiveRegion();
    await failOver(60);
    const report = statusReport(await status(), clock.now());
    expect(report).to.match(/phase +serving/);
    expect(report).to.match(/serves +eu-west-1, generation 2/);
    expect(report).to.match(/lost at most +database 5 s, home 1 min/);
    expect(report).to.match(/database +available, a writer of its own/);
  });

  it("says what an open fence keeps from being done, what leads out, and who took it", async () => {
    cloud.loseActiveRegion();
    await failOver(60);
    const line = async () =>
      statusReport(await status(), clock.now())
        .split("\n")
        .find((each) => each.startsWith("unfenced"));
    expect(await line()).to.match(/silent for .*--stack dr --accept-unfenced.*neither stack/);
    const accepts = { kind: "direct", id: "a", at: clock.now(), force: false } as const;
    const word = { command: "acceptUnfenced", generation: 2, reason: "lost", by: "ada" } as const;
    const settings = { plan: cloud.plan, deadline: clock.now() };
    await run(cloud, clock, { ...accepts, ...word }, settings, () => undefined);
    clock.advance(minutes(3));
    expect(await line()).to.match(/accepted by ada 3 min ago: lost; fencing goes on/);
    cloud.active.controlPlaneAnswers = true;
    await run(cloud, clock, { kind: "schedule" }, settings, () => undefined);
    expect(await line()).to.include("the old region answers and is being fenced");
    clock.advance(minutes(2));
    await run(cloud, clock, { kind: "schedule" }, settings, () => undefined);
    expect(await line(), "fenced at last").to.equal(undefined);
  });

  it("shows the last rehearsal, and calls for attention when it failed", async () => {
    const outcome = {
      id: "20260101t000000",
      asked: { id: "a", by: "schedule" },
      startedAt: clock.now() - minutes(30),
      endedAt: clock.now() - minutes(10),
      cleanedAt: clock.now(),
      result: "failure",
      problems: ["ma: Jenkins did not answer."],
      teams: 4,
      healthy: 3,
    } as const;
    const rehearsals = { version: 1, since: 0, seen: [], outbox: [], history: [outcome] };
    const failed = { ...(await status()), rehearsals };
    expect(statusReport(failed, clock.now())).to.match(
      /last rehearsal +10 min ago: failure after 20 min, 3 of 4 teams healthy; ma: Jenkins did not/,
    );
    expect(needsAttention(failed)).to.equal(true);
  });

  it("neither saves nor does anything", async () => {
    const calls: string[] = [];
    cloud.loseActiveRegion();
    cloud.onCall = (call) => calls.push(call);
    await status();
    expect(new Set(calls)).to.deep.equal(new Set(["load", "observe"]));
  });
});

describe("npm run status", function () {
  this.timeout(40_000);
  let aws: FakeAws;
  beforeEach(async () => {
    aws = new FakeAws();
    await aws.listen();
  });
  afterEach(() => {
    aws.close();
  });

  it("asks the function to look, and tells what it saw, as JSON too", async () => {
    const clock = new SimulatedClock();
    const cloud = new SimulatedCloud(clock);
    aws.look = await look(cloud, cloud.plan, () => clock.now());
    const { code, output } = await runCommand("status", aws.url, "--stack", "dr", "--json");
    expect(code, output).to.equal(0);
    expect(aws.requests[0]?.payload).to.deep.equal({ source: "direct", command: "look" });
    expect(JSON.parse(output.slice(output.indexOf("{")))).to.have.nested.property(
      "look.observation.alarm.value",
      "OK",
    );
  });

  it("shows the record alone while the function is at work", async () => {
    aws.busy = 100;
    const record = { version: 3, phase: "recovering", since: Date.now(), generation: 7, steps: {} };
    aws.record = { record: { S: JSON.stringify({ ...record, activeRegion: "eu-central-1" }) } };
    const { code, output } = await runCommand("status", aws.url, "--stack", "dr");
    expect(code).to.equal(1);
    expect(output).to.include("eu-central-1, generation 7").and.include("The function is at work");
  });

  it("says what it needs", async () => {
    const { code, output } = await runCommand("status", aws.url);
    expect(code).to.equal(2);
    expect(output).to.include("--stack is missing").and.include("npm run status");
  });
});

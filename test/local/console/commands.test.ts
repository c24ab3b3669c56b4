import { expect } from "chai";
import { callLine } from "../../../local/console/callLine";
import { type Known, NoCommand, parseCommand, syntax } from "../../../local/console/commands";
import { complete } from "../../../local/console/completion";
import { type Status, statusLines } from "../../../local/console/statusLines";

const known: Known = {
  primary: "eu-central-1",
  dr: "eu-west-1",
  services: ["autoscaling", "elasticfilesystem", "rds", "s3"],
};

describe("the console's commands", () => {
  for (const [line, command] of [
    ["help", { kind: "help" }],
    ["  status  ", { kind: "status" }],
    ["lose primary", { kind: "lose", region: "eu-central-1" }],
    ["lose dr # and watch", { kind: "lose", region: "eu-west-1" }],
    ["revive eu-central-1", { kind: "revive", region: "eu-central-1" }],
    ["throttle rds", { kind: "fault", fault: { effect: { kind: "throttle" }, service: "rds" } }],
    [
      "throttle rds dr 3",
      {
        kind: "fault",
        fault: { effect: { kind: "throttle" }, service: "rds", region: "eu-west-1", count: 3 },
      },
    ],
    [
      "fail s3 2",
      { kind: "fault", fault: { effect: { kind: "serverError" }, service: "s3", count: 2 } },
    ],
    [
      "slow rds 1.5m primary",
      {
        kind: "fault",
        fault: {
          effect: { kind: "delay", duration: 90_000 },
          service: "rds",
          region: "eu-central-1",
        },
      },
    ],
    ["clear", { kind: "clear" }],
    ["alarm", { kind: "alarm" }],
    ["alarm region-down", { kind: "alarm" }],
    ["failover", { kind: "failover" }],
    ["failover --force the site burns", { kind: "failover", force: "the site burns" }],
    ["abort", { kind: "abort" }],
    ["wait 5m", { kind: "wait", for: 300_000 }],
    ["wait serving", { kind: "wait", for: "serving" }],
    ["time 600", { kind: "time", scale: 600 }],
    ["calls", { kind: "calls", show: "writing" }],
    ["calls all", { kind: "calls", show: "all" }],
    ["calls off", { kind: "calls", show: "none" }],
    ["quit", { kind: "quit" }],
    ["", undefined],
    ["# only a comment", undefined],
  ] as const) {
    it(`reads "${line}"`, () => {
      expect(parseCommand(line, known)).to.deep.equal(command);
    });
  }

  for (const [line, message] of [
    ["thorttle rds", 'There is no command "thorttle"; did you mean "throttle"?'],
    ["xyzzy", 'There is no command "xyzzy"; help lists them all'],
    ["constructor", 'There is no command "constructor"; help lists them all'],
    ["lose", "Usage: lose primary|dr|REGION"],
    ["lose primry", 'Did you mean "primary"?'],
    ["lose eu-west-3", 'lose knows no "eu-west-3", only primary, dr, eu-central-1, eu-west-1'],
    ["throttle", "Usage: throttle SERVICE [REGION] [COUNT]"],
    ["throttle rsd", 'Did you mean "rds"?'],
    ["throttle rds 0", '"0" is not a whole number from 1 on. Usage: throttle'],
    ["throttle rds dr 3 4", "Usage: throttle"],
    ["throttle rds dr primary", "Usage: throttle"],
    ["slow rds", '"" is no duration'],
    ["slow rds 30", '"30" is no duration; write a number and ms, s, m or h'],
    ["alarm teams", 'alarm knows no "teams"'],
    ["failover now", 'failover knows no "now", only --force'],
    ["failover --force", "wants a reason"],
    ["wait for it", "Usage: wait"],
    ["wait servng", 'Did you mean "serving"?'],
    ["time fast", '"fast" is not a whole number'],
    ["time", "Usage: time SCALE"],
    ["calls toString", 'calls knows no "toString"'],
    ["status now", "Usage: status"],
  ] as const) {
    it(`refuses "${line}"`, () => {
      expect(() => parseCommand(line, known)).to.throw(NoCommand, message);
    });
  }

  it("have a usage that begins with their own name", () => {
    for (const [verb, { usage }] of Object.entries(syntax)) {
      expect(usage.split(" ")[0]).to.equal(verb);
    }
  });

  it("are completed by word, region and service", () => {
    expect(complete("th", known)).to.deep.equal([["throttle "], "th"]);
    expect(complete("lose eu-w", known)).to.deep.equal([["eu-west-1 "], "eu-w"]);
    expect(complete("slow r", known)).to.deep.equal([["rds "], "r"]);
    expect(complete("slow rds 3", known)[0]).to.deep.equal(["30s "]);
    expect(complete("nonsense x", known)[0]).to.deep.equal([]);
  });
});

describe("the console's lines", () => {
  const call = {
    ...{ number: 1, at: Date.UTC(2026, 0, 2, 3, 4, 5), latency: 1, service: "rds" },
    ...{ action: "PromoteReadReplica", region: "eu-west-1", caller: "jenkins-failover" },
    ...{ status: 200, answeredBy: "RDS" },
  };

  it("show a call's end: carried out, refused and why, or never answered", () => {
    expect(callLine(call)).to.match(
      /^03:04:05 eu-west-1 +rds PromoteReadReplica +200 +jenkins-failover$/,
    );
    expect(callLine({ ...call, status: 400, error: "Throttling", fault: "throttle" })).to.contain(
      "400 Throttling (throttle)",
    );
    expect(callLine({ ...call, status: 0, fault: "deadEndpoint" })).to.contain(
      "no answer (deadEndpoint)",
    );
  });

  it("show the state of both regions", () => {
    const base = { now: call.at, scale: 60, alarm: "OK", teams: 2, deadRegions: [], faults: [] };
    const lines = statusLines({
      ...{ ...base, record: undefined },
      answering: { "eu-central-1": ["ba", "ma"], "eu-west-1": [] },
    });
    expect(lines).to.deep.equal([
      "time      2026-01-02 03:04:05, 60 modelled seconds a second",
      "record    not written yet",
      "alarm     OK",
      "answers   eu-central-1: 2 of 2 teams (ba, ma)",
      "answers   eu-west-1: 0 of 2 teams",
      "dead      no region",
    ]);
  });

  it("show what a failover waits for, what blocks it and which faults are at work", () => {
    const step = { state: "running", waitsFor: "the promotion" } as const;
    const blockage = {
      step: "database",
      since: 0,
      reason: "It is full.",
      remedy: "Add storage.",
      pagedAt: 0,
    } as const;
    const record: NonNullable<Status["record"]> = {
      version: 3,
      generation: 2,
      activeRegion: "eu-west-1",
      phase: "blocked",
      since: 0,
      steps: { database: step },
      blockage,
      seenTriggers: [],
      outbox: [],
      history: [],
    };
    const effect = { kind: "delay", duration: 30_000 } as const;
    const specification = { effect, service: "rds", region: "eu-west-1", count: 3 };
    const lines = statusLines({
      ...{ now: 0, scale: 60, record, alarm: "ALARM", answering: {}, teams: 1 },
      ...{
        deadRegions: ["eu-central-1"],
        faults: [{ id: "1", specification, met: 2, skipped: 0 }],
      },
    });
    expect(lines).to.include.members([
      "record    blocked, generation 2, active region eu-west-1",
      "step      database waits for the promotion",
      "blocked   database: It is full. Add storage.",
      "dead      eu-central-1",
      "fault     rds in eu-west-1: delay 30 s, 2 of 3 calls met",
    ]);
  });
});

import { expect } from "chai";
import { judge, median } from "../../lab/judgement";
import { inLanes } from "../../lab/lanes";
import { readLabOptions } from "../../lab/options";
import { seeded } from "../../lab/random";
import { outageText, summaryTable } from "../../lab/report/summaryTable";
import { missingPrograms, packageOf } from "../../lab/requirements";
import type { RoundResult } from "../../lab/result";
import type { Scenario } from "../../lab/scenario";
import { scenarios } from "../../lab/scenarios";
import { schedule } from "../../lab/schedule";

const scenario = (given: Partial<Scenario>): Scenario => ({
  name: "some",
  title: "something happens",
  quick: false,
  watch: { reference: { atLeast: 1, atMost: 2 }, fast: { atLeast: 1, atMost: 2 } },
  lost: [],
  targets: {},
  prepare: () => Promise.reject(new Error("There are no machines in a test.")),
  ...given,
});

const round = (
  profile: RoundResult["profile"],
  outages: Readonly<Record<string, number>>,
  given: Partial<RoundResult> = {},
): RoundResult => ({
  scenario: "some",
  profile,
  round: 1,
  teams: Object.entries(outages).map(([team, longest]) => ({
    team,
    longest,
    ended: true,
    failed: longest / 50,
    slowest: 3,
    servedBefore: [`${team}-m1`],
    servedAfter: [`${team}-m2`],
    streams: { websocket: 0, agent: 0 },
    strip: [],
  })),
  addressMoves: [],
  events: [],
  problems: [],
  watched: 5_000,
  ...given,
});

describe("the lab", () => {
  describe("its command line", () => {
    const read = (...args: string[]) => readLabOptions(["node", "lab", ...args]);
    it("runs both profiles of everything by default", () => {
      expect(read()).to.include({ quick: false, seed: 1, lanes: 2 });
      expect(read().profiles).to.deep.equal(["reference", "fast"]);
      expect(read("--profile", "fast").profiles).to.deep.equal(["fast"]);
    });
    for (const [args, message] of [
      [["--rounds", "0"], /"0" is not a whole number from 1 on/],
      [["--lanes", "9"], /"9" is more than 8/],
      [["--profile", "slow"], /reference, fast/],
      [["--fast"], /unknown option '--fast'/],
    ] as const) {
      it(`refuses ${args.join(" ")}`, () => {
        expect(() => read(...args)).to.throw(message);
      });
    }
  });

  describe("its schedule", () => {
    const all = [
      scenario({ name: "link-down", quick: true }),
      scenario({ name: "team-added" }),
      scenario({ name: "link-cut", rounds: 2 }),
    ];
    const choice = { quick: false, only: [], profiles: ["reference", "fast"] } as const;
    const names = (selection: Parameters<typeof schedule>[1]) =>
      schedule(all, selection).map((plan) => `${plan.scenario.name} ${plan.profile} ${plan.round}`);

    it("has both profiles of a scenario beside each other, five rounds of ours for a median", () => {
      expect(names(choice)).to.deep.equal([
        "link-down reference 1",
        ...[1, 2, 3, 4, 5].map((number) => `link-down fast ${number}`),
        "team-added reference 1",
        "team-added fast 1",
        "link-cut reference 1",
        "link-cut fast 1",
        "link-cut fast 2",
      ]);
    });
    it("is one round of each basic fault when it has to be quick", () => {
      expect(names({ ...choice, quick: true })).to.deep.equal([
        "link-down reference 1",
        "link-down fast 1",
      ]);
    });
    it("takes names in part, and says which there are when one is wrong", () => {
      expect(names({ ...choice, only: ["added"], rounds: 1 })).to.have.length(2);
      expect(() => names({ ...choice, only: ["moon"] })).to.throw(
        "--only moon is in no scenario's name; they are link-down, team-added, link-cut.",
      );
      expect(() => names({ ...choice, quick: true, only: ["added"] })).to.throw(/no scenario of/);
    });
    it("parts the cluster's machines twenty times when everything is run", () => {
      const cut = scenarios.filter(({ name }) => /^pacemaker-.*cut-off$/.test(name));
      expect(cut.reduce((sum, { rounds = 1 }) => sum + rounds, 0)).to.equal(20);
    });
    it("has a median of five for each failover by a time that is promised", () => {
      const promised = scenarios.filter(
        ({ name, targets }) => targets.ratio !== undefined || /frozen|power-off/.test(name),
      );
      expect(promised).to.have.length.greaterThan(7);
      for (const { name, quick, rounds = quick ? 5 : 1 } of promised) {
        expect(rounds, name).to.be.at.least(5);
      }
    });
    it("knows seven basic faults, and every scenario by another name", () => {
      expect(scenarios.filter(({ quick }) => quick)).to.have.length(7);
      expect(new Set(scenarios.map(({ name }) => name)).size).to.equal(scenarios.length);
    });
  });

  describe("its judgement", () => {
    it("takes medians over rounds of the team that was away longest", () => {
      const rounds = [100, 700, 300, 200, 900].map((ms) => round("fast", { ba: ms, ma: 50 }));
      const { fast, missed } = judge(scenario({ targets: { outage: 300 } }), rounds);
      expect(fast).to.include({ outage: 300, failedInAll: 7, rounds: 5 });
      expect(missed).to.be.empty;
      expect(median([4, 1, 2, 3])).to.equal(2);
    });
    it("names each target that was missed, with both figures", () => {
      const targets = { failed: 0, outage: 700, moves: 1, ratio: 10 };
      const { missed } = judge(scenario({ targets }), [
        round("reference", { ba: 5_000 }),
        round("fast", { ba: 2_000 }),
      ]);
      expect(missed).to.deep.equal([
        "fast: 40 requests failed; at most 1 may",
        "fast: away for 2000 ms; at most 1050 ms are allowed",
        "fast: the address moved 0 times, not 1",
        "fast: away 2.5 times shorter than the reference, not 10 times",
      ]);
    });
    it("holds a median of five rounds to the target itself, fewer with a margin", () => {
      const missed = (rounds: number) => {
        const results = Array.from({ length: rounds }, () => round("fast", { ba: 750 }));
        return judge(scenario({ targets: { outage: 700 } }), results).missed;
      };
      expect(missed(4)).to.be.empty;
      expect(missed(5)).to.deep.equal(["fast: away for 750 ms; at most 700 ms are allowed"]);
    });
    it("holds the reference to nothing but the rules, which hold in every round", () => {
      const { missed } = judge(scenario({ targets: { failed: 0 } }), [
        round("reference", { ba: 5_000 }, { problems: ["two writers"] }),
      ]);
      expect(missed).to.deep.equal(["reference, round 1: two writers"]);
    });
    it("forgives the outage of a team that was taken away, not that of others", () => {
      const lost = scenario({ targets: { failed: 0 }, lost: ["ba"] });
      expect(judge(lost, [round("fast", { ba: 9_000, ma: 0 })]).missed).to.be.empty;
      expect(judge(lost, [round("fast", { ba: 9_000, ma: 150 })]).missed).to.have.length(1);
    });
    it("does not take an outage that never ended for a short one", () => {
      const endless = round("fast", { ba: 100 });
      const teams = endless.teams.map((team) => ({ ...team, ended: false }));
      const { fast, missed } = judge(scenario({}), [{ ...endless, teams }]);
      expect(missed).to.deep.equal(["fast: users were not served again while they were watched"]);
      expect(fast && outageText(fast)).to.equal("> 0.10 s");
    });
  });

  it("prints the reference above ours", () => {
    const results = [round("reference", { ba: 10_600, ma: 0 }), round("fast", { ba: 0, ma: 0 })];
    const table = summaryTable([judge(scenario({}), results)]).split("\n");
    const line = (profile: string) => table.findIndex((row) => row.includes(profile));
    expect(line("reference")).to.be.greaterThan(0).and.below(line("fast"));
    expect(table[line("reference")]).to.match(/✓ something happens.*10\.6 s.*212: ba 212/);
    expect(table[line("fast")]).to.match(/none.*\b0\b.*ba-m2 ma-m2/);
  });

  it("draws the same moments for the same seed and round, and others for others", () => {
    const draw = (...words: (string | number)[]) => {
      const random = seeded(...words);
      return [random(), random()];
    };
    expect(draw(1, "a", 1)).to.deep.equal(draw(1, "a", 1));
    expect(draw(1, "a", 1)).not.to.deep.equal(draw(1, "a", 2));
    for (const value of draw(7, "b")) expect(value).to.be.within(0, 1);
  });

  it("works in lanes, keeps the order of the tasks, and begins nothing after a failure", async () => {
    let busy = 0;
    let most = 0;
    const work = async (task: number) => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 5 * (4 - task)));
      busy--;
      return task * 10;
    };
    expect(await inLanes([1, 2, 3], 2, work)).to.deep.equal([10, 20, 30]);
    expect(most).to.equal(2);
    const begun: number[] = [];
    const failing = inLanes([1, 2, 3], 1, (task) => {
      begun.push(task);
      return task === 2 ? Promise.reject(new Error("two")) : Promise.resolve();
    });
    const message = await failing.catch((error: unknown) => (error as Error).message);
    expect(message).to.equal("two");
    expect(begun).to.deep.equal([1, 2]);
  });

  it("finds programs wherever the path leads, and knows a package for each", () => {
    expect(missingPrograms(process.env.PATH)).not.to.include("bash");
    expect(missingPrograms("/nowhere")).to.include("bash");
    expect(Object.values(packageOf)).to.include.members(["haproxy", "keepalived", "iproute2"]);
  });
});

import { expect } from "chai";
import * as fc from "fast-check";
import {
  firstTeamPriority,
  placeTeams,
  shardCount,
  teamsPerShard,
} from "../../../components/jenkins/shardPlan";

const teamNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), { maxLength: 300 });

describe("the shard plan", () => {
  it("puts no more teams behind a load balancer than its quotas allow, with unique priorities", () => {
    fc.assert(
      fc.property(teamNames, (teams) => {
        const placed = placeTeams(teams);
        for (let shard = 0; shard < shardCount(teams.length); shard++) {
          const here = placed.filter((each) => each.shard === shard);
          expect(here.length).to.be.at.most(teamsPerShard);
          expect(new Set(here.map(({ priority }) => priority)).size).to.equal(here.length);
        }
        for (const { priority, shard } of placed) {
          expect(priority).to.be.within(firstTeamPriority, 49_999);
          expect(shard).to.be.below(shardCount(teams.length));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("moves nobody when a team is added at the end", () => {
    fc.assert(
      fc.property(teamNames, (teams) => {
        expect(placeTeams([...teams, "ZZ-new"]).slice(0, -1)).to.deep.equal(placeTeams(teams));
      }),
      { numRuns: 50 },
    );
  });

  it("keeps the priorities of the others when a team leaves, unless the two had collided", () => {
    const teams = ["devops", "ma", "ba", "tw"];
    const before = new Map(placeTeams(teams).map(({ team, priority }) => [team, priority]));
    for (const { team, priority } of placeTeams(["devops", "ba", "tw"])) {
      expect(priority).to.equal(before.get(team));
    }
  });

  it("begins a second load balancer with the 91st team", () => {
    const teams = Array.from({ length: 91 }, (_, index) => `team-${index}`);
    expect(placeTeams(teams).map(({ shard }) => shard)).to.deep.equal([
      ...Array<number>(90).fill(0),
      1,
    ]);
    expect(shardCount(0)).to.equal(1);
  });

  it("refuses a team twice", () => {
    expect(() => placeTeams(["ma", "ba", "ma"])).to.throw(/repeat: ma/);
  });
});

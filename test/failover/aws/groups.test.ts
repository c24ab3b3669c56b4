import { expect } from "chai";
import { type Clients, read } from "../../../failover/aws/clients";
import { describeGroups, fenceGroups } from "../../../failover/aws/groups";
import type { FailoverPlan } from "../../../failover/plan";

const teams = Array.from({ length: 250 }, (_, index) => ({ team: `t${index}` }));
const plan = { prefix: "p", activeRegion: "old", teams } as unknown as FailoverPlan;

/** Auto Scaling that knows every group, or that nobody answers for. */
function autoScaling(answers: boolean) {
  const calls: { readonly attempts: number; readonly name: string }[] = [];
  const clients = {
    autoScaling: (_region: string, attempts = 2) => ({
      send: (command: {
        input: { AutoScalingGroupNames?: string[] };
        constructor: { name: string };
      }) => {
        calls.push({ attempts, name: command.constructor.name });
        if (!answers) return Promise.reject(new Error("nobody answers"));
        const AutoScalingGroups = (command.input.AutoScalingGroupNames ?? []).map((name) => ({
          AutoScalingGroupName: name,
        }));
        return Promise.resolve({ AutoScalingGroups });
      },
    }),
  } as unknown as Clients;
  return { clients, calls };
}

describe("the Auto Scaling groups as the failover sees them", () => {
  it("reads a hundred groups with each call", async () => {
    const { clients, calls } = autoScaling(true);
    expect(await describeGroups(clients, plan, "old")).to.have.length(250);
    expect(calls).to.have.length(3);
  });

  it("finds out with one call, tried once, that the old region does not answer", async () => {
    const { clients, calls } = autoScaling(false);
    await describeGroups(clients, plan, "old").catch(() => undefined);
    await fenceGroups(
      clients,
      "old",
      teams.map(({ team }) => team),
    ).catch(() => undefined);
    expect(calls.map(({ attempts }) => attempts)).to.deep.equal([1, 1]);
  });

  it("does not take a region for silent that answers for some of its groups", async () => {
    let calls = 0;
    const faulty = { name: "InternalFailure", $metadata: { httpStatusCode: 500 } };
    const half = {
      autoScaling: () => ({
        send: () => {
          calls += 1;
          return calls === 1
            ? Promise.resolve({ AutoScalingGroups: [] })
            : Promise.reject(Object.assign(new Error("sorry"), faulty));
        },
      }),
    } as unknown as Clients;
    const reading = await read(() => describeGroups(half, plan, "old"));
    expect(reading).to.deep.include({ known: false, failure: "failed" });
    expect(reading).to.have.property("error").that.includes("InternalFailure: sorry");
  });

  it("repeats calls to the region that takes over", async () => {
    const { clients, calls } = autoScaling(true);
    await describeGroups(clients, plan, "new");
    expect(calls.map(({ attempts }) => attempts)).to.deep.equal([2, 2, 2]);
  });

  it("asks for nothing where no team is protected, instead of for every group there is", async () => {
    const { clients, calls } = autoScaling(true);
    expect(await describeGroups(clients, { ...plan, teams: [] }, "old")).to.deep.equal([]);
    expect(calls).to.deep.equal([]);
  });
});

import { expect } from "chai";
import { fence, readCapacity, release } from "../../../failover/aws/capacity";
import { type Clients, read } from "../../../failover/aws/clients";
import type { FailoverPlan } from "../../../failover/plan";
import { fenceActions, isEmptied, judgeFence } from "../../../failover/reconcile/fence";
import { viewCapacity } from "../../../failover/reconcile/steps";
import { initialRecord, type Policy } from "../../../failover/model";

const plan = {
  prefix: "p",
  activeRegion: "old",
  waitingRegion: "new",
  teams: [{ team: "ma", pair: true }],
} as unknown as FailoverPlan;
const serving = { min: 1, desired: 2, max: 2 };
const policy = { servingSizes: { "p-ma": serving } } as unknown as Policy;
const record = initialRecord("old", 1, 0);

interface Machine {
  id: string;
  state: string;
  launch: string;
}
interface Command {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly InstanceIds?: string[];
    readonly Resources?: string[];
    readonly Tags?: { Value: string }[];
  };
}

/** EC2 with one pair; `refuses` says which requests it does not carry out. */
function ec2(machines: Machine[], refuses: (what: string) => boolean = () => false) {
  const calls: string[] = [];
  const send = ({ constructor: { name }, input }: Command): Promise<unknown> => {
    const ids = input.InstanceIds ?? input.Resources ?? [];
    const what = [name.replace("Command", ""), ...ids].join(" ");
    calls.push(what);
    if (refuses(what)) return Promise.reject(new Error(`${what} refused`));
    for (const machine of machines.filter(({ id }) => ids.includes(id))) {
      if (name.startsWith("Stop")) machine.state = "stopping";
      if (name.startsWith("Start")) machine.state = "pending";
      if (name.startsWith("CreateTags")) machine.launch = input.Tags?.[0]?.Value ?? "";
    }
    const Instances = machines.map(({ id, state, launch }) => ({
      InstanceId: id,
      State: { Name: state },
      Tags: [
        { Key: "pilot-light-pair", Value: "p-ma-pair" },
        { Key: "pilot-light-launch", Value: launch },
      ],
    }));
    return Promise.resolve({ Reservations: [{ Instances }] });
  };
  const attempts: number[] = [];
  const ec2In = (_region: string, tries = 2) => {
    attempts.push(tries);
    return { send };
  };
  const autoScaling = () => ({});
  return { clients: { ec2In, autoScaling } as unknown as Clients, calls, attempts };
}

const pair = (state: string, launch: string): Machine[] =>
  ["i-1", "i-2"].map((id) => ({ id, state, launch }));

describe("the pairs as the failover sees them", () => {
  it("are fenced only when both machines are stopped and nobody may start them", async () => {
    const machines = pair("running", "allowed");
    const { clients } = ec2(machines);
    const verdict = async (): Promise<string> =>
      judgeFence(
        record,
        { activeGroups: await read(() => readCapacity(clients, plan, "old")) },
        0,
        60_000,
      );
    expect(await verdict()).to.equal("open");
    await fence(clients, plan, ["p-ma"]);
    expect(await verdict(), "both are stopping").to.equal("open");
    machines[0]!.state = "stopped";
    expect(await verdict(), "one is stopping").to.equal("open");
    machines[1]!.state = "stopped";
    expect(await verdict()).to.equal("confirmed");
    // What the peer, a person or a revived host may start again is not fenced.
    machines[1]!.launch = "allowed";
    expect(await verdict(), "one may be started").to.equal("open");
  });

  it("are kept from starting each other before they are stopped", async () => {
    const { clients, calls, attempts } = ec2(pair("running", "allowed"));
    await fence(clients, plan, ["p-ma"]);
    expect(calls).to.deep.equal([
      "DescribeInstances",
      "CreateTags i-1 i-2",
      "StopInstances i-1 i-2",
    ]);
    expect(attempts, "a region that may be dead is asked once").to.deep.equal([1, 1]);
    const silent = ec2(pair("running", "allowed"), (what) => what.startsWith("CreateTags"));
    await fence(silent.clients, plan, ["p-ma"]).catch(() => undefined);
    expect(silent.calls.some((call) => call.startsWith("Stop"))).to.equal(false);
  });

  it("are fenced again when one of them came back", async () => {
    const [first, second] = pair("stopped", "suspended");
    const { clients } = ec2([first!, { ...second!, state: "running" }]);
    const activeGroups = await read(() => readCapacity(clients, plan, "old"));
    expect(fenceActions({ activeGroups }, [])).to.deep.equal([
      { kind: "fenceGroups", groups: ["p-ma"] },
    ]);
  });

  it("serve with one machine where the other's zone has none to give, and are tried again with none", async () => {
    const machines = pair("stopped", "suspended");
    let full = (what: string) => what.startsWith("Start");
    const { clients } = ec2(machines, (what) => full(what));
    const step = async () => {
      const waitingGroups = await read(() => readCapacity(clients, plan, "new"));
      return viewCapacity(record, { waitingGroups }, policy);
    };
    expect((await step()).actions).to.deep.equal([
      { kind: "raiseCapacity", groups: ["p-ma"], resume: ["p-ma"] },
    ]);
    const failure = await release(clients, plan, "new", ["p-ma"], ["p-ma"]).then(() => "", String);
    expect(failure).to.include("StartInstances i-1 refused");
    expect((await step()).actions, "nothing started").to.deep.equal([
      { kind: "raiseCapacity", groups: ["p-ma"] },
    ]);
    full = (what) => what === "StartInstances i-1";
    await release(clients, plan, "new", ["p-ma"], []);
    expect(await step()).to.include({ state: "running" });
    machines[1]!.state = "running";
    expect(await step()).to.deep.include({ state: "done", actions: [] });
  });

  it("are never taken for fenced because nobody sees them, and what was replaced does not count", async () => {
    const { clients } = ec2(pair("terminated", "suspended"));
    const reading = await read(() => readCapacity(clients, plan, "old"));
    expect(reading).to.deep.include({ known: false, failure: "failed" });
    const renewed = ec2([...pair("terminated", "allowed"), ...pair("stopped", "suspended")]);
    const [state] = await readCapacity(renewed.clients, plan, "old");
    expect(state !== undefined && isEmptied(state)).to.equal(true);
  });
});

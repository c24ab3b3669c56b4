import { expect } from "chai";
import { type EdgeMemory, readTraffic, setTraffic } from "../../../failover/aws/edge";
import type { Clients } from "../../../failover/aws/clients";
import type { FailoverPlan } from "../../../failover/plan";

const listener = (shard: number) => `arn:aws:globalaccelerator::1:accelerator/a${shard}/listener/l`;

const shards = [1, 2].map((shard) => ({
  activeGroupArn: `${listener(shard)}/endpoint-group/active`,
  waitingGroupArn: `${listener(shard)}/endpoint-group/waiting`,
}));

const plan = { edge: { kind: "globalAccelerator", shards } } as unknown as FailoverPlan;

interface Sent {
  readonly ListenerArn?: string;
  readonly EndpointGroupArn?: string;
  readonly TrafficDialPercentage?: number;
  readonly EndpointConfigurations?: readonly { readonly Weight: number }[];
}

/** An accelerator per shard, as good as its control plane: what is set reads back. */
function accelerators(refusesUpdates = false) {
  const sent: { readonly name: string; readonly input: Sent }[] = [];
  const groups = new Map(
    shards.flatMap(({ activeGroupArn, waitingGroupArn }) => [
      [activeGroupArn, { dial: 100, weight: 128 }],
      [waitingGroupArn, { dial: 0, weight: 128 }],
    ]),
  );
  const send = (command: { readonly input: Sent; readonly constructor: { name: string } }) => {
    const { input } = command;
    sent.push({ name: command.constructor.name, input });
    if (input.EndpointGroupArn !== undefined) {
      if (refusesUpdates) return Promise.reject(new Error("no"));
      const weight = input.EndpointConfigurations?.[0]?.Weight ?? 0;
      groups.set(input.EndpointGroupArn, { dial: input.TrafficDialPercentage ?? 0, weight });
      return Promise.resolve({});
    }
    const EndpointGroups = [...groups]
      .filter(([arn]) => arn.startsWith(`${input.ListenerArn ?? "none"}/`))
      .map(([EndpointGroupArn, { dial, weight }]) => ({
        EndpointGroupArn,
        TrafficDialPercentage: dial,
        EndpointDescriptions: [{ EndpointId: "balancer", Weight: weight }],
      }));
    return Promise.resolve({ EndpointGroups });
  };
  const clients = { accelerator: () => ({ send }) } as unknown as Clients;
  return { clients, sent, groups };
}

describe("the edge as the failover sees it", () => {
  it("reads both regions of a shard with one call", async () => {
    const { clients, sent, groups } = accelerators();
    const traffic = await readTraffic(clients, plan, {});
    const held = { waitingOpen: false, activeClosed: false, waitingShut: false };
    expect(traffic).to.deep.equal(held);
    groups.set(shards[1]!.waitingGroupArn, { dial: 0, weight: 0 });
    const shut = await readTraffic(clients, plan, {});
    expect(shut, "one endpoint of several").to.deep.equal({ ...held, waitingShut: true });
    sent.splice(2);
    expect(sent.map(({ input }) => input.ListenerArn)).to.deep.equal([listener(1), listener(2)]);
  });

  it("believes what it read for two minutes, and not for longer", async () => {
    const { clients, sent, groups } = accelerators();
    const memory: EdgeMemory = {};
    await readTraffic(clients, plan, memory);
    for (const { activeGroupArn } of shards) groups.set(activeGroupArn, { dial: 0, weight: 0 });
    expect((await readTraffic(clients, plan, memory)).activeClosed).to.equal(false);
    expect(sent).to.have.length(2);
    const { at, traffic } = memory.reading!;
    memory.reading = { at: at - 120_000, traffic };
    expect((await readTraffic(clients, plan, memory)).activeClosed).to.equal(true);
    expect(sent).to.have.length(4);
  });

  it("reads again what it has asked for, also when that was refused", async () => {
    for (const refuses of [false, true]) {
      const { clients, sent } = accelerators(refuses);
      const memory: EdgeMemory = {};
      await readTraffic(clients, plan, memory);
      const asked = await setTraffic(clients, plan, "waiting", memory).then(
        () => "accepted",
        () => "refused",
      );
      const before = sent.length;
      const traffic = await readTraffic(clients, plan, memory);
      expect(sent.length - before).to.equal(2);
      expect([asked, traffic.waitingOpen, traffic.activeClosed]).to.deep.equal(
        refuses ? ["refused", false, false] : ["accepted", true, true],
      );
    }
  });

  it("does not take a missing endpoint group for a closed one", async () => {
    const { clients, groups } = accelerators();
    groups.delete(shards[1]!.activeGroupArn);
    const failed = await readTraffic(clients, plan, {}).catch((error: unknown) => error as Error);
    expect((failed as Error).message).to.include(shards[1]!.activeGroupArn);
  });
});

import { expect } from "chai";
import {
  CreateAcceleratorCommand,
  CreateEndpointGroupCommand,
  CreateListenerCommand,
  DeleteAcceleratorCommand,
  DeleteEndpointGroupCommand,
  DeleteListenerCommand,
  DescribeAcceleratorAttributesCommand,
  DescribeAcceleratorCommand,
  DescribeEndpointGroupCommand,
  DescribeListenerCommand,
  GlobalAcceleratorClient,
  ListEndpointGroupsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAcceleratorCommand,
  UpdateEndpointGroupCommand,
} from "@aws-sdk/client-global-accelerator";
import { GlobalAcceleratorBehaviour } from "../../../../../local/gateway/behaviours/globalAccelerator/globalAccelerator";
import { route } from "../../../../../local/gateway/behaviours/globalAccelerator/routing";
import { eventually, startLocalAws, SteppedTime, type LocalAws } from "../localAws";
import { messageOfError, nameOfError } from "../refusals";

const active = "us-east-1";
const waiting = "eu-west-1";
const alb = (region: string) =>
  `arn:aws:elasticloadbalancing:${region}:123456789012:loadbalancer/app/jenkins/1`;
const minute = 60_000;

describe("the Global Accelerator behaviour", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let client: GlobalAcceleratorClient;
  let behaviour: GlobalAcceleratorBehaviour;
  let healthy: Set<string>;

  beforeEach(async () => {
    time = new SteppedTime();
    behaviour = new GlobalAcceleratorBehaviour();
    aws = await startLocalAws({
      behaviours: [behaviour],
      realTime: time,
      scale: 1,
      latencies: {
        overrides: {
          globalAcceleratorPropagation: "30 seconds",
          globalAcceleratorHealth: "20 seconds",
        },
      },
      stub: {
        "elasticloadbalancing DescribeTargetGroups": (_input: object, region) => ({
          TargetGroups: ["ma", "tw"].map((team) => ({ TargetGroupArn: `${region} ${team}` })),
        }),
      },
    });
    healthy = new Set([`${active} ma`, `${active} tw`, `${waiting} ma`, `${waiting} tw`]);
    aws.gateway.world.targetHealth = {
      healthyTargets: (arn) => (healthy.has(arn) ? ["i-1"] : []),
    };
    client = aws.client(GlobalAcceleratorClient, "us-west-2");
  });
  afterEach(() => aws.stop());

  async function accelerator() {
    const { Accelerator } = await client.send(
      new CreateAcceleratorCommand({
        Name: "jenkins-1",
        IdempotencyToken: "t",
        Tags: [{ Key: "project", Value: "jenkins-pilot-light" }],
      }),
    );
    return Accelerator!;
  }

  async function pair() {
    const made = await accelerator();
    const { Listener } = await client.send(
      new CreateListenerCommand({
        AcceleratorArn: made.AcceleratorArn!,
        IdempotencyToken: "t",
        Protocol: "TCP",
        PortRanges: [{ FromPort: 443, ToPort: 443 }],
      }),
    );
    const group = async (region: string, dial: number): Promise<string> => {
      const { EndpointGroup } = await client.send(
        new CreateEndpointGroupCommand({
          ListenerArn: Listener!.ListenerArn!,
          IdempotencyToken: "t",
          EndpointGroupRegion: region,
          TrafficDialPercentage: dial,
          EndpointConfigurations: [{ EndpointId: alb(region), Weight: 128 }],
        }),
      );
      return EndpointGroup!.EndpointGroupArn!;
    };
    const [activeGroup, waitingGroup] = [await group(active, 100), await group(waiting, 0)];
    return { made, listenerArn: Listener?.ListenerArn, activeGroup, waitingGroup };
  }

  /** Passes time until the health of load balancers, which takes loopback calls, has been seen. */
  async function settleHealth(): Promise<void> {
    for (let look = 0; look < 6; look++) {
      await time.pass(10_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const routed = (address: string) =>
    route(behaviour.groupsFor(address, 443, [active, waiting]), () => 0)?.region;

  it("answers in us-west-2 only", async () => {
    const elsewhere = aws.client(GlobalAcceleratorClient, "us-east-1");
    const call = elsewhere.send(new DescribeAcceleratorCommand({ AcceleratorArn: "x" }));
    expect(await messageOfError(call)).to.contain("answers in us-west-2 only");
  });

  it("gives static addresses, a DNS name and tags, and is DEPLOYED after a while", async () => {
    const made = await accelerator();
    expect(made).to.include({ Status: "IN_PROGRESS", Enabled: true, IpAddressType: "IPV4" });
    expect(made.IpSets?.[0]?.IpAddresses).to.have.length(2);
    expect(made.DnsName).to.match(/^a[0-9a-f]{16}\.awsglobalaccelerator\.com$/);
    const { AcceleratorArn } = made;
    await time.pass(30_000);
    const { Accelerator } = await client.send(new DescribeAcceleratorCommand({ AcceleratorArn }));
    expect(Accelerator?.Status).to.equal("DEPLOYED");
    await client.send(
      new TagResourceCommand({ ResourceArn: AcceleratorArn, Tags: [{ Key: "team", Value: "ma" }] }),
    );
    await client.send(
      new UntagResourceCommand({ ResourceArn: AcceleratorArn, TagKeys: ["project"] }),
    );
    const { Tags } = await client.send(
      new ListTagsForResourceCommand({ ResourceArn: AcceleratorArn }),
    );
    expect(Tags).to.deep.equal([{ Key: "team", Value: "ma" }]);
    const { AcceleratorAttributes } = await client.send(
      new DescribeAcceleratorAttributesCommand({ AcceleratorArn }),
    );
    expect(AcceleratorAttributes).to.deep.equal({ FlowLogsEnabled: false });
  });

  it("keeps a weight of 0 and gives 128 when none is named", async () => {
    const { activeGroup } = await pair();
    const update = async (weight?: number) => {
      await client.send(
        new UpdateEndpointGroupCommand({
          EndpointGroupArn: activeGroup,
          TrafficDialPercentage: 0,
          EndpointConfigurations: [
            { EndpointId: alb(active), ...(weight === undefined ? {} : { Weight: weight }) },
          ],
        }),
      );
      const { EndpointGroup } = await client.send(
        new DescribeEndpointGroupCommand({ EndpointGroupArn: activeGroup }),
      );
      return EndpointGroup;
    };
    const closed = await update(0);
    expect(closed?.TrafficDialPercentage).to.equal(0);
    expect(closed?.EndpointDescriptions?.[0]?.Weight).to.equal(0);
    expect((await update())?.EndpointDescriptions?.[0]?.Weight).to.equal(128);
  });

  it("leaves alone what an update does not name", async () => {
    const { activeGroup } = await pair();
    await client.send(
      new UpdateEndpointGroupCommand({ EndpointGroupArn: activeGroup, TrafficDialPercentage: 50 }),
    );
    const { EndpointGroup } = await client.send(
      new DescribeEndpointGroupCommand({ EndpointGroupArn: activeGroup }),
    );
    expect(EndpointGroup?.TrafficDialPercentage).to.equal(50);
    expect(EndpointGroup?.EndpointDescriptions?.[0]).to.include({
      EndpointId: alb(active),
      Weight: 128,
      ClientIPPreservationEnabled: true,
    });
  });

  it("routes by what has reached the edge, not by what was just asked for", async () => {
    const { made, activeGroup, waitingGroup } = await pair();
    const address = made.DnsName!;
    await settleHealth();
    expect(routed(address)).to.equal(active);
    const set = (
      EndpointGroupArn: string | undefined,
      region: string,
      dial: number,
      Weight: number,
    ) =>
      client.send(
        new UpdateEndpointGroupCommand({
          EndpointGroupArn,
          TrafficDialPercentage: dial,
          EndpointConfigurations: [{ EndpointId: alb(region), Weight }],
        }),
      );
    await set(activeGroup, active, 0, 0);
    await set(waitingGroup, waiting, 100, 128);
    expect(routed(address)).to.equal(active);
    await time.pass(30_000);
    expect(routed(address)).to.equal(waiting);
    expect(routed(made.IpSets![0]!.IpAddresses![0]!)).to.equal(waiting);
    expect(behaviour.groupsFor(address, 8080, [])).to.deep.equal([]);
  });

  it("takes an endpoint's health from all target groups of its load balancer", async () => {
    const { made, activeGroup } = await pair();
    const health = async () => {
      const { EndpointGroup } = await client.send(
        new DescribeEndpointGroupCommand({ EndpointGroupArn: activeGroup }),
      );
      return EndpointGroup?.EndpointDescriptions?.[0]?.HealthState;
    };
    expect(await health()).to.equal("INITIAL");
    await settleHealth();
    await eventually("healthy", async () => (await health()) === "HEALTHY");
    healthy.delete(`${active} tw`);
    await time.pass(10_000);
    expect(await health(), "a change counts only after a while").to.equal("HEALTHY");
    await settleHealth();
    expect(await health()).to.equal("UNHEALTHY");
    expect(routed(made.DnsName!), "the waiting region's dial of 0 does not matter").to.equal(
      waiting,
    );
    healthy.add(`${active} tw`);
    await settleHealth();
    expect(routed(made.DnsName!), "and back, by itself").to.equal(active);
  });

  it("moves traffic when a region dies, without its control plane", async () => {
    const { made } = await pair();
    await settleHealth();
    aws.gateway.faults.loseRegion("us-west-2");
    aws.gateway.faults.loseRegion(active);
    await settleHealth();
    expect(routed(made.DnsName!)).to.equal(waiting);
  });

  it("allows one endpoint group a region, in its region, with sane numbers", async () => {
    const { listenerArn, activeGroup } = await pair();
    const create = (region: string, endpoint: string, weight = 128) =>
      client.send(
        new CreateEndpointGroupCommand({
          ListenerArn: listenerArn,
          IdempotencyToken: "t",
          EndpointGroupRegion: region,
          EndpointConfigurations: [{ EndpointId: endpoint, Weight: weight }],
        }),
      );
    expect(await nameOfError(create(active, alb(active)))).to.equal(
      "EndpointGroupAlreadyExistsException",
    );
    expect(await nameOfError(create("ap-south-1", alb(active)))).to.equal(
      "InvalidArgumentException",
    );
    expect(await nameOfError(create("ap-south-1", alb("ap-south-1"), 256))).to.equal(
      "InvalidArgumentException",
    );
    const dial = client.send(
      new UpdateEndpointGroupCommand({ EndpointGroupArn: activeGroup, TrafficDialPercentage: 101 }),
    );
    expect(await nameOfError(dial)).to.equal("InvalidArgumentException");
  });

  it("is deleted from the inside out, and only when disabled", async () => {
    const { made, listenerArn, activeGroup, waitingGroup } = await pair();
    const AcceleratorArn = made.AcceleratorArn;
    const remove = () => client.send(new DeleteAcceleratorCommand({ AcceleratorArn }));
    expect(await nameOfError(remove())).to.equal("AcceleratorNotDisabledException");
    await client.send(new UpdateAcceleratorCommand({ AcceleratorArn, Enabled: false }));
    expect(await nameOfError(remove())).to.equal("AssociatedListenerFoundException");
    const removeListener = () =>
      client.send(new DeleteListenerCommand({ ListenerArn: listenerArn }));
    expect(await nameOfError(removeListener())).to.equal("AssociatedEndpointGroupFoundException");
    for (const EndpointGroupArn of [activeGroup, waitingGroup]) {
      await client.send(new DeleteEndpointGroupCommand({ EndpointGroupArn }));
    }
    const { EndpointGroups } = await client.send(
      new ListEndpointGroupsCommand({ ListenerArn: listenerArn }),
    );
    expect(EndpointGroups).to.deep.equal([]);
    await removeListener();
    const listener = client.send(new DescribeListenerCommand({ ListenerArn: listenerArn }));
    expect(await nameOfError(listener)).to.equal("ListenerNotFoundException");
    await remove();
    await time.pass(minute);
    const gone = client.send(new DescribeAcceleratorCommand({ AcceleratorArn }));
    expect(await nameOfError(gone)).to.equal("AcceleratorNotFoundException");
  });
});

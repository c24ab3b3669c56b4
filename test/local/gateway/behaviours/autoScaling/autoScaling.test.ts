import { expect } from "chai";
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  DescribeTagsCommand,
  PutLifecycleHookCommand,
  PutScalingPolicyCommand,
  PutWarmPoolCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { AutoScalingBehaviour } from "../../../../../local/gateway/behaviours/autoScaling/autoScaling";
import { TargetHealthBehaviour } from "../../../../../local/gateway/behaviours/targetHealth/targetHealth";
import type { ControllerModel } from "../../../../../local/gateway/world";
import { ControllerGroup } from "../../support/controllerGroup";
import { startEmulatedAws, type EmulatedAws } from "../../support/realEmulator";
import { eventually } from "../localAws";
import { messageOfError, nameOfError } from "../refusals";

const region = "eu-west-1";
const second = 1000;

/** Notes what happens to machines; answers health checks as the test says. */
class Machines implements ControllerModel {
  readonly running = new Set<string>();
  readonly log: string[] = [];
  answers: number | undefined = 200;

  started({ instanceId }: { instanceId: string }): void {
    this.running.add(instanceId);
    this.log.push("started");
  }
  stopped(instanceId: string): void {
    this.running.delete(instanceId);
    this.log.push("stopped");
  }
  healthCheckStatus(): number | undefined {
    return this.answers;
  }
}

/** Modelled seconds for a real one. */
const scale = 300;

describe("the Auto Scaling behaviour", function () {
  this.timeout(180_000);
  let aws: EmulatedAws;
  let machines: Machines;
  let client: AutoScalingClient;

  before(async () => {
    machines = new Machines();
    aws = await startEmulatedAws({
      behaviours: [new AutoScalingBehaviour(), new TargetHealthBehaviour()],
      controllers: machines,
      scale,
      latencies: {
        overrides: {
          asgReaction: "2 seconds",
          asgHealthReaction: "2 seconds",
          asgLaunchRetry: "30 seconds",
          asgTerminate: "30 seconds",
          ec2LaunchToRunning: "30 seconds",
        },
      },
    });
    client = aws.client(AutoScalingClient, region);
  });
  beforeEach(() => {
    machines.answers = 200;
  });
  after(() => aws.stop());

  const inService = (group: ControllerGroup, count = 1): Promise<void> =>
    eventually(`${count} of ${group.name} in service`, async () => {
      const states = await group.states();
      return states.length === count && states.every((state) => state === "InService");
    });
  const gone = (group: ControllerGroup): Promise<void> =>
    eventually(`${group.name} empty`, async () => (await group.states()).length === 0);
  const remove = (group: ControllerGroup) =>
    client.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: group.name, ForceDelete: true }),
    );

  it("launches in modelled time: pending first, then running, registered and in service", async () => {
    const start = aws.gateway.clock.now();
    const group = await ControllerGroup.create(aws);
    expect(await group.states()).to.deep.equal([]);
    // Slowly: at the usual pace a busy machine looks too seldom to meet it.
    aws.gateway.clock.setScale(10);
    await eventually("pending", async () => (await group.states())[0] === "Pending");
    expect(await group.targets()).to.deep.equal([]);
    aws.gateway.clock.setScale(scale);
    await inService(group);
    expect(aws.gateway.clock.now() - start).to.be.at.least(32 * second);
    const [InstanceId] = await group.instanceIds();
    expect(machines.running.has(InstanceId!)).to.equal(true);
    await eventually("healthy", async () => (await group.health())[0] === "healthy");
    const { Reservations } = await aws
      .client(EC2Client, region)
      .send(new DescribeInstancesCommand({ InstanceIds: [InstanceId!] }));
    expect(Reservations?.[0]?.Instances?.[0]?.Tags).to.deep.include({
      Key: "team",
      Value: group.name,
    });
    await remove(group);
  });

  it("keeps the settings that the emulator drops", async () => {
    const group = await ControllerGroup.create(aws, { group: { MinSize: 0 } });
    expect((await group.describe()).InstanceMaintenancePolicy).to.deep.equal({
      MinHealthyPercentage: 0,
      MaxHealthyPercentage: 100,
    });
    expect((await group.describe()).AvailabilityZones).to.deep.equal(["eu-west-1a", "eu-west-1b"]);
    await remove(group);
  });

  it("launches nothing while Launch is suspended, and goes on when it is resumed", async () => {
    const group = await ControllerGroup.create(aws, { group: { MinSize: 0, MaxSize: 1 } });
    const AutoScalingGroupName = group.name;
    await client.send(
      new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ["Launch"] }),
    );
    await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
    await aws.gateway.clock.sleep(60 * second);
    expect(await group.states()).to.deep.equal([]);
    expect(
      (await group.describe()).SuspendedProcesses?.map(({ ProcessName }) => ProcessName),
    ).to.deep.equal(["Launch"]);
    await client.send(
      new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ["Launch"] }),
    );
    await inService(group);
    await remove(group);
  });

  it("scales in through the terminate hook, which holds the machine until it is completed", async () => {
    const group = await ControllerGroup.create(aws);
    const AutoScalingGroupName = group.name;
    await client.send(
      new PutLifecycleHookCommand({
        AutoScalingGroupName,
        LifecycleHookName: "stop",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout: 3600,
        DefaultResult: "CONTINUE",
      }),
    );
    await inService(group);
    const [InstanceId] = await group.instanceIds();
    await client.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MinSize: 0, DesiredCapacity: 0 }),
    );
    await eventually("held", async () => (await group.states())[0] === "Terminating:Wait");
    await eventually("draining", async () =>
      ((await group.health())[0] ?? "").startsWith("draining"),
    );
    await aws.gateway.clock.sleep(120 * second);
    expect(await group.states()).to.deep.equal(["Terminating:Wait"]);
    expect(machines.running.has(InstanceId!)).to.equal(true);
    const complete = {
      AutoScalingGroupName,
      LifecycleHookName: "stop",
      InstanceId,
      LifecycleActionResult: "CONTINUE",
    };
    await client.send(new CompleteLifecycleActionCommand(complete));
    expect(
      await messageOfError(client.send(new CompleteLifecycleActionCommand(complete))),
    ).to.contain("No active Lifecycle Action");
    await gone(group);
    expect(machines.running.has(InstanceId!)).to.equal(false);
    await remove(group);
  });

  it("ends a hook that nobody completes after its time", async () => {
    const group = await ControllerGroup.create(aws, {
      group: {
        LifecycleHookSpecificationList: [
          {
            LifecycleHookName: "stop",
            LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
            HeartbeatTimeout: 60,
            DefaultResult: "CONTINUE",
          },
        ],
      },
    });
    await inService(group);
    const before = aws.gateway.clock.now();
    await remove(group);
    await eventually("group gone", async () => {
      const { AutoScalingGroups } = await client.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.name] }),
      );
      return AutoScalingGroups?.length === 0;
    });
    expect(aws.gateway.clock.now() - before).to.be.at.least(90 * second);
  });

  it("never has two machines while it replaces the one of a single writer", async () => {
    const group = await ControllerGroup.create(aws);
    await inService(group);
    const [InstanceId] = await group.instanceIds();
    let most = 0;
    await client.send(new SetInstanceHealthCommand({ InstanceId, HealthStatus: "Unhealthy" }));
    await eventually("replaced", async () => {
      const { Instances = [] } = await group.describe();
      most = Math.max(most, Instances.length);
      return Instances[0]?.LifecycleState === "InService" && Instances[0].InstanceId !== InstanceId;
    });
    expect(most).to.equal(1);
    await remove(group);
  });

  it("launches the successor first where the policy asks for it", async () => {
    const group = await ControllerGroup.create(aws, {
      group: {
        MaxSize: 2,
        InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      },
    });
    await inService(group);
    const [InstanceId] = await group.instanceIds();
    await client.send(new SetInstanceHealthCommand({ InstanceId, HealthStatus: "Unhealthy" }));
    await eventually("its successor pending beside it", async () => {
      const states = await group.states();
      return states.includes("InService") && states.includes("Pending");
    });
    await eventually("the old one gone", async () => {
      expect(await group.states()).to.include("InService");
      const ids = await group.instanceIds();
      return ids.length === 1 && ids[0] !== InstanceId;
    });
    await remove(group);
  });

  it("replaces what its load balancer finds unhealthy, but not within the grace period", async () => {
    const group = await ControllerGroup.create(aws, {
      group: { HealthCheckType: "ELB", HealthCheckGracePeriod: 120 },
    });
    machines.answers = 503;
    await inService(group);
    const since = aws.gateway.clock.now();
    const [InstanceId] = await group.instanceIds();
    await eventually("marked", async () => {
      const { Instances } = await group.describe();
      return Instances?.[0]?.HealthStatus === "Unhealthy";
    });
    expect(aws.gateway.clock.now() - since).to.be.at.least(110 * second);
    machines.answers = 200;
    await eventually("replaced", async () => {
      const [id] = await group.instanceIds();
      return id !== undefined && id !== InstanceId;
    });
    await remove(group);
  });

  it("tries again after EC2 had no capacity, and says so in its activities", async () => {
    aws.gateway.faults.inject({
      service: "ec2",
      action: "RunInstances",
      count: 1,
      effect: {
        kind: "refuse",
        code: "InsufficientInstanceCapacity",
        message: "We currently do not have sufficient t4g.small capacity.",
      },
    });
    const group = await ControllerGroup.create(aws);
    await eventually("a failed activity", async () => {
      const { Activities } = await client.send(
        new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group.name }),
      );
      return Activities?.[0]?.StatusCode === "Failed";
    });
    await inService(group);
    expect(aws.gateway.calls.since().some(({ error }) => error === "InsufficientInstanceCapacity"))
      .to.be.true;
    await remove(group);
  });

  it("cuts and restores the power of a dead region's machines, and does nothing there meanwhile", async () => {
    const group = await ControllerGroup.create(aws, { group: { MaxSize: 2 } });
    await inService(group);
    const [InstanceId] = await group.instanceIds();
    await client.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: group.name, DesiredCapacity: 2 }),
    );
    aws.gateway.faults.loseRegion(region);
    expect(machines.running.has(InstanceId!)).to.equal(false);
    await aws.gateway.clock.sleep(120 * second);
    aws.gateway.faults.reviveRegion(region);
    expect(machines.running.has(InstanceId!)).to.equal(true);
    expect(await group.instanceIds()).to.deep.equal([InstanceId]);
    await inService(group, 1);
    await remove(group);
  });

  it("replaces the machines of a lost zone in the zones that are left", async () => {
    const group = await ControllerGroup.create(aws, { group: { MinSize: 2, MaxSize: 2 } });
    await inService(group, 2);
    const zones = async (): Promise<string[]> =>
      ((await group.describe()).Instances ?? []).map(({ AvailabilityZone }) => AvailabilityZone!);
    expect((await zones()).sort()).to.deep.equal([`${region}a`, `${region}b`]);
    const before = new Set(machines.running);
    aws.gateway.zones.lose(`${region}a`);
    expect([...before].filter((id) => machines.running.has(id))).to.have.length(1);
    await eventually("both serve from the other zone", async () => {
      const states = await group.states();
      return (await zones()).join() === `${region}b,${region}b` && !states.includes("Pending");
    });
    aws.gateway.zones.revive(`${region}a`);
    await remove(group);
  });

  it("terminates one machine on request, with or without a successor", async () => {
    const group = await ControllerGroup.create(aws);
    await inService(group);
    const [InstanceId] = await group.instanceIds();
    const terminate = (ShouldDecrementDesiredCapacity: boolean) =>
      client.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId,
          ShouldDecrementDesiredCapacity,
        }),
      );
    expect(await messageOfError(terminate(true))).to.contain("desiredSize equals minSize (1)");
    const { Activity } = await terminate(false);
    expect(Activity?.Description).to.equal(`Terminating EC2 instance: ${InstanceId!}`);
    await eventually("a successor", async () => {
      const [id] = await group.instanceIds();
      return id !== undefined && id !== InstanceId;
    });
    await remove(group);
  });

  it("pages its answers and takes up to MaxRecords names", async () => {
    const names = Array.from({ length: 60 }, (_, i) => `page-${String(i).padStart(2, "0")}`);
    for (const AutoScalingGroupName of names) {
      await client.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName,
          MinSize: 0,
          MaxSize: 0,
          AvailabilityZones: ["eu-west-1a"],
          LaunchTemplate: { LaunchTemplateName: "any" },
        }),
      );
    }
    const ask = (input: object) => client.send(new DescribeAutoScalingGroupsCommand(input));
    expect(await messageOfError(ask({ AutoScalingGroupNames: names }))).to.contain(
      "60 AutoScalingGroupNames exceed MaxRecords (50)",
    );
    const all = await ask({ AutoScalingGroupNames: names, MaxRecords: 100 });
    expect(all.AutoScalingGroups).to.have.length(60);
    expect(all.NextToken).to.equal(undefined);
    const first = await ask({});
    expect(first.AutoScalingGroups).to.have.length(50);
    const rest = await ask({ NextToken: first.NextToken });
    expect(rest.AutoScalingGroups?.length).to.be.at.least(10);
    for (const AutoScalingGroupName of names) {
      await client.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName }));
    }
  });

  it("keeps tags and policies, and shows machines by id", async () => {
    const group = await ControllerGroup.create(aws);
    const AutoScalingGroupName = group.name;
    await client.send(
      new PutScalingPolicyCommand({
        AutoScalingGroupName,
        PolicyName: "cpu",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
          TargetValue: 60,
        },
      }),
    );
    const { ScalingPolicies } = await client.send(
      new DescribePoliciesCommand({ AutoScalingGroupName }),
    );
    expect(ScalingPolicies?.[0]).to.deep.include({ PolicyName: "cpu", Enabled: true });
    expect(ScalingPolicies?.[0]?.TargetTrackingConfiguration?.TargetValue).to.equal(60);
    const tag = { Key: "team", ResourceId: group.name, ResourceType: "auto-scaling-group" };
    await client.send(new DeleteTagsCommand({ Tags: [tag] }));
    const { Tags } = await client.send(
      new DescribeTagsCommand({
        Filters: [{ Name: "auto-scaling-group", Values: [AutoScalingGroupName] }],
      }),
    );
    expect(Tags).to.deep.equal([]);
    await inService(group);
    const { AutoScalingInstances } = await client.send(
      new DescribeAutoScalingInstancesCommand({ InstanceIds: await group.instanceIds() }),
    );
    expect(AutoScalingInstances?.[0]).to.include({
      AutoScalingGroupName,
      HealthStatus: "HEALTHY",
      LifecycleState: "InService",
    });
    await remove(group);
  });

  it("refuses what AWS refuses and what is not modelled", async () => {
    const group = await ControllerGroup.create(aws);
    const AutoScalingGroupName = group.name;
    const desire = (DesiredCapacity: number) =>
      client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
    expect(await nameOfError(desire(2))).to.equal("ValidationError");
    expect(
      await nameOfError(
        client.send(new SuspendProcessesCommand({ AutoScalingGroupName: "nobody" })),
      ),
    ).to.equal("ValidationError");
    await inService(group);
    expect(
      await nameOfError(client.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName }))),
    ).to.equal("ResourceInUseFault");
    expect(
      await messageOfError(client.send(new PutWarmPoolCommand({ AutoScalingGroupName }))),
    ).to.contain("does not model autoscaling PutWarmPool");
    await remove(group);
  });
});

import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type DescribeInstancesCommandInput,
  type Instance,
  type RunInstancesCommandInput,
  type TerminateInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { refused } from "../emulatorRefusal";
import { decodeUserData } from "./userData";

type State = "pending" | "running" | "shutting-down";

interface Machine {
  readonly instanceId: string;
  readonly region: string;
  state: State;
}

/** Machines with this tag are a program's own; Auto Scaling's are {@link file://../autoScaling/}'s. */
const ownTag = "jenkins-pilot-light:rehearsal";

const codes: Readonly<Record<State, number>> = { pending: 0, running: 16, "shutting-down": 32 };

/**
 * Machines that a program launches by itself: the emulator runs and ends them at once, ignores client
 * tokens, and nothing runs on them. Here they take their time, a repeated token finds the machine that
 * it made, and `world.controllers` is told of each.
 *
 * Source: EC2 API reference, RunInstances (ClientToken: "the original instance is returned"),
 * TerminateInstances; EC2 User Guide, "Instance lifecycle".
 */
export class LaunchedMachinesBehaviour implements Behaviour {
  readonly name = "machines launched by programs";
  readonly service = "ec2";
  readonly actions = ["RunInstances", "TerminateInstances", "DescribeInstances"];
  private readonly machines = new Map<string, Machine>();
  private readonly byToken = new Map<string, Promise<string>>();

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    switch (request.action) {
      case "RunInstances":
        return this.run(request, context);
      case "TerminateInstances":
        return this.terminate(request, context);
      default:
        return this.machines.size === 0
          ? context.forward(request)
          : answer(request, await this.describe(request, context));
    }
  }

  private async run(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const input = request.input as unknown as RunInstancesCommandInput;
    const tags = input.TagSpecifications?.flatMap(({ Tags }) => Tags ?? []) ?? [];
    if (!tags.some(({ Key }) => Key === ownTag)) return context.forward(request);
    const token = `${request.region} ${input.ClientToken ?? ""}`;
    let made = this.byToken.get(token);
    if (made === undefined) {
      made = this.launch(input, request.region, context);
      this.byToken.set(token, made);
      // A refused launch made nothing: the token is free again.
      made.catch(() => this.byToken.delete(token));
    }
    const instanceId = await made;
    const { Reservations } = await context
      .emulator(EC2Client, request.region)
      .send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const [reservation = {}] = Reservations ?? [];
    return answer(request, {
      ...reservation,
      Instances: reservation.Instances?.map((instance) => this.corrected(instance)),
    });
  }

  private async launch(
    input: RunInstancesCommandInput,
    region: string,
    context: BehaviourContext,
  ): Promise<string> {
    const ec2 = context.emulator(EC2Client, region);
    const [{ Instances }, { LaunchTemplateVersions }] = await Promise.all([
      ec2.send(new RunInstancesCommand(input)).catch(refused),
      ec2.send(
        new DescribeLaunchTemplateVersionsCommand({
          LaunchTemplateName: input.LaunchTemplate?.LaunchTemplateName,
          LaunchTemplateId: input.LaunchTemplate?.LaunchTemplateId,
          Versions: [input.LaunchTemplate?.Version ?? "$Default"],
        }),
      ),
    ]);
    const [instance = {}] = Instances ?? [];
    const instanceId = instance.InstanceId ?? "";
    const machine: Machine = { instanceId, region, state: "pending" };
    this.machines.set(instanceId, machine);
    const template = LaunchTemplateVersions?.[0];
    context.clock.after(context.latencies.sample("ec2LaunchToRunning", instanceId), () => {
      if (machine.state !== "pending") return;
      machine.state = "running";
      context.world.controllers.started({
        instanceId,
        region,
        availabilityZone: instance.Placement?.AvailabilityZone ?? "",
        subnetId: instance.SubnetId ?? "",
        privateIpAddress: instance.PrivateIpAddress ?? "",
        // None: it is only shown, as what the machine belongs to.
        autoScalingGroupName: template?.LaunchTemplateName ?? "",
        tags: {},
        userData: decodeUserData(template?.LaunchTemplateData?.UserData ?? ""),
      });
    });
    return instanceId;
  }

  private async terminate(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const { InstanceIds = [] } = request.input as unknown as TerminateInstancesCommandInput;
    const own = InstanceIds.flatMap((id) => this.machines.get(id) ?? []);
    if (own.length === 0 || own.length < InstanceIds.length) return context.forward(request);
    for (const machine of own) this.end(machine, context);
    return answer(request, {
      TerminatingInstances: own.map(({ instanceId }) => ({
        InstanceId: instanceId,
        CurrentState: { Code: codes["shutting-down"], Name: "shutting-down" },
      })),
    });
  }

  private end(machine: Machine, context: BehaviourContext): void {
    if (machine.state === "shutting-down") return;
    if (machine.state === "running") context.world.controllers.stopped(machine.instanceId);
    machine.state = "shutting-down";
    const { instanceId, region } = machine;
    context.clock.after(context.latencies.sample("asgTerminate", instanceId), async () => {
      this.machines.delete(instanceId);
      await context
        .emulator(EC2Client, region)
        .send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    });
  }

  private async describe(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as DescribeInstancesCommandInput;
    const page = await context
      .emulator(EC2Client, request.region)
      .send(new DescribeInstancesCommand(input));
    return {
      Reservations: page.Reservations?.map((reservation) => ({
        ...reservation,
        Instances: reservation.Instances?.map((instance) => this.corrected(instance)),
      })),
      ...(page.NextToken === undefined ? {} : { NextToken: page.NextToken }),
    };
  }

  /** The emulator shows `running` from the launch to the end. */
  private corrected(instance: Instance): Instance {
    const machine = this.machines.get(instance.InstanceId ?? "");
    if (machine === undefined) return instance;
    return { ...instance, State: { Code: codes[machine.state], Name: machine.state } };
  }
}

import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  type DescribeInstancesCommandInput,
  type Instance,
  type RunInstancesCommandInput,
  type StopInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { pairTags } from "../../../../failover/pairTags";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";
import { refused } from "../emulatorRefusal";
import { belongsTo, tagsOf, userDataOf } from "./launchRequest";
import { MachineLives, type MachineState, type ProgramMachine } from "./machineLives";

/** Machines with one of these tags are programs' own; Auto Scaling's are {@link file://../autoScaling/}'s. */
const ownTags: readonly string[] = ["jenkins-pilot-light:rehearsal", pairTags.pair];

const codes: Readonly<Record<MachineState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  stopping: 64,
  stopped: 80,
};

/**
 * Machines that a program launches by itself: the emulator runs, stops and ends them at once, ignores
 * client tokens, and nothing runs on them. Here they take their time, a repeated token finds the
 * machine that it made, and `world.controllers` is told of each.
 *
 * Source: EC2 API reference, RunInstances (ClientToken: "the original instance is returned"),
 * StartInstances, StopInstances, TerminateInstances; EC2 User Guide, "Instance lifecycle".
 */
export class LaunchedMachinesBehaviour implements Behaviour {
  readonly name = "machines launched by programs";
  readonly service = "ec2";
  readonly actions = [
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "TerminateInstances",
    "DescribeInstances",
  ];
  private readonly byToken = new Map<string, Promise<string>>();
  private lives: MachineLives | undefined;

  start(context: BehaviourContext): void {
    this.lives = new MachineLives(context);
  }

  regionChanged(region: string, alive: boolean): void {
    this.known().regionChanged(region, alive);
  }

  zoneChanged(zone: string, alive: boolean): void {
    this.known().zoneChanged(zone, alive);
  }

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    switch (request.action) {
      case "RunInstances":
        return this.run(request, context);
      case "DescribeInstances":
        return this.known().isEmpty
          ? context.forward(request)
          : answer(request, await this.describe(request, context));
      default:
        return this.change(request, context);
    }
  }

  private async run(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const input = request.input as unknown as RunInstancesCommandInput;
    const tags = tagsOf(input);
    if (!ownTags.some((key) => key in tags)) return context.forward(request);
    const instanceId = await this.once(request.region, input.ClientToken, () =>
      this.launch(input, tags, request.region, context),
    );
    const { Reservations } = await context
      .emulator(EC2Client, request.region)
      .send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const [reservation = {}] = Reservations ?? [];
    return answer(request, {
      ...reservation,
      Instances: reservation.Instances?.map((instance) => this.corrected(instance)),
    });
  }

  private once(
    region: string,
    token: string | undefined,
    launch: () => Promise<string>,
  ): Promise<string> {
    if (token === undefined) return launch();
    const key = `${region} ${token}`;
    const known = this.byToken.get(key);
    if (known !== undefined) return known;
    const made = launch();
    this.byToken.set(key, made);
    // A refused launch made nothing: the token is free again.
    made.catch(() => this.byToken.delete(key));
    return made;
  }

  private async launch(
    input: RunInstancesCommandInput,
    tags: Readonly<Record<string, string>>,
    region: string,
    context: BehaviourContext,
  ): Promise<string> {
    const ec2 = context.emulator(EC2Client, region);
    const [{ Instances }, userData] = await Promise.all([
      ec2.send(new RunInstancesCommand(input)).catch(refused),
      userDataOf(ec2, input),
    ]);
    const [instance = {}] = Instances ?? [];
    const instanceId = instance.InstanceId ?? "";
    this.known().launched({
      instanceId,
      region,
      availabilityZone: instance.Placement?.AvailabilityZone ?? "",
      subnetId: instance.SubnetId ?? "",
      privateIpAddress: instance.PrivateIpAddress ?? "",
      autoScalingGroupName: belongsTo(input, tags),
      tags,
      userData,
    });
    return instanceId;
  }

  /** Start, stop or terminate; EC2 takes a call for all of its machines or for none. */
  private async change(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const { InstanceIds = [], Force } = request.input as unknown as StopInstancesCommandInput;
    const own = InstanceIds.flatMap((id) => this.known().get(id) ?? []);
    if (own.length === 0 || own.length < InstanceIds.length) return context.forward(request);
    const before = own.map(({ state }) => state);
    if (request.action !== "TerminateInstances") refuseEnding(own, request.action);
    switch (request.action) {
      case "StartInstances":
        await this.startAll(own, request.region, context);
        break;
      case "StopInstances":
        for (const machine of own) this.known().stop(machine, Force ?? false);
        break;
      default:
        for (const machine of own) this.known().terminate(machine);
    }
    return answer(request, {
      [changes[request.action] ?? ""]: own.map(({ launched, state }, index) => ({
        InstanceId: launched.instanceId,
        PreviousState: stateOf(before[index] ?? state),
        CurrentState: stateOf(state),
      })),
    });
  }

  private async startAll(
    own: readonly ProgramMachine[],
    region: string,
    context: BehaviourContext,
  ): Promise<void> {
    const stopped = own.filter(({ state }) => state === "stopped");
    if (stopped.length === 0) return;
    const InstanceIds = stopped.map(({ launched }) => launched.instanceId);
    const command = new StartInstancesCommand({ InstanceIds });
    await context.emulator(EC2Client, region).send(command);
    for (const machine of stopped) this.known().start(machine);
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
    const machine = this.known().get(instance.InstanceId);
    return machine === undefined ? instance : { ...instance, State: stateOf(machine.state) };
  }

  private known(): MachineLives {
    if (this.lives === undefined) throw new Error("The machines were not started by a gateway.");
    return this.lives;
  }
}

/** Where an answer lists what was changed. */
const changes: Readonly<Record<string, string>> = {
  StartInstances: "StartingInstances",
  StopInstances: "StoppingInstances",
  TerminateInstances: "TerminatingInstances",
};

/** @throws AwsError as EC2 does for machines that are on their way down */
function refuseEnding(machines: readonly ProgramMachine[], action: string): void {
  const ending = action === "StartInstances" ? ["stopping", "shutting-down"] : ["shutting-down"];
  for (const { launched, state } of machines) {
    if (!ending.includes(state)) continue;
    throw new AwsError(
      "IncorrectInstanceState",
      `The instance '${launched.instanceId}' is ${state}, which is not a state for ${action}.`,
    );
  }
}

function stateOf(state: MachineState): { Code: number; Name: MachineState } {
  return { Code: codes[state], Name: state };
}

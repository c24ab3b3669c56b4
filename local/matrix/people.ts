import {
  AutoScalingClient,
  ResumeProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { InvokeCommand, LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda";
import { requestOf } from "../../commands/failoverRequest";
import type { CaseWorld } from "./caseWorld";
import type { Act } from "./matrixCase";
import { regions, servingSizes, topicArn } from "./matrixPlan";

/** How long `npm run failover` pauses when a run is under way, modelled milliseconds. */
const betweenTries = 2_000;

/** What a person asks of the function, as `npm run failover` sends it. */
export function person(
  id: string,
  asks: { readonly force?: boolean; readonly reason?: string } = {},
): Act {
  return (world) => {
    const options = {
      stack: "dr",
      command: "failover",
      force: false,
      planned: false,
      ...asks,
    } as const;
    const { clock } = world.gateway;
    const request = requestOf(options, 1, clock.date(), id);
    // Not waited for: several persons ask at once, and a run may take most of a minute.
    clock.after(0, async () => {
      while (!(await takes(world, request))) await clock.sleep(betweenTries);
    });
  };
}

/** The region alarm's message as SNS hands it to the function. */
export function message(of: {
  /** How long ago the alarm changed, seconds. Default 0. */
  readonly age?: number;
  /** Name of the topic that it came over, without prefix. Default `alarms`. */
  readonly topic?: string;
  readonly alarmName?: string;
}): Act {
  return (world) => {
    const { age = 0, topic = "alarms", alarmName = world.names.alarmName } = of;
    const changed = world.gateway.clock.now() - age * 1000;
    const Message = JSON.stringify({
      AlarmName: alarmName,
      NewStateValue: "ALARM",
      StateChangeTime: new Date(changed).toISOString(),
    });
    const TopicArn = topicArn(`${world.site.prefix}-${topic}`);
    const Sns = { MessageId: `message-${topic}-${age}`, TopicArn, Message };
    return deliver(world, { Records: [{ EventSource: "aws:sns", Sns }] });
  };
}

/** Somebody gives the old region's groups their sizes back and lets them launch. */
export const restoreOldSizes: Act = async ({ client, names }) => {
  const { min, max, desired } = servingSizes;
  const scaling = client(AutoScalingClient, regions.active);
  for (const AutoScalingGroupName of names.groups) {
    await scaling.send(
      new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ["Launch"] }),
    );
    const sizes = { MinSize: min, MaxSize: max, DesiredCapacity: desired };
    await scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...sizes }));
  }
};

/** The waiting region's replica shows this status; undefined mends it. */
export function replicaStatus(status: string | undefined): Act {
  return ({ behaviours, names }) => {
    behaviours.rds.setTrouble({ region: regions.waiting, identifier: names.replica }, status);
  };
}

/** False while a run is under way: the function runs once at a time. */
async function takes({ client, names }: CaseWorld, request: object): Promise<boolean> {
  try {
    await client(LambdaClient, regions.waiting).send(
      new InvokeCommand({ FunctionName: names.functionName, Payload: JSON.stringify(request) }),
    );
    return true;
  } catch (error) {
    if (error instanceof TooManyRequestsException) return false;
    throw error;
  }
}

function deliver({ gateway, names }: CaseWorld, event: object): Promise<string> {
  const arn = `arn:aws:lambda:${regions.waiting}:123456789012:function:${names.functionName}`;
  return gateway.world.functions.invokeAsync(arn, event);
}

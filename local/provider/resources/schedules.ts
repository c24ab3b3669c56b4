import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";

type ScheduleOperation = Operation<aws.scheduler.Schedule, aws.scheduler.ScheduleArgs>;

const schedule = resourceType<aws.scheduler.Schedule, aws.scheduler.ScheduleArgs>({
  token: "aws:scheduler/schedule:Schedule",
  inputs: {
    name: replace,
    groupName: defaulted(replace, "default"),
    description: update,
    scheduleExpression: update,
    scheduleExpressionTimezone: defaulted(update, "UTC"),
    state: defaulted(update, "ENABLED"),
    startDate: update,
    endDate: update,
    flexibleTimeWindow: unread(update),
    target: unread(update),
    kmsKeyArn: update,
  },
  name: { property: "name", maxLength: 64 },
  async create(operation) {
    await operation.call("scheduler", "createSchedule", request(operation));
    return `${operation.inputs.groupName ?? ""}/${operation.inputs.name ?? ""}`;
  },
  async update(operation) {
    await operation.call("scheduler", "updateSchedule", request(operation));
  },
  async read(operation) {
    const [GroupName, Name] = operation.id.split("/");
    const found = await operation.call("scheduler", "getSchedule", { GroupName, Name });
    return {
      arn: found.Arn,
      name: found.Name,
      groupName: found.GroupName,
      scheduleExpression: found.ScheduleExpression,
      state: found.State,
    };
  },
  async delete(operation) {
    const [GroupName, Name] = operation.id.split("/");
    await operation.call("scheduler", "deleteSchedule", { GroupName, Name });
  },
});

function request(operation: ScheduleOperation): Properties {
  return { ...operation.arguments(), clientToken: operation.idempotencyToken };
}

/** Schedules of their own, apart from event rules. */
export const types: readonly AnyResourceType[] = [schedule];

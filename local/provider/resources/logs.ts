import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, tagsIfAny } from "./tagging";

type LogGroupOperation = Operation<aws.cloudwatch.LogGroup, aws.cloudwatch.LogGroupArgs>;

const logGroup = resourceType<aws.cloudwatch.LogGroup, aws.cloudwatch.LogGroupArgs>({
  token: "aws:cloudwatch/logGroup:LogGroup",
  inputs: {
    name: replace,
    retentionInDays: defaulted(update, 0),
    kmsKeyId: update,
    logGroupClass: replace,
    skipDestroy: defaulted(unread(update), false),
  },
  name: { property: "name", maxLength: 512 },
  async create(operation) {
    const { name, kmsKeyId, logGroupClass } = operation.inputs;
    await operation.call("logs", "createLogGroup", {
      logGroupName: name,
      kmsKeyId,
      logGroupClass,
      tags: tagsIfAny(operation),
    });
    await writeRetention(operation.withId(name ?? ""));
    return name ?? "";
  },
  async update(operation) {
    const { kmsKeyId } = operation.inputs;
    const logGroupName = operation.id;
    await writeRetention(operation);
    if (!operation.changed("kmsKeyId")) return;
    if (kmsKeyId === undefined) {
      await operation.call("logs", "disassociateKmsKey", { logGroupName });
    } else {
      await operation.call("logs", "associateKmsKey", { logGroupName, kmsKeyId });
    }
  },
  async read(operation) {
    const { logGroups } = await operation.call("logs", "describeLogGroups", {
      logGroupNamePrefix: operation.id,
    });
    const found = logGroups?.find(({ logGroupName }) => logGroupName === operation.id);
    if (found === undefined) return undefined;
    return {
      // The real provider leaves the ":*" out, which the API puts at the end.
      arn: found.arn?.replace(/:\*$/, ""),
      logGroupClass: found.logGroupClass ?? "STANDARD",
      name: found.logGroupName,
      retentionInDays: found.retentionInDays ?? 0,
    };
  },
  retag: retagWith("logs"),
  async delete(operation) {
    if (operation.inputs.skipDestroy === true) return;
    await operation.call("logs", "deleteLogGroup", { logGroupName: operation.id });
  },
});

/** Zero days means for ever, which AWS expresses by having no policy. */
async function writeRetention(operation: LogGroupOperation): Promise<void> {
  const days = operation.inputs.retentionInDays ?? 0;
  const before = operation.oldInputs.retentionInDays ?? 0;
  if (days === before) return;
  const logGroupName = operation.id;
  if (days === 0) await operation.call("logs", "deleteRetentionPolicy", { logGroupName });
  else await operation.call("logs", "putRetentionPolicy", { logGroupName, retentionInDays: days });
}

type FilterOperation = Operation<
  aws.cloudwatch.LogMetricFilter,
  aws.cloudwatch.LogMetricFilterArgs
>;

const metricFilter = resourceType<
  aws.cloudwatch.LogMetricFilter,
  aws.cloudwatch.LogMetricFilterArgs
>({
  token: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
  inputs: {
    name: replace,
    logGroupName: replace,
    pattern: update,
    metricTransformation: unread(update),
  },
  name: { property: "name", maxLength: 512 },
  ...putInPlace(putFilter, ({ inputs }) => inputs.name ?? ""),
  async read(operation) {
    const { logGroupName } = operation.inputs;
    const answer = await operation.call("logs", "describeMetricFilters", {
      logGroupName,
      filterNamePrefix: operation.id,
    });
    const found = answer.metricFilters?.find(({ filterName }) => filterName === operation.id);
    if (found === undefined) return undefined;
    return { name: found.filterName, pattern: found.filterPattern };
  },
  async delete(operation) {
    await operation.call("logs", "deleteMetricFilter", {
      logGroupName: operation.inputs.logGroupName,
      filterName: operation.id,
    });
  },
});

async function putFilter(operation: FilterOperation): Promise<void> {
  const { name, logGroupName, pattern, metricTransformation } = operation.inputs;
  const { name: metricName, namespace, value, ...rest } = metricTransformation;
  await operation.call("logs", "putMetricFilter", {
    filterName: name,
    logGroupName,
    filterPattern: pattern,
    metricTransformations: [
      { ...rest, metricName, metricNamespace: namespace, metricValue: value },
    ],
  });
}

/** Logs. */
export const types: readonly AnyResourceType[] = [logGroup, metricFilter];

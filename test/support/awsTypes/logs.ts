import { longerThan, type TypeTable } from "../typeRow";

/** CloudWatch Logs. */
export const logTypes: TypeTable = {
  "aws:cloudwatch/logGroup:LogGroup": {
    inputs: "name retentionInDays kmsKeyId tags skipDestroy",
    id: ({ name }, context) => String(name ?? context.name),
    outputs: ({ name }, context) => ({
      name: String(name ?? context.name),
      arn: context.arn("logs", `log-group:${String(name ?? context.name)}`),
    }),
    refuse: ({ name }) => longerThan("log group", 512, name),
  },
};

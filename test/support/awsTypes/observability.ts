import { longerThan, type TypeTable } from "../typeRow";

/** Alarms, dashboards, AWS Backup. */
export const observabilityTypes: TypeTable = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    inputs:
      "name alarmDescription namespace metricName dimensions statistic extendedStatistic comparisonOperator threshold period evaluationPeriods datapointsToAlarm treatMissingData alarmActions okActions metricQueries tags",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({ arn: arn("cloudwatch", `alarm:${String(name)}`) }),
    refuse: ({ alarmDescription, period, evaluationPeriods }) =>
      longerThan("alarm description", 1024, alarmDescription) ??
      (Number(period ?? 0) * Number(evaluationPeriods) > 86_400
        ? "period times evaluationPeriods exceeds a day"
        : undefined),
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
    inputs: "alarmName alarmDescription alarmRule alarmActions okActions tags",
    id: ({ alarmName }) => String(alarmName),
    outputs: ({ alarmName }, { arn }) => ({
      arn: arn("cloudwatch", `alarm:${String(alarmName)}`),
    }),
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    inputs: "dashboardName dashboardBody",
    refuse: ({ dashboardBody }) => {
      const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: unknown[] };
      return widgets.length > 500 ? `${widgets.length} widgets; AWS takes 500` : undefined;
    },
  },
  "aws:backup/vault:Vault": {
    inputs: "name kmsKeyArn forceDestroy tags",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({ arn: arn("backup", `backup-vault:${String(name)}`) }),
  },
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": {
    inputs: "backupVaultName minRetentionDays maxRetentionDays changeableForDays",
  },
  "aws:backup/plan:Plan": {
    inputs: "name rules tags",
    outputs: ({ name }, { arn }) => ({ arn: arn("backup", `backup-plan:${String(name)}`) }),
  },
  "aws:backup/selection:Selection": { inputs: "name planId iamRoleArn resources" },
};

import { leasePaths } from "../jenkins/leaseSettingsRenderer";
import { softwarePaths } from "../jenkins/softwareRenderer";

export interface CloudWatchAgentSettings {
  readonly team: string;
  readonly region: string;
  /** Log group that the controller's log files go to. */
  readonly logGroup: string;
  /** Metrics namespace of the whole deployment. */
  readonly namespace: string;
  /** The controller's group: the dimension of each metric. Absent: logs alone. */
  readonly autoScalingGroup?: string;
}

/**
 * Configuration of the CloudWatch agent: what EC2 cannot see from outside (memory, disks, the mount)
 * and Jenkins's log, which must outlive the machine. Metrics at one minute: memory, swap and two disks,
 * 4 × $0.30 = $1.20 a month for each team, whose controllers share them.
 */
export function renderCloudWatchAgentConfiguration(given: CloudWatchAgentSettings): string {
  return JSON.stringify({
    agent: {
      metrics_collection_interval: 60,
      region: given.region,
      run_as_user: "root",
      // The machine's name as a dimension would make new metrics, each paid for, with each machine.
      omit_hostname: true,
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            {
              file_path: `${softwarePaths.logs}/jenkins.log`,
              log_group_name: given.logGroup,
              log_stream_name: `${given.team}/{instance_id}/jenkins`,
            },
            {
              file_path: "/var/log/cloud-init-output.log",
              log_group_name: given.logGroup,
              log_stream_name: `${given.team}/{instance_id}/boot`,
            },
          ],
        },
      },
    },
    ...(given.autoScalingGroup === undefined
      ? {}
      : { metrics: metricsOf(given.namespace, given.autoScalingGroup) }),
  });
}

function metricsOf(namespace: string, autoScalingGroup: string): object {
  // Written out: the agent would look up its own placeholder for it with ec2:DescribeTags, which
  // shows a machine the tags of the whole account, and would send no metric until it is answered.
  const byGroup = { append_dimensions: { AutoScalingGroupName: autoScalingGroup } };
  return {
    namespace,
    metrics_collected: {
      mem: { measurement: ["mem_used_percent"], ...byGroup },
      swap: { measurement: ["swap_used_percent"], ...byGroup },
      disk: {
        resources: ["/", leasePaths.home],
        measurement: ["used_percent"],
        drop_device: true,
        ...byGroup,
      },
    },
  };
}

import { leasePaths } from "./leaseSettingsRenderer";
import { softwarePaths } from "./softwareRenderer";

export interface CloudWatchAgentSettings {
  readonly team: string;
  readonly region: string;
  /** Log group that the controller's log files go to. */
  readonly logGroup: string;
  /** Metrics namespace of the whole deployment. */
  readonly namespace: string;
}

/**
 * Configuration of the CloudWatch agent: what EC2 cannot see from outside (memory, disks, the mount)
 * and Jenkins's log, which must outlive the machine. Metrics at one minute: 4 metrics a controller,
 * about $1.20 a month each controller.
 */
export function renderCloudWatchAgentConfiguration(given: CloudWatchAgentSettings): string {
  return JSON.stringify({
    agent: { metrics_collection_interval: 60, region: given.region, run_as_user: "root" },
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
    metrics: {
      namespace: given.namespace,
      append_dimensions: { AutoScalingGroupName: "${aws:AutoScalingGroupName}" },
      aggregation_dimensions: [["AutoScalingGroupName"]],
      metrics_collected: {
        mem: { measurement: ["mem_used_percent"] },
        swap: { measurement: ["swap_used_percent"] },
        disk: {
          resources: ["/", leasePaths.home],
          measurement: ["used_percent"],
          drop_device: true,
        },
      },
    },
  });
}

export interface CloudWatchAgentSettings {
  readonly team: string;
  readonly region: string;
  /** Log group that the machine's log files go to. */
  readonly logGroup: string;
  /** Metrics namespace of the whole deployment. */
  readonly namespace: string;
  /** The machine's group: the dimension of each metric. Absent: logs alone. */
  readonly autoScalingGroup?: string;
}

/** What there is to watch on a machine beside its boot and its memory. */
export interface Watched {
  /** Log files by the last part of their stream's name. */
  readonly logs: Readonly<Record<string, string>>;
  /** Mount points. */
  readonly disks: readonly string[];
}

/**
 * Configuration of the CloudWatch agent: what EC2 cannot see from outside (memory, disks, the mount)
 * and logs, which must outlive the machine. Metrics at one minute: memory, swap and each disk, $0.30 a
 * month each for each team, whose machines share them: $1.20 with two disks.
 */
export function renderCloudWatchAgentConfiguration(
  given: CloudWatchAgentSettings,
  { logs, disks }: Watched,
): string {
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
            ...Object.entries({ ...logs, boot: "/var/log/cloud-init-output.log" }).map(
              ([stream, path]) => ({
                file_path: path,
                log_group_name: given.logGroup,
                log_stream_name: `${given.team}/{instance_id}/${stream}`,
              }),
            ),
          ],
        },
      },
    },
    ...(given.autoScalingGroup === undefined
      ? {}
      : { metrics: metricsOf(given.namespace, given.autoScalingGroup, disks) }),
  });
}

function metricsOf(namespace: string, autoScalingGroup: string, disks: readonly string[]): object {
  // Written out: the agent would look up its own placeholder for it with ec2:DescribeTags, which
  // shows a machine the tags of the whole account, and would send no metric until it is answered.
  const byGroup = { append_dimensions: { AutoScalingGroupName: autoScalingGroup } };
  return {
    namespace,
    metrics_collected: {
      mem: { measurement: ["mem_used_percent"], ...byGroup },
      swap: { measurement: ["swap_used_percent"], ...byGroup },
      disk: {
        resources: disks,
        measurement: ["used_percent"],
        drop_device: true,
        ...byGroup,
      },
    },
  };
}

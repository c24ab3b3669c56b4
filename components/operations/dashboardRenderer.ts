/** What a region's dashboard shows; all values are plain by the time it is rendered. */
export interface DashboardContent {
  readonly prefix: string;
  readonly region: string;
  readonly role: "active" | "waiting";
  /** Namespace of the project's own metrics. */
  readonly metricNamespace: string;
  /** The region that the probe watches; its metrics are in the waiting region. */
  readonly activeRegion: string;
  readonly waitingRegion: string;
  /** `app/<name>/<id>`, by shard. */
  readonly loadBalancers: readonly string[];
  readonly teams: readonly DashboardTeam[];
  /** Absent where machines keep nothing. */
  readonly fileSystemId?: string;
  readonly databaseIdentifier?: string;
  /** Replication rule of this region's bucket, where it has one. */
  readonly bucket?: {
    readonly source: string;
    readonly destination: string;
    readonly ruleId: string;
  };
  readonly alarmArns: readonly string[];
}

export interface DashboardTeam {
  readonly name: string;
  /** Absent where the team has a pair of machines instead. */
  readonly autoScalingGroup?: string;
  /** `targetgroup/<name>/<id>`. */
  readonly targetGroup: string;
  /** `app/<name>/<id>` of its load balancer. */
  readonly loadBalancer: string;
}

type Metric = readonly (string | Readonly<Record<string, unknown>>)[];

interface Widget {
  readonly type: "metric" | "text" | "alarm";
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** CloudWatch's grid is 24 wide; a row of three is readable on a laptop. */
const columns = 24;
const third = columns / 3;
const rowHeight = 6;

/**
 * Series on one graph. CloudWatch draws 500, people tell apart far fewer; with more teams than this
 * the graphs show the first ones and the title says so.
 */
const seriesPerGraph = 40;

/** The dashboard's body as CloudWatch takes it. The same content always renders the same text. */
export function renderDashboard(content: DashboardContent): string {
  const widgets = [
    heading(content),
    ...(content.alarmArns.length === 0 ? [] : [alarms(content)]),
    regionHealth(content),
    ...trafficWidgets(content),
    ...teamWidgets(content),
    ...stateWidgets(content),
  ];
  return JSON.stringify({ widgets: placed(widgets) });
}

/** Left to right, and to a new row where the next one does not fit. */
function placed(widgets: readonly Widget[]): (Widget & { x: number; y: number })[] {
  let x = 0;
  let y = 0;
  let height = 0;
  return widgets.map((widget) => {
    if (x + widget.width > columns) {
      x = 0;
      y += height;
      height = 0;
    }
    const at = { ...widget, x, y };
    x += widget.width;
    height = Math.max(height, widget.height);
    return at;
  });
}

function heading({ prefix, region, role, activeRegion }: DashboardContent): Widget {
  const says =
    role === "active"
      ? `**${region}** serves at this deployment's generation.`
      : `**${region}** waits; ${activeRegion} serves. Machines at zero are right here.`;
  return {
    type: "text",
    width: columns,
    height: 2,
    properties: { markdown: `# ${prefix} in ${region}\n${says}` },
  };
}

function alarms({ alarmArns }: DashboardContent): Widget {
  // CloudWatch shows 100 alarms in one widget.
  return {
    type: "alarm",
    width: columns,
    height: 4,
    properties: { title: "Alarms", alarms: alarmArns.slice(0, 100) },
  };
}

function regionHealth(content: DashboardContent): Widget {
  const own = (name: string, label: string): Metric => [
    content.metricNamespace,
    name,
    "Deployment",
    content.prefix,
    "Region",
    content.activeRegion,
    { label },
  ];
  return graph(
    "Active region as the probe sees it",
    content.waitingRegion,
    [
      own("HealthyShare", "healthy teams, percent"),
      own("TeamsDown", "first signal: down"),
      own("ControlPlaneDown", "second signal: down"),
    ],
    "Minimum",
  );
}

function trafficWidgets(content: DashboardContent): Widget[] {
  const each = (metric: string): Metric[] =>
    content.loadBalancers.map((id) => ["AWS/ApplicationELB", metric, "LoadBalancer", id]);
  const { region } = content;
  return [
    graph("Requests", region, each("RequestCount"), "Sum"),
    graph(
      "Errors",
      region,
      [...each("HTTPCode_ELB_5XX_Count"), ...each("HTTPCode_Target_5XX_Count")],
      "Sum",
    ),
    graph("Response time, p95", region, each("TargetResponseTime"), "p95"),
  ];
}

function teamWidgets(content: DashboardContent): Widget[] {
  const shown = content.teams.slice(0, seriesPerGraph);
  const left = content.teams.length - shown.length;
  const title = (text: string): string =>
    left === 0 ? text : `${text} (first ${shown.length} teams; ${left} more are not shown)`;
  return [
    graph(
      title("Healthy controllers"),
      content.region,
      shown.map((team) => [
        "AWS/ApplicationELB",
        "HealthyHostCount",
        "TargetGroup",
        team.targetGroup,
        "LoadBalancer",
        team.loadBalancer,
        { label: team.name },
      ]),
      "Minimum",
    ),
    graph(
      title("Controllers' CPU"),
      content.region,
      shown.flatMap(({ name, autoScalingGroup }) =>
        autoScalingGroup === undefined
          ? []
          : [
              [
                "AWS/EC2",
                "CPUUtilization",
                "AutoScalingGroupName",
                autoScalingGroup,
                { label: name },
              ],
            ],
      ),
      "Average",
    ),
  ];
}

function stateWidgets(content: DashboardContent): Widget[] {
  const { region, fileSystemId, databaseIdentifier, bucket } = content;
  const efs = (name: string): Metric => ["AWS/EFS", name, "FileSystemId", fileSystemId ?? ""];
  const rds = (name: string): Metric => [
    "AWS/RDS",
    name,
    "DBInstanceIdentifier",
    databaseIdentifier ?? "",
  ];
  return [
    ...(fileSystemId === undefined
      ? []
      : [
          graph(
            "Home: limits",
            region,
            [efs("PercentIOLimit"), efs("BurstCreditBalance")],
            "Average",
          ),
          graph(
            "Home: seconds since the last complete sync",
            region,
            [efs("TimeSinceLastSync")],
            "Maximum",
          ),
        ]),
    ...(databaseIdentifier === undefined
      ? []
      : [
          graph("Database", region, [rds("CPUUtilization"), rds("DatabaseConnections")], "Average"),
          graph("Database: seconds behind (-1 is unknown)", region, [rds("ReplicaLag")], "Maximum"),
        ]),
    ...(bucket === undefined
      ? []
      : [
          graph(
            "Artifacts: replication",
            region,
            ["ReplicationLatency", "OperationsFailedReplication"].map((name) => [
              "AWS/S3",
              name,
              "SourceBucket",
              bucket.source,
              "DestinationBucket",
              bucket.destination,
              "RuleId",
              bucket.ruleId,
            ]),
            "Maximum",
          ),
        ]),
  ];
}

function graph(title: string, region: string, metrics: readonly Metric[], stat: string): Widget {
  return {
    type: "metric",
    width: third,
    height: rowHeight,
    properties: { title, region, metrics, stat, period: 60, view: "timeSeries", stacked: false },
  };
}

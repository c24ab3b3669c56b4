/**
 * Actions that IAM can only grant on `*`, because AWS defines no resource type for them, each with
 * what that means. Source: the Service Authorization Reference's table of each service. An action
 * that is missing here must name its resources.
 */
export const resourcelessActions: Readonly<Record<string, string>> = {
  "autoscaling:DescribeAutoScalingGroups": "list call without resource types",
  "autoscaling:DescribeAutoScalingInstances": "list call without resource types",
  "autoscaling:DescribeScalingActivities": "list call without resource types",
  "autoscaling:DescribeLifecycleHooks": "list call without resource types",
  "cloudwatch:DescribeAlarms": "with a narrower scope it leaves out composite alarms",
  "cloudwatch:PutMetricData": "no resource types; narrowed by the condition cloudwatch:namespace",
  "cloudwatch:GetMetricData": "no resource types",
  "cloudwatch:GetMetricStatistics": "no resource types",
  "cloudwatch:ListMetrics": "no resource types",
  "ec2:DescribeAddresses": "EC2's Describe calls have no resource types",
  "ec2:DescribeAvailabilityZones": "EC2's Describe calls have no resource types",
  "ec2:DescribeImages": "EC2's Describe calls have no resource types",
  "ec2:DescribeInstances": "EC2's Describe calls have no resource types",
  "ec2:DescribeInstanceStatus": "EC2's Describe calls have no resource types",
  "ec2:DescribeInstanceTypes": "EC2's Describe calls have no resource types",
  "ec2:DescribeNetworkInterfaces": "EC2's Describe calls have no resource types",
  "ec2:DescribeRegions": "EC2's Describe calls have no resource types",
  "ec2:DescribeSpotFleetInstances": "EC2's Describe calls have no resource types",
  "ec2:DescribeSubnets": "EC2's Describe calls have no resource types",
  "ec2:DescribeTags": "EC2's Describe calls have no resource types",
  "ec2:DescribeVolumes": "EC2's Describe calls have no resource types",
  "ecr:GetAuthorizationToken": "no resource types",
  "ecs:DescribeTaskDefinition": "no resource types",
  "ecs:ListClusters": "no resource types",
  "ecs:ListTaskDefinitions": "no resource types",
  "ecs:RegisterTaskDefinition": "no resource types in most partitions; revisions are new resources",
  "elasticfilesystem:DescribeMountTargets":
    "only by file system; the client asks by access point too",
  "elasticloadbalancing:DescribeLoadBalancers": "ELB's Describe calls have no resource types",
  "elasticloadbalancing:DescribeTargetGroups": "ELB's Describe calls have no resource types",
  "elasticloadbalancing:DescribeTargetHealth": "ELB's Describe calls have no resource types",
  "globalaccelerator:ListAccelerators": "no resource types",
  "secretsmanager:ListSecrets": "no resource types; it shows names and tags, never values",
  "ssm:UpdateInstanceInformation": "managed instances register before they have an ARN",
  "ssmmessages:CreateControlChannel": "no resource types",
  "ssmmessages:CreateDataChannel": "no resource types",
  "ssmmessages:OpenControlChannel": "no resource types",
  "ssmmessages:OpenDataChannel": "no resource types",
  "sts:GetCallerIdentity": "needs no permission at all",
  "tag:GetResources": "no resource types; AWS Backup lists by it what it protects",
  "xray:PutTelemetryRecords": "no resource types",
  "xray:PutTraceSegments": "no resource types",
};

/** AWS's own policies that a role may carry, with the reason why they are not written out. */
export const allowedManagedPolicies: Readonly<Record<string, string>> = {
  AmazonSSMManagedInstanceCore: "Session Manager's agent; AWS extends it as the agent changes",
  CloudWatchAgentServerPolicy: "CloudWatch agent: metrics and logs of the machine it runs on",
  EC2InstanceProfileForImageBuilder: "the build machine's contract with Image Builder",
  "service-role/AWSLambdaBasicExecutionRole": "write to the function's own log group",
  "service-role/AmazonECSTaskExecutionRolePolicy": "pull images and write logs of agents' tasks",
  "service-role/AWSBackupServiceRolePolicyForBackup": "AWS Backup acts on what its selection names",
  "service-role/AWSBackupServiceRolePolicyForRestores": "AWS Backup acts on what a restore names",
  "service-role/AmazonRDSEnhancedMonitoringRole": "RDS writes operating system metrics",
};

/**
 * The snapshot function as AWS runs it. Serialized by Pulumi: functions and plain constants only,
 * and the SDK is required inside of them.
 */
import { limited } from "../aws/clients";
import { metricNamespace } from "../probe/probePlan";
import { keepSnapshots, type SnapshotPorts } from "./snapshot";
import type { SeenSnapshot, SnapshotRequest, SnapshotSettings } from "./snapshotPlan";

type RdsModule = typeof import("@aws-sdk/client-rds");
type RdsClient = import("@aws-sdk/client-rds").RDSClient;
type CloudWatchModule = typeof import("@aws-sdk/client-cloudwatch");

/** Tag that marks a snapshot as this function's own; without it nothing is ever deleted. */
export const snapshotTag = { Key: "jenkins-pilot-light:snapshot", Value: "daily" } as const;

/** Limit for one call with its repeats, milliseconds; the function runs once a day and has minutes. */
const callLimit = 30_000;

/** Makes the Lambda callback; `settings` is called in each run, where a captured Output has its value. */
export function createSnapshotHandler(
  settings: () => SnapshotSettings,
): (event: unknown) => Promise<unknown> {
  return async () => {
    const known = settings();
    return keepSnapshots(known, awsSnapshotPorts(known));
  };
}

function awsSnapshotPorts(settings: SnapshotSettings): SnapshotPorts {
  const rds = require("@aws-sdk/client-rds") as RdsModule;
  const clients: Record<string, RdsClient> = {};
  const clientOf = (region: string): RdsClient =>
    (clients[region] ??= new rds.RDSClient({
      region,
      maxAttempts: 4,
      requestHandler: { connectionTimeout: 3000 },
    }));
  return {
    list: (region) => list(rds, clientOf(region)),
    carryOut: (request) => carryOut(rds, clientOf, settings, request),
    publishAge: (hours) => publishAge(settings, hours),
    now: () => Date.now(),
    log: (line) => {
      console.log(line);
    },
  };
}

async function list(rds: RdsModule, client: RdsClient): Promise<SeenSnapshot[]> {
  const found: SeenSnapshot[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(
      new rds.DescribeDBSnapshotsCommand({
        SnapshotType: "manual",
        ...(marker === undefined ? {} : { Marker: marker }),
      }),
      limited(callLimit),
    );
    for (const snapshot of page.DBSnapshots ?? []) {
      found.push({
        identifier: snapshot.DBSnapshotIdentifier ?? "",
        arn: snapshot.DBSnapshotArn ?? "",
        status: snapshot.Status ?? "unknown",
        tagged: (snapshot.TagList ?? []).some(
          (tag) => tag.Key === snapshotTag.Key && tag.Value === snapshotTag.Value,
        ),
      });
    }
    marker = page.Marker;
  } while (marker !== undefined && marker !== "");
  return found;
}

async function carryOut(
  rds: RdsModule,
  clientOf: (region: string) => RdsClient,
  settings: SnapshotSettings,
  request: SnapshotRequest,
): Promise<void> {
  const tags = [
    { Key: snapshotTag.Key, Value: snapshotTag.Value },
    { Key: "project", Value: "jenkins-pilot-light" },
    { Key: "deployment", Value: settings.prefix },
  ];
  if (request.kind === "create") {
    await clientOf(settings.sourceRegion).send(
      new rds.CreateDBSnapshotCommand({
        DBInstanceIdentifier: settings.databaseIdentifier,
        DBSnapshotIdentifier: request.identifier,
        Tags: tags,
      }),
      limited(callLimit),
    );
  } else if (request.kind === "copy") {
    // Asked of the region that receives; the SDK presigns the other half from SourceRegion.
    await clientOf(settings.copyRegion).send(
      new rds.CopyDBSnapshotCommand({
        SourceDBSnapshotIdentifier: request.sourceArn,
        TargetDBSnapshotIdentifier: request.identifier,
        SourceRegion: settings.sourceRegion,
        KmsKeyId: settings.copyKmsKeyArn,
        Tags: tags,
      } as import("@aws-sdk/client-rds").CopyDBSnapshotCommandInput),
      limited(callLimit),
    );
  } else {
    await clientOf(request.region).send(
      new rds.DeleteDBSnapshotCommand({ DBSnapshotIdentifier: request.identifier }),
      limited(callLimit),
    );
  }
}

async function publishAge(settings: SnapshotSettings, hours: number): Promise<void> {
  const cloudwatch = require("@aws-sdk/client-cloudwatch") as CloudWatchModule;
  // Published where the copies are: the alarm must outlive the source's region.
  const client = new cloudwatch.CloudWatchClient({ region: settings.copyRegion, maxAttempts: 3 });
  await client.send(
    new cloudwatch.PutMetricDataCommand({
      Namespace: metricNamespace,
      MetricData: [
        {
          MetricName: "NewestSnapshotCopyAge",
          Value: hours,
          Unit: "None",
          Dimensions: [{ Name: "Deployment", Value: settings.prefix }],
        },
      ],
    }),
    limited(callLimit),
  );
}

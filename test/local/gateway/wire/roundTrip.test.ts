import { expect } from "chai";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateFileSystemCommand, EFSClient, UpdateFileSystemCommand } from "@aws-sdk/client-efs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import {
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { AwsRequest, Behaviour } from "../../../../local/gateway/behaviour";
import { answer } from "../../../../local/gateway/wire/answers";
import { AwsError } from "../../../../local/gateway/wire/awsError";
import { startLocalAws, type LocalAws } from "../behaviours/localAws";
import { errorOf } from "../behaviours/refusals";

/** Answers everything of one service with what the test says, and keeps the requests. */
class Recorder implements Behaviour {
  readonly actions = ["*"];
  readonly requests: AwsRequest[] = [];
  output: object = {};
  refusal: AwsError | undefined;

  constructor(
    readonly service: string,
    readonly name = `recorder of ${service}`,
  ) {}

  handle(request: AwsRequest) {
    this.requests.push(request);
    if (this.refusal) throw this.refusal;
    return Promise.resolve(answer(request, this.output));
  }

  get last(): AwsRequest {
    return this.requests.at(-1)!;
  }
}

const services = [
  "autoscaling",
  "ec2",
  "elasticfilesystem",
  "lambda",
  "monitoring",
  "rds",
  "route53",
  "s3",
  "sns",
];

describe("the wire formats, as the SDK's clients speak them", () => {
  let aws: LocalAws;
  let recorders: Map<string, Recorder>;
  const of = (service: string): Recorder => recorders.get(service)!;

  before(async () => {
    recorders = new Map(services.map((service) => [service, new Recorder(service)]));
    aws = await startLocalAws({ behaviours: [...recorders.values()] });
  });
  after(() => aws.stop());

  it("query: reads lists and filters, writes lists of structures with dates", async () => {
    const CreatedTime = new Date("2030-01-01T00:00:00.000Z");
    of("autoscaling").output = {
      AutoScalingGroups: [
        {
          AutoScalingGroupName: "jenkins-ma",
          MinSize: 0,
          MaxSize: 1,
          DesiredCapacity: 1,
          DefaultCooldown: 300,
          AvailabilityZones: ["eu-west-1a"],
          HealthCheckType: "ELB",
          CreatedTime,
          NewInstancesProtectedFromScaleIn: false,
          Tags: [{ Key: "a<b", Value: '"&"', PropagateAtLaunch: true }],
        },
      ],
      NextToken: "50",
    };
    const sent = {
      AutoScalingGroupNames: ["jenkins-ma", "b"],
      Filters: [{ Name: "tag:team", Values: ["ma", "tw"] }],
      MaxRecords: 100,
    };
    const got: object = await aws
      .client(AutoScalingClient, "eu-west-1")
      .send(new DescribeAutoScalingGroupsCommand(sent));
    expect(of("autoscaling").last.input).to.deep.equal(sent);
    expect(of("autoscaling").last).to.include({ region: "eu-west-1", protocol: "query" });
    expect(got).to.deep.include(of("autoscaling").output);
  });

  it("query with named list members (RDS)", async () => {
    of("rds").output = {
      DBInstances: [
        { DBInstanceIdentifier: "a", ReadReplicaDBInstanceIdentifiers: ["b", "c"], MultiAZ: true },
      ],
    };
    const sent = { Filters: [{ Name: "engine", Values: ["postgres", "mysql"] }] };
    const { DBInstances } = await aws.client(RDSClient).send(new DescribeDBInstancesCommand(sent));
    expect(of("rds").last.input).to.deep.equal(sent);
    expect(DBInstances?.[0]).to.deep.include({
      DBInstanceIdentifier: "a",
      ReadReplicaDBInstanceIdentifiers: ["b", "c"],
      MultiAZ: true,
    });
  });

  it("query with maps (SNS)", async () => {
    of("sns").output = { MessageId: "1" };
    const sent = {
      TopicArn: "arn:aws:sns:eu-west-1:123456789012:t",
      Message: "m",
      MessageAttributes: { kind: { DataType: "String", StringValue: "alarm" } },
    };
    expect((await aws.client(SNSClient).send(new PublishCommand(sent))).MessageId).to.equal("1");
    expect(of("sns").last.input).to.deep.equal(sent);
  });

  it("EC2's query dialect", async () => {
    of("ec2").output = {
      Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Code: 16, Name: "running" } }] }],
    };
    const sent = {
      InstanceIds: ["i-1", "i-2"],
      Filters: [{ Name: "tag:team", Values: ["ma"] }],
      MaxResults: 5,
    };
    const { Reservations } = await aws.client(EC2Client).send(new DescribeInstancesCommand(sent));
    expect(of("ec2").last.input).to.deep.equal(sent);
    expect(Reservations?.[0]?.Instances?.[0]).to.deep.include({
      InstanceId: "i-1",
      State: { Code: 16, Name: "running" },
    });
  });

  it("JSON 1.0 with dates as seconds (CloudWatch)", async () => {
    const at = new Date("2030-01-01T00:01:00.000Z");
    of("monitoring").output = {
      MetricDataResults: [{ Id: "a", Timestamps: [at], Values: [1.5], StatusCode: "Complete" }],
    };
    const sent = {
      StartTime: new Date("2030-01-01T00:00:00.000Z"),
      EndTime: at,
      MetricDataQueries: [{ Id: "a", Expression: "m1" }],
    };
    const got = await aws.client(CloudWatchClient).send(new GetMetricDataCommand(sent));
    expect(of("monitoring").last.input).to.deep.equal(sent);
    expect(got.MetricDataResults).to.deep.equal([
      { Id: "a", Timestamps: [at], Values: [1.5], StatusCode: "Complete" },
    ]);
  });

  it("REST with JSON: path labels, body, status (EFS)", async () => {
    of("elasticfilesystem").output = { FileSystemId: "fs-1", CreationTime: new Date(0), Tags: [] };
    const efs = aws.client(EFSClient);
    const made = await efs.send(
      new CreateFileSystemCommand({
        CreationToken: "t",
        Encrypted: true,
        Tags: [{ Key: "a", Value: "b" }],
      }),
    );
    expect(of("elasticfilesystem").last).to.include({ action: "CreateFileSystem" });
    expect(of("elasticfilesystem").last.input).to.deep.equal({
      CreationToken: "t",
      Encrypted: true,
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(made.$metadata.httpStatusCode).to.equal(201);
    expect(made.CreationTime).to.deep.equal(new Date(0));
    await efs.send(
      new UpdateFileSystemCommand({ FileSystemId: "fs-1", ThroughputMode: "elastic" }),
    );
    expect(of("elasticfilesystem").last).to.include({ action: "UpdateFileSystem" });
    expect(of("elasticfilesystem").last.input).to.deep.equal({
      FileSystemId: "fs-1",
      ThroughputMode: "elastic",
    });
  });

  it("REST with a raw payload and headers (Lambda)", async () => {
    of("lambda").output = {
      StatusCode: 200,
      ExecutedVersion: "$LATEST",
      Payload: Buffer.from('{"ok":true}'),
    };
    const got = await aws.client(LambdaClient).send(
      new InvokeCommand({
        FunctionName: "jenkins-failover",
        InvocationType: "RequestResponse",
        Payload: Buffer.from('{"a":1}'),
      }),
    );
    const { input } = of("lambda").last;
    expect(input).to.include({
      FunctionName: "jenkins-failover",
      InvocationType: "RequestResponse",
    });
    expect(String(input.Payload)).to.equal('{"a":1}');
    expect(Buffer.from(got.Payload!).toString()).to.equal('{"ok":true}');
    expect(got.ExecutedVersion).to.equal("$LATEST");
  });

  it("REST with XML, in the control plane's own region (Route 53)", async () => {
    of("route53").output = {
      HostedZones: [{ Id: "/hostedzone/Z1", Name: "a.example.", CallerReference: "1" }],
      Marker: "",
      IsTruncated: false,
      MaxItems: 100,
    };
    const route53 = aws.client(Route53Client, "eu-west-1");
    const { HostedZones } = await route53.send(new ListHostedZonesCommand({ MaxItems: 100 }));
    expect(HostedZones?.[0]?.Name).to.equal("a.example.");
    expect(of("route53").last).to.include({ region: "us-east-1", signedRegion: "eu-west-1" });
    expect(of("route53").last.input).to.deep.equal({ MaxItems: 100 });

    of("route53").output = {
      ChangeInfo: { Id: "C1", Status: "PENDING", SubmittedAt: new Date(0) },
    };
    const ChangeBatch = {
      Changes: [
        {
          Action: "UPSERT" as const,
          ResourceRecordSet: {
            Name: "ma.a.example",
            Type: "A" as const,
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.1" }, { Value: "192.0.2.2" }],
          },
        },
      ],
    };
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: "Z1", ChangeBatch }));
    expect(of("route53").last.input).to.deep.equal({ HostedZoneId: "Z1", ChangeBatch });
  });

  it("S3: bucket in the path, operation by sub-resource, flattened lists", async () => {
    const ReplicationConfiguration = {
      Role: "arn:aws:iam::123456789012:role/r",
      Rules: [
        {
          ID: "all",
          Status: "Enabled" as const,
          Priority: 1,
          Filter: { Prefix: "" },
          DeleteMarkerReplication: { Status: "Enabled" as const },
          Destination: { Bucket: "arn:aws:s3:::b" },
        },
      ],
    };
    const s3 = aws.client(S3Client);
    of("s3").output = {};
    await s3.send(
      new PutBucketReplicationCommand({ Bucket: "artifacts", ReplicationConfiguration }),
    );
    expect(of("s3").last.action).to.equal("PutBucketReplication");
    expect(of("s3").last.input).to.deep.include({ Bucket: "artifacts", ReplicationConfiguration });
    of("s3").output = { ReplicationConfiguration };
    const got = await s3.send(new GetBucketReplicationCommand({ Bucket: "artifacts" }));
    expect(got.ReplicationConfiguration).to.deep.equal(ReplicationConfiguration);
  });

  it("errors carry the service's own code and status in each protocol", async () => {
    const cases: [string, AwsError, () => Promise<unknown>, number][] = [
      [
        "DBInstanceNotFoundFault",
        new AwsError("DBInstanceNotFoundFault", "gone"),
        () => aws.client(RDSClient).send(new DescribeDBInstancesCommand({})),
        404,
      ],
      [
        "UnauthorizedOperation",
        new AwsError("UnauthorizedOperation", "gone", 403),
        () => aws.client(EC2Client).send(new DescribeInstancesCommand({})),
        403,
      ],
      [
        "FileSystemNotFound",
        new AwsError("FileSystemNotFound", "gone"),
        () => aws.client(EFSClient).send(new UpdateFileSystemCommand({ FileSystemId: "fs-1" })),
        404,
      ],
      [
        "NoSuchHostedZone",
        new AwsError("NoSuchHostedZone", "gone"),
        () => aws.client(Route53Client).send(new ListHostedZonesCommand({})),
        404,
      ],
      [
        "NoSuchBucket",
        new AwsError("NoSuchBucket", "gone", 404),
        () => aws.client(S3Client).send(new GetBucketReplicationCommand({ Bucket: "artifacts" })),
        404,
      ],
    ];
    for (const [name, refusal, call, status] of cases) {
      for (const recorder of recorders.values()) recorder.refusal = refusal;
      const error = (await errorOf(call())) as Error & { $metadata: { httpStatusCode: number } };
      expect(error.name).to.equal(name);
      expect(error.message).to.equal("gone");
      expect(error.$metadata.httpStatusCode).to.equal(status);
    }
    for (const recorder of recorders.values()) recorder.refusal = undefined;
  });

  it("refuses an output member that the operation does not have", () => {
    expect(() => answer(of("rds").last, { DbInstances: [] })).to.throw(
      'no member "DbInstances"; it has: Marker, DBInstances',
    );
  });
});

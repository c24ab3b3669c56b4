import { expect } from "chai";
import {
  DeleteBucketReplicationCommand,
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { BucketReplicationBehaviour } from "../../../../../local/gateway/behaviours/s3/bucketReplication";
import { AwsError } from "../../../../../local/gateway/wire/awsError";
import { startLocalAws, type LocalAws } from "../localAws";
import { nameOfError } from "../refusals";

const ReplicationConfiguration = {
  Role: "arn:aws:iam::123456789012:role/r",
  Rules: [
    {
      ID: "all",
      Status: "Enabled" as const,
      Priority: 1,
      Filter: { Prefix: "" },
      DeleteMarkerReplication: { Status: "Enabled" as const },
      Destination: {
        Bucket: "arn:aws:s3:::b",
        ReplicationTime: { Status: "Enabled" as const, Time: { Minutes: 15 } },
      },
    },
  ],
};

describe("the S3 replication settings behaviour", () => {
  let aws: LocalAws;
  let s3: S3Client;

  before(async () => {
    aws = await startLocalAws({
      behaviours: [new BucketReplicationBehaviour()],
      stub: {
        "s3 PutBucketReplication": ({ Bucket }: { Bucket: string }) => {
          if (Bucket === "unversioned") throw new AwsError("InvalidRequest", "Versioning", 400);
          return {};
        },
        // As the emulator reads them back: without delete markers, whatever was put.
        "s3 GetBucketReplication": () => ({
          ReplicationConfiguration: { Role: "r", Rules: [] },
        }),
        "s3 DeleteBucketReplication": () => ({}),
      },
    });
    s3 = aws.client(S3Client, "eu-west-1");
  });
  after(() => aws.stop());

  const put = (Bucket: string) =>
    s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  const get = async (Bucket: string) =>
    (await s3.send(new GetBucketReplicationCommand({ Bucket }))).ReplicationConfiguration;

  it("reads back what was put, delete markers and times included", async () => {
    await put("artifacts");
    expect(await get("artifacts")).to.deep.equal(ReplicationConfiguration);
  });

  it("leaves refusals and buckets that it does not know to the emulator", async () => {
    expect(await nameOfError(put("unversioned"))).to.equal("InvalidRequest");
    expect((await get("unversioned"))?.Role).to.equal("r");
  });

  it("forgets deleted settings", async () => {
    await put("gone");
    await s3.send(new DeleteBucketReplicationCommand({ Bucket: "gone" }));
    expect((await get("gone"))?.Role).to.equal("r");
  });
});

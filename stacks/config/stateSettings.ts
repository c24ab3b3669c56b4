import { z } from "zod";
import { defaultJenkinsVersion } from "../../components/jenkins/pluginListRenderer";
import type { Duration } from "./duration";
import { duration, flag, oneOf, text, wholeNumber } from "./fields";

/** Ages at which EFS may move files: https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html */
const fileAges: readonly (Duration | "never")[] = [
  "never",
  "1 day",
  "7 days",
  "14 days",
  "30 days",
  "60 days",
  "90 days",
  "180 days",
  "270 days",
  "365 days",
];

/** How long a file is not read before EFS moves it. */
export function fileAge() {
  return z
    .custom<Duration | "never">()
    .refine((age) => fileAges.includes(age), { message: "is no age that EFS knows" })
    .meta({
      allowed: `one of ${fileAges.map((age) => `"${age}"`).join(", ")}`,
      fix: "take the next longer one of these ages",
    });
}

/** Everything that outlives machines: the image they start from, the database, the homes. */
export const stateFields = {
  image: z
    .strictObject({
      source: oneOf(["imageBuilder", "builderInstance", "given"]).default("imageBuilder").meta({
        description:
          "Where the machine image of controllers and agents comes from: an EC2 Image Builder pipeline that distributes to both regions, a machine built and copied, or images of your own.",
      }),
      architecture: oneOf(["arm64", "x86_64"]).default("arm64").meta({
        description: "Processor of the image and therefore of every controller and EC2 agent.",
        cost: "arm64 (Graviton) is about 19 % cheaper: m7g.large $0.0816/h, m7i.large $0.1008/h",
      }),
      jenkinsVersion: text(
        /^2\.\d{3,4}\.\d+$/,
        "an LTS version in full, such as 2.555.3",
        "take one from https://www.jenkins.io/changelog-stable/; weekly versions have two parts and are not supported",
      )
        .default(defaultJenkinsVersion)
        .meta({
          description:
            "Jenkins LTS of the image and of every controller. The pinned plugins were chosen for the default; an older one may be too old for them. 2.555.1 and later need Java 21, which the image has.",
        }),
      ids: z
        .strictObject({
          primary: amiId().meta({ description: "Image in `regions.primary`." }),
          dr: amiId().meta({ description: "The same image in `regions.dr`." }),
        })
        .exactOptional()
        .meta({
          allowed: "an object with the keys primary and dr",
          defaultNote: "only with source `given`",
        }),
    })
    .prefault({}),
  database: z
    .strictObject({
      engine: oneOf(["postgres", "mysql", "mariadb"]).default("postgres").meta({
        description: "RDS engine. It holds test results, never what Jenkins needs to start.",
      }),
      version: text(
        /^\d+(\.\d+){0,2}$/,
        "the engine's version as RDS writes it: 17, 17.4, 8.4, 11.4",
      )
        .exactOptional()
        .meta({
          description: "Engine version.",
          defaultNote: "postgres 17, mysql 8.4, mariadb 11.4",
        }),
      instanceClass: instanceClass().default("db.t4g.medium").meta({
        description: "Size of the writer and of the replica.",
        cost: "db.t4g.medium PostgreSQL: $0.065/h = $47.45 a month; Multi-AZ doubles the writer",
      }),
      storageGb: wholeNumber(20, 65_536, "GiB").default(50).meta({
        description: "Storage (gp3). It can grow later and never shrink.",
        cost: "$0.115/GB a month, doubled by Multi-AZ",
      }),
      multiAz: flag().default(true).meta({
        description:
          "A standby in another zone; without it the loss of one zone stops the database until a failover.",
      }),
      backupRetention: duration({ min: "1 day", max: "35 days" }).default("14 days").meta({
        description: "Automatic backups; the cross-region replica needs at least one day.",
      }),
    })
    .prefault({}),
  home: z
    .strictObject({
      throughput: oneOf(["elastic", "bursting", "provisioned"]).default("elastic").meta({
        description:
          "EFS throughput mode of the homes. Bursting credits drain for weeks before anyone notices; elastic has none.",
        cost: "elastic: $0.03/GB read, $0.06/GB written; provisioned: $6.00 per MiB/s a month; bursting: included",
      }),
      provisionedMibps: wholeNumber(1, 3_414, "MiB/s").exactOptional().meta({
        description: "Throughput bought.",
        defaultNote: "only with throughput `provisioned`",
      }),
      lifecycle: z
        .strictObject({
          toInfrequentAccess: fileAge().default("30 days").meta({
            description: "Files not read for so long move to Infrequent Access.",
            cost: "about a tenth of the $0.30/GB a month of Standard or less; $0.01/GB to read back",
          }),
          toArchive: fileAge().default("never").meta({
            description: "Files not read for so long move to Archive (elastic throughput only).",
            cost: "less than Infrequent Access; $0.03/GB to read back",
          }),
        })
        .prefault({}),
    })
    .prefault({}),
};

export function instanceClass() {
  return text(
    /^db\.[a-z0-9-]+\.[a-z0-9]+$/,
    "an RDS instance class, such as db.t4g.medium",
    "RDS classes begin with db.",
  );
}

export function amiId() {
  return text(
    /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
    "the id of a machine image: ami- and 8 or 17 hexadecimal digits",
    "list yours with: aws ec2 describe-images --owners self --region <region>",
  );
}

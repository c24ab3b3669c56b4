import { z } from "zod";
import { duration, instanceType, logRetention, oneOf, text, wholeNumber } from "./fields";
import { awsRegion, dnsName } from "./identitySettings";
import { fileAge } from "./stateSettings";

/** A path below the document root; what `..` leads out of is refused. */
function relativePath() {
  return text(
    /^(?!.*(^|\/)\.{1,2}(\/|$))[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
    "a path below the document root, such as wp-config.php",
    "write it without a leading slash and without ..",
  );
}

const content = {
  code: oneOf(["localDisk", "sharedFiles"]).default("localDisk").meta({
    description:
      "What machines serve: a read-only copy of the code on their own disk, with the uploads alone on the shared file system; or the whole document root on the shared file system, where a page opens hundreds of files at some milliseconds each.",
    cost: "`sharedFiles` reads all code through EFS: with elastic throughput $0.03/GB",
  }),
  documentRoot: text(
    /^(?!.*\/\.{1,2}(\/|$))(\/[A-Za-z0-9_.-]+){2,}$/,
    "an absolute folder below another, such as /var/www/html",
    "write where the image's web server looks: /var/www/html",
  )
    .default("/var/www/html")
    .meta({ description: "Folder that the web server serves." }),
  uploads: relativePath()
    .default("wp-content/uploads")
    .meta({ description: "Folder of users' uploads in it; a script among them is never run." }),
  staticFiles: z.array(relativePath()).max(20).default(["wp-config.php"]).meta({
    description:
      "Files that belong to the environment: neither the first copy from dev nor a promotion touches them. You put them into `/srv/web/html` of each environment once.",
    allowed: "a list of up to 20 paths below the document root",
  }),
  owner: text(
    /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/,
    "user and group, such as apache:apache",
    "write both, with a colon between",
  )
    .default("apache:apache")
    .meta({ description: "Owner of all shared files." }),
  uid: wholeNumber(1, 65_534).default(48).meta({
    description:
      "The owner's number, which EFS enforces for every file; 48 is Amazon Linux's apache.",
  }),
  gid: wholeNumber(1, 65_534).default(48).meta({ description: "The group's number." }),
};

const throughput = {
  throughput: oneOf(["elastic", "bursting", "provisioned"]).default("elastic").meta({
    description:
      "EFS throughput mode. `elastic` for loads that come and go. `bursting` where the average stays below 50 KiB/s for each stored GiB; its credits drain for weeks before anyone notices. `provisioned` once each MiB/s carries more than 200 GB read or 100 GB written a month.",
    cost: "elastic: $0.03/GB read, $0.06/GB written; bursting: included; provisioned: $6.00 per MiB/s a month, $6.00 / $0.03 = 200 GB",
  }),
  provisionedMibps: wholeNumber(1, 3_414, "MiB/s").exactOptional().meta({
    description: "Throughput bought.",
    defaultNote: "only with throughput `provisioned`",
  }),
  toInfrequentAccess: fileAge().default("30 days").meta({
    description: "Files not read for so long move to Infrequent Access.",
    cost: "$0.016 instead of $0.30/GB a month; $0.01/GB to read back",
  }),
};

/** What both environments of the web application have, each in its own stack's file. */
export const webEnvironment = z.strictObject({
  prefix: text(
    /^(?!aws|ssm|internal(?:-|$))[a-z](?:[a-z0-9]|-(?!-)){0,9}[a-z0-9]$/,
    "2 to 11 lower-case letters, digits and single hyphens, beginning with a letter, but not with aws, ssm or internal-",
    "choose another, short one: -dev or -prod follows",
  )
    .default("web")
    .meta({
      description:
        "Leads every physical name, before `-dev` or `-prod`; the same in both stacks. Changing it later replaces everything.",
    }),
  region: awsRegion().meta({
    description: "Region of both environments; the same in both stacks.",
  }),
  host: dnsName().meta({ description: "Name that users type for this environment." }),
  availabilityZones: wholeNumber(2, 3).default(2).meta({
    description:
      "Zones that subnets, machines and mount targets spread over; the same in both stacks.",
    fix: "use 2 or 3: one zone would make every other protection moot",
  }),
  architecture: oneOf(["arm64", "x86_64"]).default("arm64").meta({
    description: "Processor of the image and of every machine; the same in both stacks.",
  }),
  instanceType: instanceType().exactOptional().meta({
    description: "Machine of this environment.",
    defaultNote: "t4g.small, or t3.small with x86_64",
    cost: "t4g.small: $0.0168/h = $12.26 a month each",
  }),
  capacity: z
    .strictObject({
      min: wholeNumber(0, 100, "machines"),
      desired: wholeNumber(0, 100, "machines"),
      max: wholeNumber(1, 100, "machines"),
    })
    .default({ min: 2, desired: 2, max: 4 })
    .meta({
      description: "Machines of this environment; two survive the loss of a zone without a pause.",
      allowed: "an object with the keys min, desired and max",
    }),
  scaling: z
    .strictObject({
      cpuPercent: wholeNumber(10, 95, "percent")
        .default(60)
        .meta({ description: "Target for average CPU." }),
      requestsPerMinute: wholeNumber(10, 1_000_000, "requests")
        .default(1_000)
        .meta({ description: "Target for requests per machine and minute." }),
    })
    .prefault({}),
  healthPath: text(/^\/[A-Za-z0-9._~/?=&-]{0,255}$/, "a path, such as /", "begin it with a slash")
    .default("/")
    .meta({ description: "Path that answers 200 to 399 on a machine that can serve." }),
  files: z.strictObject({ ...content, ...throughput }).prefault({}),
  applicationSecret: text(
    /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,512}$/,
    "the ARN of a secret: arn:aws:secretsmanager:<region>:<account>:secret:<name>",
    "find it with: aws secretsmanager describe-secret --secret-id <name>",
  )
    .exactOptional()
    .meta({
      description:
        "Secret with the `username` and `password` of a database user that may do only what the application does. Encrypted with the region's customer key of this environment's database.",
      defaultNote: "the database's first user, who may do everything",
    }),
  certificateWarning: duration({ min: "1 day", max: "90 days" })
    .default("30 days")
    .meta({ description: "Alarm when a certificate expires within this time." }),
  logRetention: logRetention().default("30 days").meta({
    description: "How long machines' logs are kept.",
    cost: "$0.50/GB taken in, $0.03/GB a month",
  }),
});

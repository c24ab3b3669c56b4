import { z } from "zod";
import { flag, oneOf, text, wholeNumber } from "./fields";
import { awsRegions } from "./region";

/** Programs of a pair of regions. The web application's are in webSettings.ts. */
export const programs = ["primary", "dr"] as const;

export type Program = (typeof programs)[number];

export function awsRegion() {
  return z.enum(awsRegions).meta({
    allowed: "an AWS region's code, such as eu-central-1",
    fix: "look the code up with: aws ec2 describe-regions --all-regions (a region that AWS has opened since is added in stacks/config/region.ts)",
  });
}

export function hostedZone() {
  return text(
    /^Z[A-Z0-9]{5,31}$/,
    "the id of the public Route 53 zone that holds the domain: Z and 5 to 31 capital letters or digits",
    "find it with: aws route53 list-hosted-zones-by-name --dns-name <domain> (without the leading /hostedzone/)",
  );
}

/** A DNS name in full. */
export function dnsName() {
  return text(
    /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "a DNS name in lower case without a dot at the end, such as jenkins.example.com",
    "write the bare name: no https://, no path, no port",
  );
}

function certificateArn() {
  return text(
    /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/,
    "the ARN of an ACM certificate: arn:aws:acm:<region>:<account>:certificate/<id>",
    "list them with: aws acm list-certificates --region <region>; or leave it out and the stack makes one",
  );
}

/** What the deployment is, where it is and under which names people reach it. */
export const identityFields = {
  // Required here: parseSettings fills it in from the stack's name.
  program: oneOf(programs).meta({
    description: "Which program the stack runs.",
    defaultNote: "the stack's name",
    fix: "name the stack primary or dr, or: pulumi config set program primary",
  }),
  prefix: text(
    // SSM keeps parameters that begin with aws or ssm to itself, and load balancers internal-.
    /^(?!aws|ssm|internal(?:-|$))[a-z](?:[a-z0-9]|-(?!-)){0,14}[a-z0-9]$/,
    "2 to 16 lower-case letters, digits and single hyphens, beginning with a letter, but not with aws, ssm or internal-",
    "choose another, short one: target group names (prefix, hyphen, team) have 32 characters in all",
  )
    .default("jenkins")
    .meta({
      description:
        "Leads every physical name, so that two deployments can share an account. Changing it later replaces everything.",
    }),
  primaryStack: text(
    /^[A-Za-z0-9_.-]{1,100}$/,
    "a stack's name: up to 100 letters, digits, hyphens, underscores and dots",
    "list them with: pulumi stack ls",
  )
    .default("primary")
    .meta({
      description:
        "The stack of this project that runs program `primary` for the same `prefix`; the dr stack reads its outputs. Differs where two deployments share the project.",
    }),
  drStack: text(
    /^[A-Za-z0-9_.-]{1,100}$/,
    "a stack's name: up to 100 letters, digits, hyphens, underscores and dots",
    "list them with: pulumi stack ls",
  )
    .default("dr")
    .meta({
      description:
        "The stack of this project that runs program `dr` for the same `prefix`; the primary stack reads its outputs while its own region waits.",
    }),
  regions: z
    .strictObject({
      primary: awsRegion().meta({
        description: "Region of the stack that runs program `primary`.",
      }),
      dr: awsRegion().meta({ description: "Region of the stack that runs program `dr`." }),
    })
    .meta({ allowed: "an object with the keys primary and dr" }),
  activeRegion: awsRegion().exactOptional().meta({
    description:
      "The region that serves now, as the failover record says after a failover; `npm run adopt` sets it. Setting it moves nobody: it never causes a failover.",
    defaultNote: "`regions.primary`",
  }),
  generation: wholeNumber(1, 1_000_000).default(1).meta({
    description:
      "Completed role changes plus one, as the failover record says. Goes together with `activeRegion`: odd while `regions.primary` serves, even while `regions.dr` does.",
  }),
  homeFileSystemId: text(
    /^fs-[0-9a-f]{8,40}$/,
    "the id of an EFS file system: fs- and 8 to 40 hexadecimal digits",
    "npm run adopt sets it from the failover record",
  )
    .exactOptional()
    .meta({
      description:
        "The file system that holds the homes of this stack's region since a failover made it the active one; `npm run adopt` sets it. Without meaning while the region waits, or in generation 1.",
      defaultNote: "made by the stack",
    }),
  domain: dnsName().meta({ description: "Each team's Jenkins answers at `<team>.<domain>`." }),
  hostedZoneId: hostedZone().meta({
    description:
      "Public Route 53 zone that gets the names and, if the stack makes them, validates the certificates.",
    cost: "$0.50 a month for the zone",
  }),
  certificates: z
    .strictObject({
      primary: certificateArn().exactOptional().meta({
        description: "ACM certificate for `*.<domain>` in `regions.primary`.",
        defaultNote: "made by the stack, validated by DNS",
      }),
      dr: certificateArn().exactOptional().meta({
        description:
          "ACM certificate for `*.<domain>` in `regions.dr`; certificates do not cross regions.",
        defaultNote: "made by the stack, validated by DNS",
      }),
    })
    .prefault({})
    .meta({ allowed: "an object with the keys primary and dr" }),
  edge: oneOf(["globalAccelerator", "route53"]).default("globalAccelerator").meta({
    description:
      "What moves users between the regions. The accelerator keeps its addresses and moves in seconds; Route 53 depends on resolvers that honour a TTL (57 to 72 s measured elsewhere).",
    cost: "accelerator: $77 a month for each 90 teams (itself $0.035/h with its addresses = $25.55, and a network load balancer with two addresses in each region) plus $0.015/GB and up for traffic; Route 53: the queries alone",
  }),
  failover: flag().default(false).meta({
    description:
      "Asks for a failover to this stack's region, once: `pulumi config set failover true --stack dr && pulumi up --stack dr`. Unsetting it does not fail back.",
  }),
  runWithoutRecord: flag().default(false).meta({
    description:
      "Lets the stack run although the failover record cannot be read, because its region is silent or access is denied. For one run, by somebody who knows which region is active: without the record nothing keeps Pulumi from undoing a failover. A record that can be read is obeyed all the same. With a silent region the run takes some minutes longer, until the AWS provider gives up on it.",
  }),
  protectState: flag().default(true).meta({
    description:
      "Keeps Pulumi from deleting what holds state (database, file systems, buckets, keys, records). Set it to false only to tear everything down.",
  }),
};

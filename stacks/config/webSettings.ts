import { z } from "zod";
import { duration, flag, logRetention, oneOf, text, wholeNumber } from "./fields";
import { hostedZone, identityFields } from "./identitySettings";
import { bastion, endpointServices, vpcRange } from "./networkSettings";
import { operationsFields } from "./operationsSettings";
import { amiId, instanceClass } from "./stateSettings";
import { webEnvironment } from "./webFields";

/** Programs of the web application's two stacks. */
export const webPrograms = ["web-dev", "web-prod"] as const;

export type WebProgram = (typeof webPrograms)[number];

const instanceCost =
  "db.t4g.medium MySQL: $0.065/h = $47.45 a month; Multi-AZ doubles it; storage $0.115/GB";

function backups() {
  return duration({ min: "1 day", max: "35 days" }).default("14 days").meta({
    description: "Automatic backups; replicas need at least one day.",
  });
}

/** A MySQL instance that is written. */
const writer = {
  instanceClass: instanceClass()
    .default("db.t4g.medium")
    .meta({ description: "Size of the writer.", cost: instanceCost }),
  storageGb: wholeNumber(20, 65_536, "GiB")
    .default(20)
    .meta({ description: "Storage (gp3). It can grow later and never shrink." }),
  multiAz: flag().default(true).meta({ description: "A standby in another zone." }),
  backupRetention: backups(),
  version: oneOf(["8.0", "8.4"]).default("8.4").meta({ description: "MySQL's version." }),
};

/** What the stack `web-dev` owns for both environments. */
export const webShared = z.strictObject({
  hostedZoneId: hostedZone().meta({
    description: "Public Route 53 zone that gets dev's name and validates its certificate.",
    cost: "$0.50 a month for the zone",
  }),
  privateZone: text(
    /^(?=.{1,100}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "a DNS name in lower case, such as web.internal",
    "choose one that nobody asks the internet for: web.internal",
  )
    .default("web.internal")
    .meta({
      description:
        "Private zone of the VPC: `master.<zone>` for dev, `reader.prod.<zone>` and, with a database of its own, `writer.prod.<zone>` for prod.",
      cost: "$0.50 a month for the zone",
    }),
  network: z
    .strictObject({
      cidr: vpcRange()
        .default("10.30.0.0/16")
        .meta({ description: "VPC of both environments. Changing it replaces the network." }),
      nat: oneOf(["none", "single", "perAz"]).default("single").meta({
        description: "Way out for the machines. `none` needs `interfaceEndpoints`.",
        cost: "each gateway $0.045/h = $32.85 a month, plus $0.045/GB",
      }),
      interfaceEndpoints: z
        .array(
          oneOf(endpointServices).meta({
            fix: "use a service's short name, as in com.amazonaws.<region>.<name>",
          }),
        )
        .default([])
        .meta({
          description: "AWS services reached inside the VPC.",
          allowed: `a list of ${endpointServices.join(", ")}`,
          cost: "each $0.01/h and zone = $14.60 a month in two zones, plus $0.01/GB",
        }),
      flowLogRetention: logRetention()
        .default("30 days")
        .meta({ description: "How long VPC flow logs are kept." }),
      bastion: bastion.exactOptional().meta({
        description: "A machine for SSH.",
        defaultNote: "none: Session Manager needs no open port",
      }),
    })
    .prefault({}),
  image: z
    .strictObject({
      source: oneOf(["imageBuilder", "builderInstance", "given"]).default("imageBuilder").meta({
        description:
          "Where both environments' machine image comes from: an EC2 Image Builder pipeline, an instance that is set up and imaged, or an image of your own, made from an instance that you configured.",
      }),
      id: amiId().exactOptional().meta({
        description: "Your image.",
        defaultNote: "only with source `given`",
      }),
    })
    .prefault({}),
  database: z.strictObject(writer).prefault({}),
  accessLogRetention: duration({ min: "1 day", max: "3650 days" }).default("90 days").meta({
    description: "How long the load balancer's access logs are kept in S3.",
    cost: "$0.023/GB a month",
  }),
});

/** What the stack `web-prod` has beside its environment. */
export const webProduction = z.strictObject({
  devStack: text(
    /^[A-Za-z0-9_.-]{1,100}$/,
    "a stack's name: up to 100 letters, digits, hyphens, underscores and dots",
    "list them with: pulumi stack ls",
  )
    .default("web-dev")
    .meta({ description: "The stack that runs program `web-dev` for the same `web.prefix`." }),
  database: oneOf(["replicas", "own"]).default("replicas").meta({
    description:
      "`replicas`: prod reads replicas of dev's master and cannot write: no log-on, no comment, no update of its own; what is published there is made in dev. `own`: prod has a writer and replicas of that; dev's data no longer come to it.",
    cost: "`own` adds the writer: db.t4g.medium with a standby $94.90 a month",
  }),
  replicas: z
    .array(
      z.strictObject({
        instanceClass: instanceClass()
          .default("db.t4g.medium")
          .meta({ description: "Size of a replica.", cost: "db.t4g.medium: $47.45 a month" }),
        weight: wholeNumber(0, 255).default(1).meta({
          description:
            "This replica's part of the answers, of all weights together; 0 takes it out.",
        }),
      }),
    )
    .min(1)
    .max(5)
    .default([
      { instanceClass: "db.t4g.medium", weight: 1 },
      { instanceClass: "db.t4g.medium", weight: 1 },
    ])
    .meta({
      description: "Read replicas behind `reader.prod.<privateZone>`, in turn over the zones.",
      allowed: "a list of 1 to 5 replicas",
    }),
  ownDatabase: z.strictObject(writer).prefault({}),
  hostedZoneId: hostedZone().exactOptional().meta({
    description: "Public zone that holds `web.host` already.",
    defaultNote: "made by the stack, named `web.host`",
    cost: "$0.50 a month for the zone",
  }),
  parentZoneId: hostedZone().exactOptional().meta({
    description:
      "Public zone above the one that the stack makes, which gets its name servers. Without it you delegate the zone by the output `nameServers` while the first `pulumi up` waits for the certificate.",
    defaultNote: "none",
  }),
});

const { alerts } = operationsFields;
const { protectState } = identityFields;

function program(name: WebProgram) {
  return oneOf(webPrograms).meta({
    description: "Which program the stack runs.",
    defaultNote: "the stack's name",
    fix: `name the stack ${name}, or: pulumi config set program ${name}`,
  });
}

/** Every setting of the stack `web-dev`. */
export const webDevSchema = z.strictObject({
  program: program("web-dev"),
  alerts,
  protectState,
  web: webEnvironment,
  webShared,
});

/** Every setting of the stack `web-prod`. */
export const webProdSchema = z.strictObject({
  program: program("web-prod"),
  alerts,
  protectState,
  web: webEnvironment,
  webProduction,
});

export type GivenWebDev = z.output<typeof webDevSchema>;
export type GivenWebProd = z.output<typeof webProdSchema>;

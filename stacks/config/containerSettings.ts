import { z } from "zod";
import { instanceType, oneOf, text, wholeNumber } from "./fields";

/** What the two regions of a deployment carry. */
export const workloads = ["jenkins", "containers"] as const;

function serviceName(what: string) {
  return text(
    /^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/,
    `1 to 20 lower-case letters, digits and hyphens, beginning with a letter (${what})`,
    "use lower case, and hyphens for anything else",
  );
}

function urlPath() {
  return text(
    /^\/[A-Za-z0-9_./~&:@+*?=-]{0,127}$/,
    "a path that begins with a slash, of up to 128 characters",
    "write it without host and without blanks: /api/health",
  );
}

/** Values come from `parameters` and `secrets`, which both regions have. */
function fromKeys(description: string, allowed: string) {
  return z
    .record(
      text(
        /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
        "letters, digits and underscores, not beginning with a digit",
        "write it as the container's environment has it: LOG_LEVEL",
      ),
      text(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/, allowed, "name a key that is there"),
    )
    .default({})
    .meta({ description, allowed: `an object of names and keys` });
}

const service = z.strictObject({
  name: serviceName("its DNS name among containers").meta({
    description: "Unique. Other containers reach it at `http://<name>:<port>`.",
  }),
  image: z.string().max(512).meta({
    description:
      "The image's URL with a tag other than `latest`, or with a digest. ECR of `regions.primary` preferred: then each region pulls its own copy. Of any other registry both regions pull the same, so its loss is one of both.",
    allowed: "registry, repository, and tag or digest",
    fix: "write it as docker pull takes it",
    cost: "ECR: $0.10/GB a month in each region, $0.02/GB for the replication",
  }),
  port: wholeNumber(1, 65_535).meta({ description: "Port that the container serves HTTP on." }),
  paths: z.array(urlPath()).min(1).max(4).exactOptional().meta({
    description:
      "Requests that it gets, `*` standing for anything: `/api/*`. Exactly one service has none and gets all others.",
    allowed: "a list of 1 to 4 paths",
    defaultNote: "everything that no other service gets",
  }),
  healthPath: urlPath().default("/").meta({
    description:
      "Answers 200 without a log-on while the service works. The load balancer, the probe and the failover ask for it: the application serves when each of its services does.",
  }),
  settings: fromKeys(
    "Environment variables by name, each with a key under `parameters`. Read when a machine starts.",
    "a key under parameters",
  ),
  secrets: fromKeys(
    "Secrets by name, each with a key under `secrets`. The container finds the value in the file `/run/secrets/<name>`, whose path is in the variable `<name>_FILE`; it is in no environment and on no disk.",
    "a key under secrets",
  ),
  database: z.boolean().default(false).meta({
    description:
      "Gives it `DATABASE_ENGINE`, `_HOST`, `_PORT`, `_NAME`, `_USERNAME`, and the password as the secret `DATABASE_PASSWORD`.",
    allowed: "true or false",
  }),
});

const registry = z.strictObject({
  credentials: text(
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
    "a key under secrets",
    "name a key that is there",
  )
    .exactOptional()
    .meta({
      description: 'Key under `secrets` of `{"username":"…","password":"…"}`.',
      defaultNote: "only with `public`",
    }),
  public: z.literal(true).exactOptional().meta({
    description: "The registry asks for no log-on.",
    allowed: "true",
    defaultNote: "only without `credentials`",
  }),
});

/** An application of any images, instead of Jenkins. */
export const containerFields = {
  workload: oneOf(workloads).default("jenkins").meta({
    description:
      "What both regions carry: Jenkins for `teams`, or one application of `containers`. `teams`, `agents`, `home`, `pair` and `image.jenkinsVersion` have no meaning for containers.",
  }),
  containers: z
    .strictObject({
      name: serviceName("a DNS label").default("app").meta({
        description:
          "The application answers at `<name>.<domain>`. Also the name of its group of machines.",
      }),
      services: z.array(service).min(1).max(5).meta({
        description: "Each machine runs one container of each.",
        allowed: "a list of 1 to 5 services",
        fix: "add one: name, image and port. New ones go to the end: the place decides the machine's port",
      }),
      capacity: z
        .strictObject({
          min: wholeNumber(1, 100, "machines"),
          desired: wholeNumber(1, 100, "machines"),
          max: wholeNumber(1, 100, "machines"),
        })
        .default({ min: 2, desired: 2, max: 4 })
        .meta({
          description: "Machines while the region serves; none where it waits.",
          allowed: "an object with the keys min, desired and max",
        }),
      instanceType: instanceType().exactOptional().meta({
        description: "Its processor must be the one that the images were built for.",
        defaultNote: "m7g.large, or m7i.large with x86_64 images",
        cost: "m7g.large: $0.0816/h = $59.57 a month each; only where the region serves",
      }),
      scaling: z
        .strictObject({
          cpuPercent: wholeNumber(10, 95, "percent")
            .default(60)
            .meta({ description: "Target for average CPU of the machines." }),
          requestsPerMinute: wholeNumber(10, 1_000_000, "requests").default(3_000).meta({
            description:
              "Target for requests for each machine and minute, of the service without paths.",
          }),
        })
        .prefault({}),
      registries: z
        .record(
          text(
            /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?$/,
            "a registry's host, with its port if it has one: registry.example.com:5000",
            "write it as the images do",
          ),
          registry,
        )
        .default({})
        .meta({
          description:
            "How images are pulled from registries that are neither ECR nor known to be public.",
          allowed: "an object of hosts, each with credentials or public",
        }),
      replicateImages: z.boolean().default(true).meta({
        description:
          "Replicate the repositories of these images from ECR of `regions.primary` to `regions.dr`. It is the registry's only replication configuration: false where the account has one of its own.",
        allowed: "true or false",
      }),
    })
    .exactOptional()
    .meta({
      allowed: "an object with at least the key services",
      defaultNote: "only with workload `containers`",
    }),
};

import { z } from "zod";

const address = z
  .string()
  .regex(/^(?=.*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, "give a host name: TLS checks it")
  .describe("Host name that the server's certificate is for; an IP address cannot be checked.");
const port = z.int().min(1).max(65_535).describe("TCP port of the server.");
const folder = z
  .string()
  .regex(/^\/[^\0\n]*[^\0\n/]$/, "give an absolute path below / without a slash at its end");
/** Also a pattern of rsync, in which `*`, `?`, `[` and `\` would mean something. */
const staticFile = z
  .string()
  .regex(
    /^(?!.*(^|\/)\.\.?(\/|$))[\w. +@-]+(\/[\w. +@-]+)*$/,
    "give a path relative to the folder, of letters, digits, blanks and _ . + @ - /",
  );

/** Checks a {@link PromotionTarget}; unknown keys are errors. */
export const promotionTargetSchema = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "give an AWS region such as eu-central-1")
    .describe("AWS region of secret, record table and machines."),
  source: z
    .strictObject({ address, port })
    .describe("Dev's database: what prod's replicas replicate from."),
  replicas: z
    .array(
      z.strictObject({
        identifier: z.string().min(1).describe("Name of the replica for people and the record."),
        address,
        port,
      }),
    )
    .readonly()
    .describe(
      "Prod's databases. The reference has two; all are kept in one state. None where prod has a " +
        "database of its own: files alone are promoted then.",
    ),
  secretArn: z
    .string()
    .startsWith("arn:")
    .describe(
      "Secret in Secrets Manager that holds JSON with username and password of a user who may run " +
        "the replication procedures on the replicas and read positions on all servers.",
    ),
  recordTable: z
    .string()
    .min(3)
    .describe("DynamoDB table with the string hash key `id`: lock and last promotion."),
  reach: z
    .strictObject({
      autoScalingGroup: z
        .string()
        .min(1)
        .describe("Group whose machines mount both folders and reach the databases."),
    })
    .exactOptional()
    .describe(
      "How files and private databases are reached: a machine of this group. Without it this machine " +
        "itself sees the folders and the databases.",
    ),
  files: z.strictObject({
    source: folder.describe("Dev's document root as the machine that copies sees it."),
    target: folder.describe("Prod's document root as the same machine sees it."),
    staticFiles: z
      .array(staticFile)
      .readonly()
      .describe("Files of prod alone: never copied, never deleted. They must exist in prod."),
    owner: z
      .string()
      .regex(/^[\w.-]+:[\w.-]+$/, "give user:group, such as apache:apache")
      .describe("Owner and group of what is copied."),
  }),
  ca: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "PEM file of the authority that signed the servers' certificates. Default: Amazon RDS's own.",
    ),
});

/**
 * What a promotion from dev to prod acts on. Stack `web-prod` has it as its output `promotion`;
 * machines that are not on AWS are described by a YAML file of the same shape.
 */
export type PromotionTarget = Readonly<z.output<typeof promotionTargetSchema>>;

/** What a stack of this program gives as its output `promotion`. */
export type StackPromotion = PromotionTarget & Required<Pick<PromotionTarget, "reach">>;

/** Files of prod alone where nothing else is said: WordPress's connection settings and keys. */
export const defaultStaticFiles: readonly string[] = ["wp-config.php"];

/** The target cannot be used; nothing was touched. */
export class TargetError extends Error {
  constructor(
    where: string,
    readonly problems: readonly string[],
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      `${where} has ${count}; nothing was touched.\n${problems.map((text) => `  ${text}`).join("\n")}`,
    );
    this.name = "TargetError";
  }
}

/**
 * Reads a target.
 *
 * @param where names its origin in messages
 * @throws TargetError with everything that is wrong, also between two places.
 */
export function readTarget(where: string, given: unknown): PromotionTarget {
  const parsed = promotionTargetSchema.safeParse(given);
  if (!parsed.success) throw new TargetError(where, parsed.error.issues.flatMap(describe));
  const problems = contradictions(parsed.data);
  if (problems.length > 0) throw new TargetError(where, problems);
  return parsed.data;
}

/** Problems of a target whose every key is right by itself. */
function contradictions({ source, replicas, files }: PromotionTarget): string[] {
  const problems: string[] = [];
  const places = new Map([[placeOf(source), "source, dev's database"]]);
  const names = new Set<string>();
  for (const [index, replica] of replicas.entries()) {
    const path = `replicas[${index}]`;
    const other = places.get(placeOf(replica));
    if (other !== undefined)
      problems.push(
        `${path} is at ${placeOf(replica)}, and so is ${other}: each needs a server of its own`,
      );
    places.set(placeOf(replica), path);
    if (names.has(replica.identifier))
      problems.push(`${path}.identifier is ${replica.identifier} a second time; name each replica`);
    names.add(replica.identifier);
  }
  if (files.source === files.target)
    problems.push(
      `files.source and files.target are both ${files.source}: dev and prod need a folder each`,
    );
  return problems;
}

function placeOf({ address: host, port: number }: { address: string; port: number }): string {
  return `${host.toLowerCase()}:${number}`;
}

function describe(issue: z.core.$ZodIssue): string[] {
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${path === "" ? key : `${path}.${key}`} is no key of a target`);
  return [`${path === "" ? "the whole" : path} cannot be used: ${issue.message}`];
}

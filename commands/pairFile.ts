import { parseDocument } from "yaml";
import { z } from "zod";
import type { ArgumentProblem } from "../components/argumentProblems";
import { clusterProblems } from "../components/pair/clusterProblems";
import type { ControllerCluster } from "../components/pair/cluster";
import { pairProblems } from "../components/pair/pairProblems";
import type { EdgePairSettings } from "../components/pair/pairFiles";
import type { PairProfile } from "../components/pair/proxyTiming";
import { defaultTeamHealthRule } from "../components/pair/teamHealthScriptRenderer";
import { vipProblems } from "../components/pair/vipProblems";
import { nearestKey } from "../stacks/config/nearestKey";

/** What a pair file describes: machines in front of teams, an active/passive cluster, or both. */
export interface PairFile {
  readonly profile: PairProfile;
  readonly edge?: EdgePairSettings;
  readonly cluster?: ControllerCluster;
}

/** The pair file cannot be used; with everything that is wrong at once. */
export class PairFileError extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly ArgumentProblem[],
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const list = problems.map(
      ({ path, reason }) => `  ${path === "" ? "the file" : path} ${reason}`,
    );
    super(`${file} has ${count}; nothing was written.\n${list.join("\n")}`);
    this.name = "PairFileError";
  }
}

const port = z.int();
const machine = z.strictObject({
  name: z.string(),
  address: z.string(),
});
const vip = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("arp"), address: z.string() }),
  z.strictObject({
    kind: z.literal("overlayRoute"),
    address: z.string(),
    region: z.string(),
    routeTableIds: z.array(z.string()).min(1),
    networkInterface: z.string().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("elasticIp"),
    region: z.string(),
    allocationId: z.string(),
    address: z.string().exactOptional(),
  }),
]);
const strategy = z.enum(["active-passive", "active-active", "local-only"]);
const team = z.strictObject({
  name: z.string(),
  strategy: strategy.optional(),
  webPort: port,
  agents: z.strictObject({ controllerPort: port, pairPort: port }).optional(),
  preferred: z.string().optional(),
  weights: z.record(z.string(), z.number()).optional(),
  healthPath: z.string().optional(),
  prefixed: z.boolean().optional(),
});
const edge = z.strictObject({
  domain: z.string(),
  machines: z.tuple([
    machine.extend({ management: z.string() }),
    machine.extend({ management: z.string() }),
  ]),
  strategy: strategy.default("active-passive"),
  teams: z.array(team),
  tls: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("none") }),
      z.strictObject({ kind: z.literal("terminate"), certificates: z.string() }),
      z.strictObject({ kind: z.literal("passthrough") }),
    ])
    .default({ kind: "none" }),
  stats: z
    .strictObject({ port: port.default(8404), user: z.string().default("operator") })
    .prefault({}),
  vip,
  networkInterface: z.string().default("eth0"),
  routerId: z.int().default(51),
  health: z
    .strictObject({
      threshold: z.number().default(defaultTeamHealthRule.threshold),
      quorum: z.int().default(defaultTeamHealthRule.quorum),
    })
    .prefault({}),
});
const cluster = z.strictObject({
  name: z.string(),
  machines: z.tuple([machine, machine]),
  home: z.strictObject({
    device: z.string(),
    type: z.string(),
    directory: z.string().default("/var/lib/jenkins"),
    options: z.string(),
  }),
  vip,
  fencing: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("aws"),
      region: z.string(),
      instanceIds: z.record(z.string(), z.string()),
    }),
    z.strictObject({
      kind: z.literal("agent"),
      agent: z.string(),
      options: z.record(z.string(), z.record(z.string(), z.string())),
    }),
  ]),
  tieBreaker: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("quorumDevice"), host: z.string() }),
    z.strictObject({ kind: z.literal("ping"), targets: z.array(z.string()).min(1) }),
  ]),
});
const pairFile = z.strictObject({
  profile: z.enum(["reference", "fast"]).default("fast"),
  edge: edge.optional(),
  cluster: cluster.optional(),
});

/**
 * Reads a pair file.
 *
 * @param name the file's name, for messages
 * @throws PairFileError with everything that is wrong, also between two places.
 */
export function readPairFile(name: string, text: string): PairFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message }) => ({
      path: "",
      reason: `is no YAML: ${message}`,
    }));
    throw new PairFileError(name, problems);
  }
  const { unknown, data } = parse(name, document.toJS() ?? {});
  const read = arrange(data);
  const problems = [
    ...unknown,
    ...(read.edge === undefined && read.cluster === undefined
      ? [{ path: "", reason: "describes nothing: give edge, cluster or both" }]
      : []),
    ...within("edge", [
      ...(read.edge === undefined ? [] : pairProblems(read.edge.pair)),
      ...(read.edge === undefined ? [] : vipProblems(read.edge)),
    ]),
    ...within("cluster", read.cluster === undefined ? [] : clusterProblems(read.cluster)),
  ];
  if (problems.length > 0) throw new PairFileError(name, problems);
  return read;
}

/** The file as its schema has it. Keys that are unknown do not keep the rest from being checked. */
function parse(
  name: string,
  given: unknown,
): { readonly unknown: readonly ArgumentProblem[]; readonly data: z.output<typeof pairFile> } {
  const first = pairFile.safeParse(given);
  if (first.success) return { unknown: [], data: first.data };
  const unknown = first.error.issues.flatMap(problemsOf);
  const second = pairFile.safeParse(withoutUnknownKeys(given, first.error.issues));
  if (!second.success) throw new PairFileError(name, unknown);
  return { unknown, data: second.data };
}

function withoutUnknownKeys(given: unknown, issues: readonly Issue[]): unknown {
  const known: unknown = structuredClone(given);
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const holder = issue.path.reduce<unknown>(
      (value, key) => Reflect.get(Object(value) as object, key),
      known,
    );
    for (const key of issue.keys) Reflect.deleteProperty(holder as object, key);
  }
  return known;
}

function within(part: string, problems: readonly ArgumentProblem[]): ArgumentProblem[] {
  return problems.map(({ path, reason }) => ({ path: `${part}.${path}`, reason }));
}

function arrange(given: z.output<typeof pairFile>): PairFile {
  const { profile, edge: front, cluster: given_ } = given;
  if (front === undefined) return { profile, ...(given_ === undefined ? {} : { cluster: given_ }) };
  const { machines, stats, networkInterface, routerId, health, vip: address, ...pair } = front;
  const [first, second] = machines;
  return {
    profile,
    edge: {
      profile,
      pair: {
        ...pair,
        machines: [first, second],
        stats: {
          ...stats,
          addresses: Object.fromEntries(machines.map(({ name, management }) => [name, management])),
        },
      } as EdgePairSettings["pair"],
      vip: address,
      peers: { networkInterface, routerId },
      rule: health,
    },
    ...(given_ === undefined ? {} : { cluster: given_ }),
  };
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue): ArgumentProblem[] {
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  if (issue.code !== "unrecognized_keys")
    return [{ path, reason: `cannot be used: ${issue.message}` }];
  return issue.keys.map((key) => {
    const meant = nearestKey(key, knownKeys);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    return { path: path === "" ? key : `${path}.${key}`, reason: `is no setting of a pair${hint}` };
  });
}

const knownKeys = [pairFile, edge, cluster, team, machine].flatMap(({ shape }) =>
  Object.keys(shape),
);

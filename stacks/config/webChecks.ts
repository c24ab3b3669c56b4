import { parseInstanceType } from "./instanceType";
import { endpointsNeededWithoutNat } from "./networkSettings";
import { show, type Problem } from "./problem";
import type { Partially } from "./readFields";
import type { GivenWebDev, GivenWebProd } from "./webSettings";

/** The web application's settings so far: what was missing or wrong by itself is absent. */
export type GivenWeb = Partially<
  Pick<GivenWebDev, "alerts" | "web"> & {
    webShared: GivenWebDev["webShared"];
    webProduction: GivenWebProd["webProduction"];
  }
>;

/** A rule about more than one setting. It says nothing while one of them is absent. */
type WebCheck = (given: GivenWeb) => readonly Problem[];

const machineFitsTheImage: WebCheck = ({ web }) => {
  const { instanceType, architecture } = web ?? {};
  if (!instanceType || !architecture) return [];
  const actual = parseInstanceType(instanceType)?.architecture;
  if (!actual || actual === architecture) return [];
  return [
    {
      path: "web.instanceType",
      wrong: `is ${show(instanceType)}, an ${actual} machine that cannot boot the ${architecture} image`,
      allowed:
        architecture === "arm64"
          ? "Graviton types, such as t4g.small"
          : "Intel or AMD types, such as t3.small",
      fix: `use ${architecture === "arm64" ? "t4g" : "t3"}.small, or set web.architecture to ${actual}`,
    },
  ];
};

const capacityIsInOrder: WebCheck = ({ web }) => {
  const { min, desired, max } = web?.capacity ?? {};
  if (min === undefined || desired === undefined || max === undefined) return [];
  if (min <= desired && desired <= max) return [];
  return [
    {
      path: "web.capacity",
      wrong: `is min ${min}, desired ${desired}, max ${max}, which is not in order`,
      allowed: "min ≤ desired ≤ max",
      fix: desired > max ? `raise max to ${Math.max(min, desired)}` : `raise desired to ${min}`,
    },
  ];
};

const provisionedThroughputIsGiven: WebCheck = ({ web }) => {
  const { throughput, provisionedMibps } = web?.files ?? {};
  if (!throughput || (throughput === "provisioned") === (provisionedMibps !== undefined)) return [];
  const missing = provisionedMibps === undefined;
  return [
    {
      path: "web.files.provisionedMibps",
      wrong: missing
        ? "is missing although web.files.throughput is provisioned"
        : `is set although web.files.throughput is ${throughput}, which would ignore it`,
      allowed: "a number of MiB/s with provisioned throughput, nothing otherwise",
      fix: missing
        ? "add it, or use elastic"
        : "remove it, or set web.files.throughput to provisioned",
    },
  ];
};

const imageIsGivenWithItsSource: WebCheck = ({ webShared }) => {
  const { source, id } = webShared?.image ?? {};
  if (!source || (source === "given") === (id !== undefined)) return [];
  const missing = id === undefined;
  return [
    {
      path: "webShared.image.id",
      wrong: missing
        ? "is missing although webShared.image.source is given"
        : `is set although webShared.image.source is ${source}, which would ignore it`,
      allowed: "the id of an image with source given, nothing otherwise",
      fix: missing
        ? "add your image's id, or set webShared.image.source to imageBuilder"
        : "remove it, or set webShared.image.source to given",
    },
  ];
};

/** What machines cannot boot, mount or be reached without. */
const withoutNatEndpointsSuffice: WebCheck = ({ webShared }) => {
  const { nat, interfaceEndpoints } = webShared?.network ?? {};
  if (nat !== "none" || !interfaceEndpoints) return [];
  const present: readonly (string | undefined)[] = interfaceEndpoints;
  const missing = endpointsNeededWithoutNat.filter((service) => !present.includes(service));
  if (missing.length === 0) return [];
  return [
    {
      path: "webShared.network.interfaceEndpoints",
      wrong: `lacks ${missing.join(", ")}, without which nothing starts while webShared.network.nat is none`,
      allowed: "all services that machines call",
      fix: `add ${missing.join(", ")}, or set webShared.network.nat to single`,
    },
  ];
};

/** Two rules for one range, or two endpoints of one service, are one to AWS, which refuses the second. */
const listsHaveEachOnce: WebCheck = ({ alerts, web, webShared }) =>
  [
    ["alerts.emails", alerts?.emails] as const,
    ["alerts.sms", alerts?.sms] as const,
    ["web.files.staticFiles", web?.files?.staticFiles] as const,
    ["webShared.network.interfaceEndpoints", webShared?.network?.interfaceEndpoints] as const,
    ["webShared.network.bastion.allowFrom", webShared?.network?.bastion?.allowFrom] as const,
  ].flatMap(([path, list]) =>
    (list ?? []).flatMap((item: string | undefined, index) =>
      item === undefined || (list as readonly unknown[]).indexOf(item) === index
        ? []
        : [
            {
              path: `${path}[${index}]`,
              wrong: `is ${show(item)} for the second time`,
              allowed: "each once",
              fix: "remove it",
            },
          ],
    ),
  );

const someReplicaAnswers: WebCheck = ({ webProduction }) => {
  const weights = (webProduction?.replicas ?? []).map((replica) => replica?.weight);
  if (weights.length === 0 || weights.some((weight) => weight !== 0)) return [];
  return [
    {
      path: "webProduction.replicas",
      wrong: "all have the weight 0, which Route 53 takes for equal weights",
      allowed: "a weight above 0 for at least one",
      fix: "give the one that is to answer the weight 1",
    },
  ];
};

const zoneIsMadeOrGiven: WebCheck = ({ webProduction }) => {
  const { hostedZoneId, parentZoneId } = webProduction ?? {};
  if (hostedZoneId === undefined || parentZoneId === undefined) return [];
  return [
    {
      path: "webProduction.parentZoneId",
      wrong: `is ${show(parentZoneId)} although webProduction.hostedZoneId is given, so that no zone is made`,
      allowed: "nothing beside webProduction.hostedZoneId",
      fix: "remove one of the two",
    },
  ];
};

const checks: readonly WebCheck[] = [
  machineFitsTheImage,
  capacityIsInOrder,
  provisionedThroughputIsGiven,
  imageIsGivenWithItsSource,
  withoutNatEndpointsSuffice,
  listsHaveEachOnce,
  someReplicaAnswers,
  zoneIsMadeOrGiven,
];

export function webChecks(given: GivenWeb): readonly Problem[] {
  return checks.flatMap((check) => check(given));
}

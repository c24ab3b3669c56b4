import type { Check } from "./crossChecks";
import { show } from "./problem";

const imagesAreGivenWithTheirSource: Check = ({ image }) => {
  if (image?.source === "given" && !image.ids) {
    return [
      {
        path: "image.ids",
        wrong: "is missing although image.source is given",
        allowed: "an object with the keys primary and dr",
        fix: "add the ids of your image in both regions, or set image.source to imageBuilder",
      },
    ];
  }
  if (image?.source && image.source !== "given" && image.ids) {
    return [
      {
        path: "image.ids",
        wrong: `is set although image.source is ${image.source}, which would ignore it`,
        allowed: "nothing, unless image.source is given",
        fix: "remove image.ids, or set image.source to given",
      },
    ];
  }
  return [];
};

/** Major versions that RDS offers for new instances: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Welcome.html */
const majorVersions = {
  postgres: ["14", "15", "16", "17", "18"],
  mysql: ["8.0", "8.4"],
  mariadb: ["10.6", "10.11", "11.4", "11.8"],
} as const;

const versionFitsTheEngine: Check = ({ database }) => {
  const { engine, version } = database ?? {};
  if (!engine || !version) return [];
  const majors: readonly string[] = majorVersions[engine];
  if (majors.some((major) => version === major || version.startsWith(`${major}.`))) return [];
  return [
    {
      path: "database.version",
      wrong: `is ${show(version)}, which is no version of ${engine}`,
      allowed: `${majors.join(", ")}, with or without the minor version`,
      fix: "leave it out to get the default, or set database.engine to match",
    },
  ];
};

const provisionedThroughputIsGiven: Check = ({ home }) => {
  if (!home?.throughput) return [];
  const provisioned = home.throughput === "provisioned";
  if (provisioned === (home.provisionedMibps !== undefined)) return [];
  return [
    {
      path: "home.provisionedMibps",
      wrong: provisioned
        ? "is missing although home.throughput is provisioned"
        : `is set although home.throughput is ${home.throughput}, which would ignore it`,
      allowed: "a number of MiB/s with provisioned throughput, nothing otherwise",
      fix: provisioned
        ? "add it, or use elastic"
        : "remove it, or set home.throughput to provisioned",
    },
  ];
};

const archiveNeedsElastic: Check = ({ home }) => {
  const toArchive = home?.lifecycle?.toArchive;
  if (!home?.throughput || home.throughput === "elastic" || !toArchive || toArchive === "never")
    return [];
  return [
    {
      path: "home.lifecycle.toArchive",
      wrong: `is ${show(toArchive)}, but EFS archives with elastic throughput alone`,
      allowed: `"never" while home.throughput is ${home.throughput}`,
      fix: "remove it, or set home.throughput to elastic",
    },
  ];
};

const archiveComesAfterInfrequentAccess: Check = ({ home }) => {
  const { toInfrequentAccess = "never", toArchive = "never" } = home?.lifecycle ?? {};
  if (toInfrequentAccess === "never" || toArchive === "never") return [];
  if (Number.parseInt(toArchive) > Number.parseInt(toInfrequentAccess)) return [];
  return [
    {
      path: "home.lifecycle.toArchive",
      wrong: `is ${show(toArchive)}, not later than toInfrequentAccess, ${show(toInfrequentAccess)}`,
      allowed: "a longer time than home.lifecycle.toInfrequentAccess",
      fix: 'choose a later one, such as "90 days"',
    },
  ];
};

const detectionCanAlarm: Check = ({ recovery }) => {
  const { unhealthyPeriods, outOf } = recovery?.detection ?? {};
  if (unhealthyPeriods === undefined || outOf === undefined || unhealthyPeriods <= outOf) return [];
  return [
    {
      path: "recovery.detection.unhealthyPeriods",
      wrong: `is ${unhealthyPeriods} out of ${outOf} minutes, which can never happen`,
      allowed: `1 to ${outOf}`,
      fix: `lower it, or raise recovery.detection.outOf to ${unhealthyPeriods}`,
    },
  ];
};

/** What is stored, and when it is recovered. */
export const stateChecks: readonly Check[] = [
  imagesAreGivenWithTheirSource,
  versionFitsTheEngine,
  provisionedThroughputIsGiven,
  archiveNeedsElastic,
  archiveComesAfterInfrequentAccess,
  detectionCanAlarm,
];

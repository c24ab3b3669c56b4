import type { ArgumentProblem } from "../argumentProblems";

/** The JENKINS_HOME of one controller: a directory of the shared file system. */
export interface HomeDirectory {
  /** `ma`, or `devops/controller-1` where a team has several controllers. Also the lease's key. */
  readonly name: string;
  /** The team whose jobs and secrets are in it. */
  readonly team: string;
}

/** Longest path of an access point, and its deepest nesting: EFS API, CreateAccessPoint. */
const longestPath = 100;
const deepestPath = 4;
/** https://docs.aws.amazon.com/efs/latest/ug/limits.html */
const mostAccessPoints = 10_000;

/** What is wrong with a list of homes. */
export function directoryProblems(directories: readonly HomeDirectory[]): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  if (directories.length === 0 || directories.length > mostAccessPoints) {
    problems.push({
      path: "directories",
      reason: `has ${directories.length} homes; a file system takes 1 to ${mostAccessPoints}`,
    });
  }
  const seen = new Set<string>();
  directories.forEach(({ name }, index) => {
    const path = `directories[${index}].name`;
    const segments = name.split("/");
    if (!segments.every((each) => /^[a-z0-9][a-z0-9-]*$/.test(each))) {
      problems.push({ path, reason: `is "${name}"; give a-z, 0-9 and - between slashes` });
    } else if (name.length + 1 > longestPath || segments.length > deepestPath) {
      problems.push({
        path,
        reason: `"${name}" is longer than ${longestPath - 1} characters or deeper than ${deepestPath} directories`,
      });
    }
    if (seen.has(name)) {
      problems.push({ path, reason: `"${name}" is there twice: two controllers would share it` });
    }
    seen.add(name);
  });
  for (const name of seen) {
    const parent = name.split("/").slice(0, -1).join("/");
    if (seen.has(parent)) {
      problems.push({
        path: "directories",
        reason: `"${name}" lies inside of the home "${parent}"`,
      });
    }
  }
  return problems;
}

/** Ages at which EFS moves files that are not read, in days. */
const fileAges = [1, 7, 14, 30, 60, 90, 180, 270, 365];

/** EFS's word for an age (`30 days` becomes `AFTER_30_DAYS`), or undefined for `never`. */
export function lifecycleAge(age: string): string | undefined {
  if (age === "never") return undefined;
  const days = Number(/^(\d+) days?$/.exec(age)?.[1]);
  if (!fileAges.includes(days)) {
    throw new Error(`"${age}" is not an age that EFS knows: never, ${fileAges.join(", ")} days`);
  }
  return days === 1 ? "AFTER_1_DAY" : `AFTER_${days}_DAYS`;
}

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { basicEnvironment } from "../emulator/isolatedEnvironment";
import type { WarFile } from "./warFile";

/** The first Java that has all that either product needs. */
const leastVersion = 17;

/**
 * Finds the Java of JAVA_HOME, else of PATH, and checks that it can run the war.
 * @returns the program to start
 * @throws Error saying what is missing and what to install
 */
export async function findJava(
  { product, version: warVersion }: WarFile,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { JAVA_HOME: home } = environment;
  const java = home === undefined || home === "" ? "java" : join(home, "bin", "java");
  const what = `${product} ${warVersion}`;
  const cure =
    `Install a JDK of version ${leastVersion} or later (openjdk-${leastVersion}-jdk-headless on ` +
    "Debian and Ubuntu), or point JAVA_HOME at one.";
  let modules: string;
  try {
    modules = (await promisify(execFile)(java, ["--list-modules"], { env: basicEnvironment() }))
      .stdout;
  } catch (error) {
    throw new Error(`${java} does not start, and ${what} needs it. ${cure}`, { cause: error });
  }
  const version = Number(/^java\.base@(\d+)/m.exec(modules)?.[1]);
  if (!(version >= leastVersion)) {
    throw new Error(`${java} is Java ${version}, too old here to run ${what}. ${cure}`);
  }
  // OldWarLauncher.java is started from its source.
  if (product === "Hudson" && !/^jdk\.compiler@/m.test(modules)) {
    throw new Error(`${java} has no compiler, which the launcher of ${what} needs. ${cure}`);
  }
  return java;
}

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withFolderLock } from "./folderLock";
import { EmulatorUnavailable } from "./unavailable";

const run = promisify(execFile);

/** Where and how the emulator's Python environment is kept. */
export interface PythonEnvironmentOptions {
  /** Folder for environments of all versions, `.cache/emulator` of the project by default. */
  readonly cacheFolder: string;
  /** Python programs to try, in order. Default `python3`, `python`. */
  readonly pythons?: readonly string[];
  /** Told what is going on when it takes a while. */
  readonly progress?: (message: string) => void;
}

const requirements = join(__dirname, "requirements.txt");
const constraintsFile = join(__dirname, "constraints.txt");

/** Oldest Python that the pinned emulator runs on. */
const oldestPython = [3, 10] as const;

/**
 * The Python program of an environment with the pinned emulator in it, installed on first use. Two
 * drills at once wait for each other; an installation that was interrupted is started afresh.
 * @throws EmulatorUnavailable if Python or venv is missing, the folder is read-only or pip fails.
 */
export async function pythonWithEmulator(options: PythonEnvironmentOptions): Promise<string> {
  const { cacheFolder } = options;
  const python = await findPython(options.pythons ?? ["python3", "python"]);
  const folder = join(cacheFolder, await environmentName(python));
  const complete = join(folder, "complete");
  if (!(await exists(complete))) {
    await makeWritable(cacheFolder);
    await withFolderLock(`${folder}.lock`, options.progress, async () => {
      if (await exists(complete)) return;
      options.progress?.("Installing the AWS emulator (moto), once, about 30 s …");
      await rm(folder, { recursive: true, force: true });
      await install(python, folder);
      await writeFile(complete, new Date().toISOString());
    });
  }
  return programOf(folder);
}

interface Python {
  readonly program: string;
  /** e.g. `3.11` */
  readonly version: string;
}

async function findPython(candidates: readonly string[]): Promise<Python> {
  const tried: string[] = [];
  for (const program of candidates) {
    try {
      const { stdout } = await run(program, [
        "-c",
        "import sys; print('%d.%d' % sys.version_info[:2])",
      ]);
      const version = stdout.trim();
      const [major = 0, minor = 0] = version.split(".").map(Number);
      if (major === oldestPython[0] && minor >= oldestPython[1]) return { program, version };
      tried.push(`${program} is ${version}`);
    } catch {
      tried.push(`${program} does not run`);
    }
  }
  throw new EmulatorUnavailable(
    `The local AWS needs Python ${oldestPython.join(".")} or newer (${tried.join(", ")}). ` +
      "Install it (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python), " +
      "or use --emulator docker, or --emulator URL of an emulator that runs already.",
  );
}

/** Another pin or another Python is another environment; the old one stays usable. */
async function environmentName(python: Python): Promise<string> {
  const pins = (await readFile(requirements, "utf8")) + (await readFile(constraintsFile, "utf8"));
  const digest = createHash("sha256").update(pins).digest("hex").slice(0, 12);
  return `python${python.version}-${digest}`;
}

async function install(python: Python, folder: string): Promise<void> {
  try {
    await run(python.program, ["-m", "venv", folder], { env: installerEnvironment() });
  } catch (error) {
    throw new EmulatorUnavailable(
      `${python.program} -m venv ${folder} failed: ${lastLines(error)}. ` +
        "On Debian and Ubuntu: apt install python3-venv.",
      error,
    );
  }
  try {
    await run(
      programOf(folder),
      [
        ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"],
        ...["--requirement", requirements, "--constraint", constraintsFile],
      ],
      { env: installerEnvironment(), maxBuffer: 64 * 1024 * 1024 },
    );
  } catch (error) {
    throw new EmulatorUnavailable(
      `pip could not install the AWS emulator: ${lastLines(error)}. ` +
        "It needs a package index (set PIP_INDEX_URL or a proxy if yours is not the public one), once; " +
        "or use --emulator docker, or --emulator URL.",
      error,
    );
  }
}

/** pip needs the user's index, certificates and proxies; of AWS's settings it needs none. */
function installerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^AWS_/i.test(name)));
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new EmulatorUnavailable(
      `The cache folder ${folder} cannot be written (${(error as Error).message}). ` +
        "Make it writable, or name another by JENKINS_PILOT_LIGHT_CACHE.",
      error,
    );
  }
}

function programOf(folder: string): string {
  return process.platform === "win32"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function lastLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const text = (stderr?.trim() ?? "") === "" ? message : (stderr ?? "");
  return text.trim().split("\n").slice(-3).join(" / ");
}

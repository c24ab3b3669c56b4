import * as fs from "node:fs";
import * as path from "node:path";

/**
 * The `pulumi` CLI of this machine: what `PULUMI_CLI` names, else the first on the PATH.
 * @throws Error if `PULUMI_CLI` is set and names no executable file
 */
export function findPulumiCli(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env.PULUMI_CLI;
  if (given !== undefined && given !== "") {
    if (isExecutable(given)) return path.resolve(given);
    throw new Error(
      `PULUMI_CLI is ${given}, which is not an executable file. ` +
        `Set it to the path of the pulumi executable, or unset it.`,
    );
  }
  const names = process.platform === "win32" ? ["pulumi.exe"] : ["pulumi"];
  const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return (
    folders
      .flatMap((folder) => names.map((name) => path.join(folder, name)))
      // npm's package of that name is a downloader and not the CLI.
      .find((file) => isExecutable(file) && !file.includes(`node_modules${path.sep}.bin`))
  );
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

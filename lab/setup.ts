/** `npm run lab:setup`: installs what the lab needs on Debian and Ubuntu. Exit 0 all there, 2 not. */
import { spawnSync } from "node:child_process";
import { missingPrograms, packageOf } from "./requirements";

function main(): number {
  const missing = missingPrograms();
  if (missing.length === 0) {
    console.log("All programs of the lab are installed; nothing was changed.");
    return 0;
  }
  const packages = [...new Set(missing.map((program) => packageOf[program]))];
  console.log(`Missing: ${missing.join(", ")}. Installing by apt-get: ${packages.join(" ")}.`);
  for (const command of [
    ["update", "-qq"],
    ["install", "-qq", "-y", "--no-install-recommends", ...packages],
  ]) {
    const { status, error } = spawnSync("apt-get", command, {
      stdio: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (status === 0) continue;
    console.error(
      `apt-get ${command.join(" ")} ${error === undefined ? `ended with ${status ?? "a signal"}` : `could not run (${error.message})`}. ` +
        `Run this as root on Debian or Ubuntu, or install the packages by your system's names.`,
    );
    return 2;
  }
  const still = missingPrograms();
  if (still.length > 0) {
    console.error(`Still missing: ${still.join(", ")}.`);
    return 2;
  }
  console.log("Installed.");
  return 0;
}

process.exitCode = main();

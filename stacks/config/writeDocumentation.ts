/**
 * `npm run docs:config` writes the table of settings into README.md; with `--check` it writes
 * nothing and fails when the table there is not what the schema says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderSettingsTable, withSettingsTable } from "./documentationRenderer";
import { allSettings } from "./allSettings";

const file = join(__dirname, "..", "..", "README.md");

function main(check: boolean): number {
  const present = readFileSync(file, "utf8");
  const wanted = withSettingsTable(present, renderSettingsTable(allSettings));
  if (wanted === present) return 0;
  if (check) {
    console.error("The table of settings in README.md is out of date. Run: npm run docs:config");
    return 1;
  }
  writeFileSync(file, wanted);
  console.log("README.md: table of settings written.");
  return 0;
}

process.exitCode = main(process.argv.includes("--check"));

import type { PromotionTarget } from "../target";
import { listedPaths } from "../model";

type Files = PromotionTarget["files"];

/** What copying may do. */
export interface CopyLimits {
  /**
   * Prod's files that dev has not are deleted, this many at most: as many as were shown beforehand.
   * Undefined: none are.
   */
  readonly deletions?: number;
}

/** Seconds that a copy waits for an older one whose command died before it. */
const lockPatience = 60;

/**
 * Folder in prod's for what is being copied: on the same file system, so that a complete file takes
 * its place by one rename, and out of sight, so that nobody is served half a file.
 */
const workFolder = ".promotion";

/** The script that says whether files may be copied and how they differ. Changes nothing. */
export function inspectScript(files: Files): string {
  return [
    ...checks(files),
    "report=$(mktemp) || exit 1",
    `trap 'rm -f "$report"' EXIT`,
    `${rsync(files, ["--dry-run", "--delete"])} --out-format='%i %l %n' "$source/" "$target/" >"$report" || exit`,
    `awk '/^>f/ { files++; bytes += $2 } /^\\*deleting/ { surplus++ } /^[.c]/ { other++ }`,
    `  END { printf "differ %d %d %d %d\\n", files, bytes, other, surplus }' "$report"`,
    `sed -n 's/^\\*deleting *[0-9]* /surplus /p' "$report" | head -n ${listedPaths} | cut -c 1-200`,
    "",
  ].join("\n");
}

/** The script that copies. Every file is in place whole or not at all, whenever it is ended. */
export function copyScript(files: Files, { deletions }: CopyLimits): string {
  const deleting =
    deletions === undefined || deletions === 0
      ? []
      : ["--delete-after", `--max-delete=${deletions}`];
  return [
    ...checks(files),
    `work="$target/${workFolder}"`,
    'mkdir -p "$work" && chmod 700 "$work" && exec 9>"$work/lock" || exit 1',
    // rsync holds it too: also one that outlives this script.
    `flock -w ${lockPatience} 9 || { echo "An older copy is still under way." >&2; exit 1; }`,
    'rm -rf "$work/partial" && mkdir "$work/partial" || exit 1',
    "count() {",
    `  ${rsync(files, [...deleting, "--info=progress2,stats1"])} --temp-dir="$work/partial" "$source/" "$target/"`,
    "}",
    "count; code=$?",
    // 24: dev removed files while they were read. A second look finds what is there now.
    'if [ "$code" -eq 24 ]; then count; code=$?; fi',
    'rm -rf "$work/partial"',
    'exit "$code"',
    "",
  ].join("\n");
}

/** Sets `source` and `target`, and ends with a line `refused …` where nothing may be copied. */
function checks({ source, target, staticFiles, owner }: Files): string[] {
  return [
    "#!/bin/sh",
    "set -u",
    "refuse() { printf 'refused %s\\n' \"$*\"; exit 0; }",
    ...["rsync", "flock", "awk"].map(
      (program) => `command -v ${program} >/dev/null || refuse missingProgram ${program}`,
    ),
    `cd ${quoted(source)} 2>/dev/null || refuse missingFolder source`,
    "source=$(pwd -P)",
    `cd ${quoted(target)} 2>/dev/null || refuse missingFolder target`,
    "target=$(pwd -P)",
    "cd /",
    // Two mounts of one folder have different names.
    'if [ "$(stat -c %d:%i "$source")" = "$(stat -c %d:%i "$target")" ]; then refuse sameFolder; fi',
    'case "$target/" in "$source"/*) refuse nested ;; esac',
    'case "$source/" in "$target"/*) refuse nested ;; esac',
    `found=$(cd "$source" && find . -type f ${staticFiles.map((file) => `! -path ${quoted(`./${file}`)}`).join(" ")} -print -quit) || exit 1`,
    '[ -n "$found" ] || refuse emptySource',
    ...staticFiles.map(
      (file) => `[ -e "$target"/${quoted(file)} ] || refuse missingStaticFile ${quoted(file)}`,
    ),
    `[ "$(id -u)" -eq 0 ] || [ "$(id -un):$(id -gn)" = ${quoted(owner)} ] || refuse cannotOwn "$(id -un)"`,
  ];
}

function rsync({ staticFiles, owner }: Files, options: readonly string[]): string {
  const excluded = [workFolder, ...staticFiles].map((file) => `--exclude=${quoted(`/${file}`)}`);
  return [
    "rsync --recursive --links --perms --times --owner --group",
    `--chown=${quoted(owner)}`,
    ...excluded,
    ...options,
  ].join(" ");
}

/** A word for the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

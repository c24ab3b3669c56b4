import { literal, renderEnvironmentFile } from "../machine/shellQuotingRenderer";
import { type WebContent, webPaths } from "./content";

/** An environment's content as its machines know it. */
export interface ContentSettings extends WebContent {
  /** Prod's tree is first copied from dev's; dev's from the machine image. */
  readonly environment: "dev" | "prod";
}

/** The settings that {@link renderContentScript}'s script reads. */
export function renderContentSettings(content: ContentSettings): string {
  return renderEnvironmentFile({
    ENVIRONMENT: content.environment,
    CODE: content.code,
    DOCUMENT_ROOT: content.documentRoot,
    UPLOADS: content.uploads,
    OWNER: content.owner,
    FILES: webPaths.files,
    TREE: webPaths.tree,
    DEV_TREE: webPaths.devTree,
    RELEASES: webPaths.releases,
    CURRENT: webPaths.current,
    IMAGE_ROOT: webPaths.imageRoot,
    STATIC_FILES: webPaths.staticFiles,
  });
}

/** Patterns of rsync that keep the static files out, each from the tree's root. */
export function renderStaticFiles(content: Pick<WebContent, "staticFiles">): string {
  return content.staticFiles.map((file) => `/${literal("static file", file)}\n`).join("");
}

/**
 * The script that brings the application to a machine.
 *
 * `seed`, at boot: fills an environment's empty tree once: prod's from dev's, but for the static files;
 * dev's from the image. `deploy`, at boot and whenever new code is to be served: copies tree to disk
 * (all but the uploads, read-only), then points the document root at the whole copy by one rename, so
 * that no request meets half a release. Both may be repeated, and cut off anywhere.
 */
export function renderContentScript(): string {
  return `#!/bin/bash
# Brings the web application to this machine: seed, deploy or boot (both).
set -euo pipefail
settings=\${WEBAPP_SETTINGS:-${webPaths.settings}}
# shellcheck disable=SC1090
. "$settings"

say() { echo "webapp-content: $1"; }

# Whether there is more than folders and static files.
has_code() {
  [ -n "$(find "$1" -type f -printf '/%P\\n' 2>/dev/null | grep -vxFf "$STATIC_FILES" | head -n 1)" ]
}

# The image's own document root, aside from what is served.
keep_image_root() {
  if [ -L "$DOCUMENT_ROOT" ] || [ ! -d "$DOCUMENT_ROOT" ]; then return; fi
  mkdir -p "$(dirname "$IMAGE_ROOT")"
  if [ -e "$IMAGE_ROOT" ]; then
    rmdir "$DOCUMENT_ROOT"
  else
    mv "$DOCUMENT_ROOT" "$IMAGE_ROOT"
  fi
}

# A copy that was begun is finished; a tree with code that nobody began to copy is somebody's work.
seed_once() {
  local keep=()
  if [ -e "$FILES/.seeded" ]; then return; fi
  if [ ! -e "$FILES/.seeding" ] && has_code "$TREE"; then
    touch "$FILES/.seeded"
    return
  fi
  if ! has_code "$1"; then
    say "there is no code in $1 yet, so $TREE stays as it is"
    return
  fi
  say "copying $1 to $TREE"
  touch "$FILES/.seeding"
  # The image's static files are dev's own; dev's are not prod's.
  if [ "$ENVIRONMENT" = prod ]; then keep=(--exclude-from="$STATIC_FILES"); fi
  rsync -rlptog --chown="$OWNER" --exclude=/.promotion "\${keep[@]}" "$1/" "$TREE/"
  mv "$FILES/.seeding" "$FILES/.seeded"
}

# Several machines boot at once: one copies, the others wait for it. The lock goes with its holder.
seed() {
  local source=$IMAGE_ROOT
  if [ "$ENVIRONMENT" = prod ]; then source=$DEV_TREE; fi
  mkdir -p "$TREE/$UPLOADS"
  (
    flock 9
    seed_once "$source"
  ) 9>"$FILES/.seed-lock"
}

warn_of_static_files() {
  local file
  while read -r file; do
    [ -e "$TREE$file" ] || say "$TREE$file is missing: it belongs to this environment, put it there"
  done <"$STATIC_FILES"
}

point_document_root_at() {
  mkdir -p "$(dirname "$DOCUMENT_ROOT")"
  ln -sfn "$1" "$DOCUMENT_ROOT.new"
  mv -T "$DOCUMENT_ROOT.new" "$DOCUMENT_ROOT"
}

# Owned by root: a hole in the application cannot rewrite it. Folders' times say nothing: the link to
# the uploads changes one.
copy_code() {
  rsync -rlptogO --delete --chown="root:\${OWNER#*:}" --chmod=D0750,F0640 --exclude="/$UPLOADS" \\
    --exclude=/.promotion "$@"
}

# A promotion holds this lock while it copies: what it has half done is not served.
between_promotions() {
  local lock=$TREE/.promotion/lock
  if [ ! -e "$lock" ]; then
    "$@"
    return
  fi
  (
    flock -s 7
    "$@"
  ) 7<"$lock"
}

serve_copy() {
  local release former=()
  if [ -e "$CURRENT" ]; then
    if [ -z "$(copy_code --dry-run --itemize-changes "$TREE/" "$CURRENT/")" ]; then return; fi
    former=(--link-dest="$(readlink -f "$CURRENT")")
  fi
  release=$RELEASES/$(date +%s%N)
  mkdir -p "$release.part"
  copy_code "\${former[@]}" "$TREE/" "$release.part/"
  mkdir -p "$(dirname "$release.part/$UPLOADS")"
  ln -sfn "$TREE/$UPLOADS" "$release.part/$UPLOADS"
  mv "$release.part" "$release"
  ln -sfn "$release" "$CURRENT.new"
  mv -T "$CURRENT.new" "$CURRENT"
  say "serving $release"
  # The one before stays for requests that are under way.
  find "$RELEASES" -mindepth 1 -maxdepth 1 -name '*.part' -exec rm -rf {} +
  find "$RELEASES" -mindepth 1 -maxdepth 1 | sort | head -n -2 | xargs -r rm -rf
}

deploy_alone() {
  warn_of_static_files
  if [ "$CODE" = sharedFiles ]; then
    point_document_root_at "$TREE"
  else
    between_promotions serve_copy
    point_document_root_at "$CURRENT"
  fi
  # PHP keeps compiled files by their paths, which stay the same.
  if systemctl is-active --quiet php-fpm.service; then systemctl reload php-fpm.service; fi
}

deploy() {
  (
    flock 8
    deploy_alone
  ) 8>"$RELEASES/../deploy-lock"
}

mkdir -p "$RELEASES"
case \${1:-} in
  seed) keep_image_root; seed ;;
  deploy) deploy ;;
  boot) keep_image_root; seed; deploy ;;
  *) echo "usage: webapp-content seed|deploy|boot" >&2; exit 2 ;;
esac
`;
}

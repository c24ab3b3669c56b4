import type { ImageSoftware } from "../image/imageComponentRenderer";

/**
 * Docker Compose, which Amazon Linux has no package of; checksums as the official image of Docker has
 * them. https://github.com/docker-library/docker/blob/master/versions.json
 */
const compose = {
  version: "5.4.0",
  checksums: {
    aarch64: "fc5d1371f1ec7987e703da94ede49af3fbfb240b83f22991a98511de7bc4b93b",
    x86_64: "837fd1d35bf6a494f41b5b5988269a7be79de337cf1a1a6ff0e45ab51bb4e9be",
  },
} as const;

const releaseFile = "/opt/jenkins-pilot-light/release";
const release = `compose=${compose.version}`;

/** The software of machines that run containers, on Amazon Linux 2023. */
export function containerSoftware(): ImageSoftware {
  return {
    name: "containers",
    description: "Machines for containers",
    install: renderContainerSoftware(),
    check: `#!/bin/bash
set -euo pipefail
fail() { echo "golden image: $1" >&2; exit 1; }
grep -qxF '${release}' ${releaseFile} || fail "the software is not complete"
docker compose version --short | grep -qF '${compose.version}' || fail "Docker Compose is missing"
command -v docker-credential-ecr-login >/dev/null || fail "the credential helper for ECR is missing"
command -v jq >/dev/null || fail "jq is missing"
systemctl is-enabled --quiet docker.service || fail "Docker does not start at boot"
`,
  };
}

/**
 * Installs Docker and Compose. The golden image runs it while it is built; a machine at its first boot,
 * where it ends at once if the image has everything, and makes a plain Amazon Linux work otherwise.
 */
export function renderContainerSoftware(): string {
  const { version, checksums } = compose;
  return `#!/bin/bash
# Docker with Compose ${version}, and the credential helper for ECR, on Amazon Linux 2023.
set -euo pipefail
release="${release}"
if [ "$(cat ${releaseFile} 2>/dev/null)" = "$release" ]; then exit 0; fi

dnf -y install docker amazon-ecr-credential-helper amazon-cloudwatch-agent jq
machine=$(uname -m)
case $machine in
  aarch64) checksum=${checksums.aarch64} ;;
  x86_64) checksum=${checksums.x86_64} ;;
  *)
    echo "There is no Docker Compose for $machine." >&2
    exit 1
    ;;
esac
plugins=/usr/local/lib/docker/cli-plugins
install -d "$plugins"
download=$(mktemp)
trap 'rm -f "$download"' EXIT
curl -fsSL --retry 5 -o "$download" "https://github.com/docker/compose/releases/download/v${version}/docker-compose-linux-$machine"
echo "$checksum  $download" | sha256sum --check --quiet
install -m 0755 "$download" "$plugins/docker-compose"
systemctl enable --now docker.service

install -d "$(dirname ${releaseFile})"
printf '%s\\n' "$release" >${releaseFile}
`;
}

import type { ImageSoftware } from "../image/imageComponentRenderer";

/**
 * PHP as Amazon Linux 2023 packages it; the extensions are what WordPress asks for.
 * https://docs.aws.amazon.com/linux/al2023/ug/php.html
 */
const packages = [
  "httpd",
  "php8.3",
  "php8.3-fpm",
  "php8.3-gd",
  "php8.3-intl",
  "php8.3-mbstring",
  "php8.3-mysqlnd",
  "php8.3-opcache",
  "php8.3-xml",
  "php8.3-zip",
  "mariadb105",
  "rsync",
  "amazon-efs-utils",
  "amazon-cloudwatch-agent",
];

const releaseFile = "/opt/webapp/release";
const release = `packages=${packages.join(",")}`;

/**
 * What a web machine has: a web server with PHP, the database's client, rsync and the file system's
 * mount. The application itself comes from the environment's file system, or once from an image that
 * was made from a configured instance.
 */
export const webSoftware: ImageSoftware = {
  name: "web",
  description: "Web application machines",
  install: `#!/bin/bash
# A web server with PHP on Amazon Linux 2023.
set -euo pipefail
if [ "$(cat ${releaseFile} 2>/dev/null)" = "${release}" ]; then exit 0; fi
dnf -y install ${packages.join(" ")}
# TLS to the database is verified by the authorities that AWS publishes.
curl -fsSL --retry 5 -o /etc/pki/tls/certs/rds.pem https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
# Started once the application is there.
systemctl disable httpd.service php-fpm.service
install -d /opt/webapp
printf '%s\\n' "${release}" >${releaseFile}
`,
  check: `#!/bin/bash
set -euo pipefail
fail() { echo "golden image: $1" >&2; exit 1; }
grep -qxF '${release}' ${releaseFile} || fail "the software is not complete"
httpd -t || fail "the web server's configuration is wrong"
php -m | grep -qx mysqlnd || fail "PHP's MySQL driver is missing"
command -v mount.efs >/dev/null || fail "amazon-efs-utils is missing"
command -v rsync >/dev/null || fail "rsync is missing"
`,
};

import { containerPaths } from "./composeRenderer";

export const containerUnit = "application.service";

/**
 * The unit that fetches settings and starts the containers. Docker restarts those that fail; where one
 * does not come up, the load balancer has the machine replaced.
 */
export function renderContainerUnit(): string {
  const compose = `/usr/bin/docker compose --file ${containerPaths.compose}`;
  return `[Unit]
Description=The application's containers
Wants=network-online.target
Requires=docker.service
After=network-online.target docker.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
RuntimeDirectory=application
RuntimeDirectoryMode=0700
Environment=DOCKER_CONFIG=${containerPaths.dockerConfig}
# The helper for ECR would keep its tokens on the disk.
Environment=AWS_ECR_DISABLE_CACHE=true
ExecStartPre=${containerPaths.settingsScript}
ExecStart=${compose} up --detach --quiet-pull --remove-orphans
ExecStop=${compose} down --timeout 30
Restart=on-failure
RestartSec=5
TimeoutStartSec=infinity
TimeoutStopSec=60

[Install]
WantedBy=multi-user.target
`;
}

/** What an image has beyond Amazon Linux 2023 and AWS's agents. Scripts run as root, by bash. */
export interface ImageSoftware {
  /** Ends the names of image, recipe and pipeline: a-z, 0-9 and hyphens. */
  readonly name: string;
  /** Whom the image is for, in words. */
  readonly description: string;
  /** Installs it, from the internet; ends at once on a machine that has it. */
  readonly install: string;
  /** Fails, and says why, on a machine that lacks it. */
  readonly check: string;
}

/**
 * The document by which EC2 Image Builder turns Amazon Linux 2023 into a golden image: patches,
 * the workload's software and AWS's agents at build time; then checks on the machine
 * that built and on one that was started from the result. An image that fails one is never
 * distributed.
 *
 * Format: https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export function renderImageComponent(software: ImageSoftware): string {
  return document(software, [
    {
      name: "build",
      steps: [
        { name: "UpdateOperatingSystem", action: "UpdateOS" },
        bash("InstallSoftware", software.install),
        bash("EnableAgents", enableAgents),
        bash("RemoveTraces", removeTraces),
      ],
    },
    { name: "validate", steps: [bash("CheckSoftware", `${software.check}${checkAgents}`)] },
    { name: "test", steps: [bash("CheckSoftwareAfterBoot", `${software.check}${checkAgents}`)] },
  ]);
}

/**
 * A version for content that Image Builder keeps by name and version: the same content has the same
 * version, other content another. Image Builder's numbers go up to 2^30 - 1.
 */
export function contentVersion(...content: readonly string[]): string {
  // FNV-1a: spreads well; nothing rests on it being hard to forge.
  let hash = 0x811c9dc5;
  for (const character of content.join("\u0000")) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `1.0.${hash >>> 2}`;
}

/** Without the SSM agent nobody reaches a machine that has no SSH. */
const enableAgents = `#!/bin/bash
set -euo pipefail
dnf -y install amazon-ssm-agent amazon-cloudwatch-agent
systemctl enable amazon-ssm-agent.service amazon-cloudwatch-agent.service
`;

/** Image Builder itself removes keys, logs and cloud-init's traces; this only saves space. */
const removeTraces = `#!/bin/bash
set -euo pipefail
dnf clean all
truncate -s 0 /etc/machine-id
`;

/** Follows the workload's own check. */
const checkAgents = `systemctl is-enabled --quiet amazon-ssm-agent.service || { echo "golden image: the SSM agent does not start at boot" >&2; exit 1; }
`;

interface Step {
  readonly name: string;
  readonly action: "UpdateOS" | "ExecuteBash";
  readonly script?: string;
}

function bash(name: string, script: string): Step {
  return { name, action: "ExecuteBash", script };
}

function document(
  { name, description }: ImageSoftware,
  phases: readonly { name: string; steps: readonly Step[] }[],
): string {
  return [
    `name: ${name}`,
    `description: ${description} on Amazon Linux 2023`,
    "schemaVersion: 1.0",
    "phases:",
    ...phases.flatMap(({ name: phase, steps }) => [
      `  - name: ${phase}`,
      "    steps:",
      ...steps.flatMap(renderStep),
    ]),
    "",
  ].join("\n");
}

/** Half an hour: a first build of Jenkins downloads some 600 MB of packages and plugins. */
const stepTimeoutSeconds = 1800;

function renderStep({ name, action, script }: Step): string[] {
  const head = [
    `      - name: ${name}`,
    `        action: ${action}`,
    `        timeoutSeconds: ${stepTimeoutSeconds}`,
    "        onFailure: Abort",
  ];
  if (script === undefined) return head;
  // Image Builder replaces {{ … }} by its own variables wherever it finds it.
  if (script.includes("{{")) throw new Error(`step ${name}: {{ would be taken for a variable`);
  const indented = script
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `              ${line}`));
  return [...head, "        inputs:", "          commands:", "            - |", ...indented];
}

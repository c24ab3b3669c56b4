import { z } from "zod";
import { duration, instanceType, oneOf, text, wholeNumber } from "./fields";

/** Agents' settings without defaults, so that a team can change one of them and keep the rest. */
const agentFields = {
  kind: oneOf(["ec2Spot", "fargate", "none"]).meta({
    description:
      "What runs builds: Spot machines from the golden image, ECS Fargate tasks, or nothing of ours.",
    cost: "Spot is typically 60 to 70 % below on-demand; Fargate arm64: $0.0324 per vCPU hour and $0.0036 per GB hour",
  }),
  instanceTypes: z.array(instanceType()).min(1).max(20).meta({
    description: "EC2 types for `ec2Spot`; several of like size make interruptions rarer.",
    allowed: "1 to 20 instance types of the image's architecture",
  }),
  min: wholeNumber(0, 1_000, "agents").meta({
    description:
      "Agents kept while nothing builds. Zero makes the first build wait 2 to 4 minutes for a machine.",
  }),
  max: wholeNumber(0, 1_000, "agents").meta({ description: "Agents at most, for each team." }),
  executors: wholeNumber(1, 64).meta({ description: "Builds at once on one agent." }),
  idleTimeout: duration({ min: "1 minute", max: "1 day" }).meta({
    description: "An agent without a build for so long is ended.",
  }),
  vcpu: z
    .preprocess(
      (value) => (typeof value === "string" ? Number(value) : value),
      z.literal([0.25, 0.5, 1, 2, 4, 8, 16]),
    )
    .meta({ description: "Processors of a Fargate task.", allowed: "0.25, 0.5, 1, 2, 4, 8 or 16" }),
  memoryGb: wholeNumber(1, 120, "GiB").meta({ description: "Memory of a Fargate task." }),
  containerImage: text(
    /^[a-z0-9][a-z0-9._/:@-]{2,254}$/,
    "an image reference, such as docker.io/jenkins/inbound-agent:latest-jdk21",
  ).meta({
    description:
      "Image of a Fargate task; it must connect as a Jenkins inbound agent. Of an ECR image each region pulls the copy in its own registry: let the registry of one region replicate to the other (`aws ecr put-replication-configuration`), or builds do not start after a failover.",
  }),
};

const globalAgents = z.strictObject({
  kind: agentFields.kind.default("ec2Spot"),
  instanceTypes: agentFields.instanceTypes.exactOptional().meta({
    defaultNote: "m7g.large, m6g.large, c7g.xlarge, c6g.xlarge, or their x86_64 counterparts",
  }),
  min: agentFields.min.default(0),
  max: agentFields.max.default(10),
  executors: agentFields.executors.default(1),
  idleTimeout: agentFields.idleTimeout.default("5 minutes"),
  vcpu: agentFields.vcpu.default(2),
  memoryGb: agentFields.memoryGb.default(4),
  containerImage: agentFields.containerImage.default(
    "docker.io/jenkins/inbound-agent:latest-jdk21",
  ),
});

const team = z.strictObject({
  name: text(
    /^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/,
    "1 to 30 lower-case letters, digits and hyphens, beginning with a letter (it becomes a DNS label)",
    "use lower case, and hyphens for anything else",
  ).meta({ description: "Unique. Renaming a team gives it a new, empty home." }),
  strategy: oneOf(["active-passive", "active-active", "local-only"])
    .default("active-passive")
    .meta({
      description:
        "`active-passive`: one controller, replaced in minutes. `active-active`: two or more live controllers, each with its own home. `local-only`: one controller that a failover leaves behind.",
    }),
  standby: oneOf(["cold", "warm"]).default("cold").meta({
    description:
      "For `active-passive`: `cold` starts a new machine. `warm` has a second one running, with Pacemaker and Corosync between both; Debian 12 instead of the golden image.",
    cost: "`warm` doubles the machine: m7g.large another $59.57 a month; where the region waits both are stopped, $8 a month for their volumes",
  }),
  capacity: z
    .strictObject({
      min: wholeNumber(0, 50, "controllers"),
      desired: wholeNumber(0, 50, "controllers"),
      max: wholeNumber(1, 50, "controllers"),
    })
    .exactOptional()
    .meta({
      description:
        "Controllers while the region serves. min and max follow the configuration with the next `pulumi up` of both stacks; desired counts when a region begins to serve, then the scaling policies decide.",
      allowed: "an object with the keys min, desired and max",
      defaultNote: "2/2/4 for `active-active`, else 1/1/1",
    }),
  instanceType: instanceType().exactOptional().meta({
    description: "Machine of the team's controllers.",
    defaultNote: "m7g.large, or m7i.large with x86_64 images",
    cost: "m7g.large: $0.0816/h = $59.57 a month; only where the region serves",
  }),
  heapMb: wholeNumber(512, 786_432, "MiB").exactOptional().meta({
    description:
      "Java heap of a controller. The rest of the memory serves metaspace, threads and the page cache.",
    defaultNote: "half of the machine's memory",
  }),
  scaling: z
    .strictObject({
      cpuPercent: wholeNumber(10, 95, "percent")
        .default(60)
        .meta({ description: "Target for average CPU; `active-active` only." }),
      requestsPerMinute: wholeNumber(10, 1_000_000, "requests").default(3_000).meta({
        description: "Target for requests per controller and minute; `active-active` only.",
      }),
    })
    .prefault({}),
  agents: z
    .strictObject({
      kind: agentFields.kind.exactOptional(),
      instanceTypes: agentFields.instanceTypes.exactOptional(),
      min: agentFields.min.exactOptional(),
      max: agentFields.max.exactOptional(),
      executors: agentFields.executors.exactOptional(),
      idleTimeout: agentFields.idleTimeout.exactOptional(),
      vcpu: agentFields.vcpu.exactOptional(),
      memoryGb: agentFields.memoryGb.exactOptional(),
      containerImage: agentFields.containerImage.exactOptional(),
    })
    .prefault({})
    .meta({
      description: "What this team's agents have different from `agents`.",
      allowed: "the keys of `agents`",
      membersAsIn: "agents",
    }),
});

/** A team as it is written; {@link file://./resolveTeams.ts} makes it whole. */
export type GivenTeam = z.output<typeof team>;
export type GivenAgents = z.output<typeof globalAgents>;

/** Who builds, and on what. */
export const teamFields = {
  teams: z.array(team).min(1).max(500).meta({
    allowed: "a list of 1 to 500 teams",
    fix: 'add at least one: "- name: devops"',
  }),
  agents: globalAgents.prefault({}),
};

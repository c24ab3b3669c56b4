import { parseEcrImage } from "../../components/jenkins/agentPlan";
import type { Check, Given } from "./crossChecks";
import { architectureProblems, listed, type TeamCheck } from "./machineChecks";
import type { Problem } from "./problem";

type GivenAgents = NonNullable<Given["agents"]>;

interface MemoryRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** GiB by vCPU: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
const fargateMemory: Readonly<Record<number, MemoryRange>> = {
  0.25: { min: 1, max: 2, step: 1 },
  0.5: { min: 1, max: 4, step: 1 },
  1: { min: 2, max: 8, step: 1 },
  2: { min: 4, max: 16, step: 1 },
  4: { min: 8, max: 30, step: 1 },
  8: { min: 16, max: 60, step: 4 },
  16: { min: 32, max: 120, step: 8 },
};

function sizesAreInOrder({ min, max }: GivenAgents, path: string): readonly Problem[] {
  if (min === undefined || max === undefined || min <= max) return [];
  return [
    {
      path: `${path}.min`,
      wrong: `is ${min}, above the max of ${max}`,
      allowed: `0 to ${max}`,
      fix: `lower it, or raise ${path}.max`,
    },
  ];
}

function fargateOffersTheSize(agents: GivenAgents, path: string): readonly Problem[] {
  const { kind, vcpu, memoryGb } = agents;
  const range = vcpu === undefined ? undefined : fargateMemory[vcpu];
  if (kind !== "fargate" || !range || vcpu === undefined || memoryGb === undefined) return [];
  const { min, max, step } = range;
  if (memoryGb >= min && memoryGb <= max && (memoryGb - min) % step === 0) return [];
  const steps = step === 1 ? "" : ` in steps of ${step}`;
  return [
    {
      path: `${path}.memoryGb`,
      wrong: `is ${memoryGb}, which Fargate does not offer with ${vcpu} vCPU`,
      allowed: `${min} to ${max}${steps} with ${vcpu} vCPU`,
      fix: memoryGb > max ? `raise ${path}.vcpu, or use ${max}` : `use ${min}`,
    },
  ];
}

/** Each region pulls from its own registry, so the image has to be in one of the pair at least. */
function imageIsWithinReach(
  { containerImage }: GivenAgents,
  path: string,
  regions: Given["regions"],
): readonly Problem[] {
  const ecr = parseEcrImage(containerImage ?? "");
  const { primary, dr } = regions ?? {};
  if (!ecr || !primary || !dr || ecr.region === primary || ecr.region === dr) return [];
  return [
    {
      path: `${path}.containerImage`,
      wrong: `is in the registry of ${ecr.region}, which is neither of the two regions`,
      allowed: `an image in ECR of ${primary} or ${dr}, replicated to the other, or in another registry`,
      fix: `push it to ECR in ${primary}, and let that registry replicate to ${dr}: aws ecr put-replication-configuration --region ${primary}`,
    },
  ];
}

/** The settings that all teams inherit. */
export const agentsOfAllTeams: Check = ({ agents, image, regions }) => {
  if (!agents) return [];
  return [
    ...imageIsWithinReach(agents, "agents", regions),
    ...sizesAreInOrder(agents, "agents"),
    ...fargateOffersTheSize(agents, "agents"),
    ...architectureProblems(
      listed(agents.instanceTypes, "agents.instanceTypes"),
      image?.architecture,
    ),
  ];
};

/** What a team sets itself, together with what it inherits; never what it inherits alone. */
export const agentsOfOneTeam: TeamCheck = (team, path, { agents, image, regions }) => {
  const own = team.agents ?? {};
  const whole = { ...agents, ...own };
  const setsSizes = own.min !== undefined || own.max !== undefined;
  const setsTask = own.kind !== undefined || own.vcpu !== undefined || own.memoryGb !== undefined;
  const at = `${path}.agents`;
  return [
    ...imageIsWithinReach(own, at, regions),
    ...(setsSizes ? sizesAreInOrder(whole, at) : []),
    ...(setsTask ? fargateOffersTheSize(whole, at) : []),
    ...architectureProblems(listed(own.instanceTypes, `${at}.instanceTypes`), image?.architecture),
  ];
};

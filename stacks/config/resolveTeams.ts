import type { AgentSettings, Capacity, Team } from "../../components/jenkins/team";
import { inSeconds } from "./duration";
import { parseInstanceType, type Architecture } from "./instanceType";
import type { GivenAgents, GivenTeam } from "./teamSettings";

/** Eight GiB each: enough for a controller of some hundred jobs, and for one build. */
const defaultControllerType: Readonly<Record<Architecture, string>> = {
  arm64: "m7g.large",
  x86_64: "m7i.large",
};

/** Alike in memory, unlike in family: Spot takes one family away at a time. */
const defaultAgentTypes: Readonly<Record<Architecture, readonly string[]>> = {
  arm64: ["m7g.large", "m6g.large", "c7g.xlarge", "c6g.xlarge"],
  x86_64: ["m7i.large", "m6i.large", "c7i.xlarge", "c6i.xlarge"],
};

/** A team with all that it inherits. The settings must have passed every check. */
export function resolveTeam(
  given: GivenTeam,
  agents: GivenAgents,
  architecture: Architecture,
): Team {
  const instanceType = controllerType(given.instanceType, architecture);
  const { name, strategy, standby, scaling } = given;
  return {
    name,
    strategy,
    standby,
    capacity: given.capacity ?? defaultCapacity(strategy),
    instanceType,
    heapMb: given.heapMb ?? defaultHeapMb(instanceType),
    scaling,
    agents: resolveAgents({ ...agents, ...given.agents }, architecture),
  };
}

/** Two of an `active-active` team, so that the loss of one is not an outage. */
export function defaultCapacity(strategy: Team["strategy"]): Capacity {
  return strategy === "active-active"
    ? { min: 2, desired: 2, max: 4 }
    : { min: 1, desired: 1, max: 1 };
}

/** The controller's machine when none is named. */
export function controllerType(given: string | undefined, architecture: Architecture): string {
  return given ?? defaultControllerType[architecture];
}

/** Half of the memory; the checks refuse machines of unknown memory without a heap. */
function defaultHeapMb(instanceType: string): number {
  const memoryGb = parseInstanceType(instanceType)?.memoryGb;
  if (memoryGb === undefined) throw new Error(`The memory of ${instanceType} is not known.`);
  return (memoryGb * 1_024) / 2;
}

function resolveAgents(given: GivenAgents, architecture: Architecture): AgentSettings {
  const { idleTimeout, instanceTypes, ...rest } = given;
  return {
    ...rest,
    instanceTypes: instanceTypes ?? defaultAgentTypes[architecture],
    idleTimeoutSeconds: inSeconds(idleTimeout),
  };
}

import type { Given } from "./crossChecks";
import { parseInstanceType, type Architecture } from "./instanceType";
import { show, type Problem } from "./problem";
import { controllerType } from "./resolveTeams";

type GivenTeam = NonNullable<NonNullable<Given["teams"]>[number]>;

/** A rule about one team in the light of the whole. */
export type TeamCheck = (team: GivenTeam, path: string, given: Given) => readonly Problem[];

const heapFitsTheMachine: TeamCheck = ({ instanceType, heapMb }, path, { image }) => {
  if (!image?.architecture) return [];
  const type = controllerType(instanceType, image.architecture);
  const memoryGb = parseInstanceType(type)?.memoryGb;
  if (memoryGb === undefined) {
    if (heapMb !== undefined) return [];
    return [
      {
        path: `${path}.heapMb`,
        wrong: `is missing, and the memory of ${type} is not known here`,
        allowed: "a number of MiB",
        fix: "set it to half of the machine's memory",
      },
    ];
  }
  const most = Math.floor(memoryGb * 1_024 * 0.8);
  const heap = heapMb ?? (memoryGb * 1_024) / 2;
  if (heap <= most && heap >= 512) return [];
  return [
    {
      path: heapMb === undefined ? `${path}.instanceType` : `${path}.heapMb`,
      wrong:
        heapMb === undefined
          ? `is ${type}, whose ${memoryGb} GiB are too little for a controller`
          : `is ${heapMb}, more than four fifths of the ${memoryGb} GiB of ${type}`,
      allowed: heapMb === undefined ? "a machine of 1 GiB or more" : `512 to ${most}`,
      fix:
        heapMb === undefined
          ? "use m7g.large (8 GiB)"
          : `set it to ${(memoryGb * 1_024) / 2} or take a larger machine`,
    },
  ];
};

const controllersFitTheImage: TeamCheck = ({ instanceType }, path, { image }) =>
  architectureProblems(
    instanceType ? [[`${path}.instanceType`, instanceType]] : [],
    image?.architecture,
  );

/** Machines that can run what they are for. */
export const machineChecks: readonly TeamCheck[] = [heapFitsTheMachine, controllersFitTheImage];

export type Listed = readonly (readonly [path: string, instanceType: string])[];

export function listed(types: readonly (string | undefined)[] | undefined, path: string): Listed {
  return (types ?? []).flatMap((type, index) =>
    type === undefined ? [] : ([[`${path}[${index}]`, type]] as const),
  );
}

export function architectureProblems(
  types: Listed,
  image: Architecture | undefined,
): readonly Problem[] {
  if (!image) return [];
  return types.flatMap(([path, name]) => {
    const actual = parseInstanceType(name)?.architecture;
    if (!actual || actual === image) return [];
    return [
      {
        path,
        wrong: `is ${show(name)}, an ${actual} machine that cannot boot the ${image} image`,
        allowed:
          image === "arm64"
            ? "Graviton types, such as m7g.large"
            : "Intel or AMD types, such as m7i.large",
        fix: `use ${controllerType(undefined, image)}, or set image.architecture to ${actual}`,
      },
    ];
  });
}

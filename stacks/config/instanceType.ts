export type Architecture = "arm64" | "x86_64";

export interface InstanceType {
  /** `m7g` of `m7g.large`. */
  readonly family: string;
  /** `large` of `m7g.large`. */
  readonly size: string;
  readonly architecture: Architecture;
  /** Main memory in GiB, where the family's ratio of memory to processors is known. */
  readonly memoryGb: number | undefined;
}

const pattern = /^([a-z]+(?:-\d+tb)?)(\d+)([a-z-]*)\.([a-z0-9-]+)$/;

/** Virtual processors by size, the same in all the families of {@link memoryPerVcpu} but t. */
const vcpus: Readonly<Record<string, number>> = {
  medium: 1,
  large: 2,
  xlarge: 4,
  "2xlarge": 8,
  "4xlarge": 16,
  "8xlarge": 32,
  "12xlarge": 48,
  "16xlarge": 64,
  "24xlarge": 96,
};

/** GiB per virtual processor: https://aws.amazon.com/ec2/instance-types/ */
const memoryPerVcpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

const burstableMemoryGb: Readonly<Record<string, number>> = {
  nano: 0.5,
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  "2xlarge": 32,
};

/** What can be told from an instance type's name, or nothing when it is not one. */
export function parseInstanceType(name: string): InstanceType | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, series = "", digits = "", attributes = "", size = ""] = match;
  const family = `${series}${digits}${attributes}`;
  return {
    family,
    size,
    architecture: architectureOf(series, attributes),
    memoryGb: memory(series, size),
  };
}

/** Graviton families are `a1` and those with a `g` among the letters after the generation: `m7gd`. */
function architectureOf(series: string, attributes: string): Architecture {
  return series === "a" || attributes.startsWith("g") ? "arm64" : "x86_64";
}

function memory(series: string, size: string): number | undefined {
  if (series === "t") return known(burstableMemoryGb, size);
  const ratio = known(memoryPerVcpu, series);
  const processors = known(vcpus, size);
  return ratio === undefined || processors === undefined ? undefined : ratio * processors;
}

/** Names come from people: `m7g.constructor` must not find what every object has. */
function known(table: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

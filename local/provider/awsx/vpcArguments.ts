import { containsUnknown, isProperties, unwrapProperties, type Properties } from "../wire";
import type { SubnetSpec, SubnetType } from "./vpcLayout";

/** Where NAT gateways stand. */
export type NatStrategy = "None" | "Single" | "OnePerAz";

/** The arguments of `awsx:ec2:Vpc` that are modelled, checked and with awsx's defaults. */
export interface VpcArguments {
  readonly cidrBlock: string;
  /** Zone names, or how many of the region's zones to take. */
  readonly availabilityZones: readonly string[] | number;
  readonly natStrategy: NatStrategy;
  readonly subnetSpecs: readonly SubnetSpec[];
  readonly tags: Readonly<Record<string, string>>;
  readonly enableDnsHostnames: unknown;
  readonly enableDnsSupport: unknown;
}

const modelled = [
  "cidrBlock",
  "numberOfAvailabilityZones",
  "availabilityZoneNames",
  "natGateways",
  "subnetStrategy",
  "subnetSpecs",
  "tags",
  "enableDnsHostnames",
  "enableDnsSupport",
];
const modelledOfSpec = ["type", "cidrMask", "name", "tags"];
const natStrategies: readonly string[] = ["None", "Single", "OnePerAz"];
const subnetTypes: readonly string[] = ["Public", "Private", "Isolated", "Unused"];

/**
 * Reads the component's inputs.
 * @throws Error naming all that is wrong or not modelled
 */
export function vpcArguments(inputs: Properties): VpcArguments {
  const args = unwrapProperties(inputs);
  const problems = [
    ...unmodelled("awsx:ec2:Vpc", args, modelled),
    ...layoutProblems(args),
    ...natProblems(args),
    ...specProblems(args.subnetSpecs),
  ];
  if (problems.length > 0) throw new Error(problems.join("; "));
  const nat = args.natGateways as { strategy?: NatStrategy } | undefined;
  return {
    cidrBlock: (args.cidrBlock as string | undefined) ?? "10.0.0.0/16",
    availabilityZones:
      (args.availabilityZoneNames as string[] | undefined) ??
      (args.numberOfAvailabilityZones as number | undefined) ??
      3,
    natStrategy: nat?.strategy ?? "OnePerAz",
    subnetSpecs: args.subnetSpecs as SubnetSpec[],
    tags: (args.tags as Record<string, string> | undefined) ?? {},
    enableDnsHostnames: args.enableDnsHostnames,
    enableDnsSupport: args.enableDnsSupport,
  };
}

function unmodelled(where: string, given: Properties, allowed: readonly string[]): string[] {
  return Object.entries(given)
    .filter(([name, value]) => value !== undefined && value !== null && !allowed.includes(name))
    .map(([name]) => `${name} of ${where} is not modelled by the local AWS`);
}

function layoutProblems(args: Properties): string[] {
  const problems: string[] = [];
  if (args.subnetStrategy !== "Auto") {
    const given = JSON.stringify(args.subnetStrategy ?? "Legacy");
    problems.push(`subnetStrategy must be "Auto", ${given} is not modelled`);
  }
  if (args.availabilityZoneNames !== undefined && args.numberOfAvailabilityZones !== undefined) {
    problems.push(
      "Only one of [availabilityZoneNames] and [numberOfAvailabilityZones] can be specified",
    );
  }
  if (containsUnknown(args.cidrBlock)) problems.push("cidrBlock must be known");
  return problems;
}

function natProblems(args: Properties): string[] {
  if (args.natGateways === undefined) return [];
  if (!isProperties(args.natGateways)) return ["natGateways must be an object"];
  const strategy = args.natGateways.strategy;
  const problems = unmodelled("natGateways of awsx:ec2:Vpc", args.natGateways, ["strategy"]);
  if (typeof strategy !== "string" || !natStrategies.includes(strategy)) {
    problems.push(
      `natGateways.strategy must be one of ${natStrategies.join(", ")}, got ${JSON.stringify(strategy)}`,
    );
  }
  return problems;
}

function specProblems(specs: unknown): string[] {
  if (!Array.isArray(specs) || specs.length === 0) {
    return ["subnetSpecs must be given: the default layout is not modelled"];
  }
  return specs.flatMap((spec: unknown, index) => {
    const where = `subnetSpecs[${index}]`;
    if (!isProperties(spec)) return [`${where} must be an object`];
    const problems = unmodelled(where, spec, modelledOfSpec);
    if (!subnetTypes.includes(spec.type as SubnetType)) {
      problems.push(
        `${where}.type must be one of ${subnetTypes.join(", ")}, got ${JSON.stringify(spec.type)}`,
      );
    }
    return problems;
  });
}

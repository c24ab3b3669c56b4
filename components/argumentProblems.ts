import * as pulumi from "@pulumi/pulumi";

/** One argument that cannot be used. */
export interface ArgumentProblem {
  /** Path inside of the component's arguments, e.g. `directories[1].name`. */
  readonly path: string;
  /** What is wrong with which value, what is allowed, and the likely fix. */
  readonly reason: string;
}

/**
 * Ends a component's constructor before its first child if anything is wrong, with everything that
 * is wrong: who mends five arguments should not need five runs.
 *
 * @throws pulumi.InputPropertiesError
 */
export function refuseProblems(component: string, problems: readonly ArgumentProblem[]): void {
  if (problems.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: `${component}: ${problems.map(({ path, reason }) => `${path}: ${reason}`).join("; ")}`,
    errors: problems.map(({ path, reason }) => ({ propertyPath: path, reason })),
  });
}

/** A problem unless the value is a whole number in the range. */
export function wholeNumberProblem(
  path: string,
  value: number,
  least: number,
  most: number,
  unit: string,
): ArgumentProblem[] {
  return Number.isInteger(value) && value >= least && value <= most
    ? []
    : [{ path, reason: `is ${value}; give a whole number of ${unit} from ${least} to ${most}` }];
}

/** One thing that is wrong with the configuration, complete enough to be mended from the text. */
export interface Problem {
  /** Where: `teams[1].capacity.min`. */
  readonly path: string;
  /** What is wrong, as the rest of a sentence that begins with the path: `is 12, above the max`. */
  readonly wrong: string;
  /** What would be accepted. */
  readonly allowed: string;
  /** The likeliest remedy. */
  readonly fix: string;
}

/**
 * The configuration cannot be used. Thrown before anything is registered, with everything that is
 * wrong at once: who mends five settings should not need five runs.
 */
export class ConfigurationError extends Error {
  constructor(
    readonly stackName: string,
    readonly problems: readonly Problem[],
  ) {
    super(render(stackName, problems));
    this.name = "ConfigurationError";
  }
}

function render(stackName: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const entries = problems.map((problem, index) =>
    [
      `  ${index + 1}. ${problem.path} ${problem.wrong}.`,
      `     allowed: ${problem.allowed}`,
      `     fix:     ${problem.fix}`,
    ].join("\n"),
  );
  const where = `Settings come from Pulumi.yaml (both stacks) and Pulumi.${stackName}.yaml (this one).`;
  return [
    `The configuration of stack "${stackName}" has ${count}; nothing was changed.`,
    ...entries,
    where,
  ].join("\n\n");
}

/** How a given value is shown: short, on one line, and unmistakably text when it is text. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

import { runProgram, type RunOptions, valueOf, type Run } from "./strictMocks";
import { sampleSettings } from "../stacks/sampleSettings";
import type { Properties } from "./typeRow";

/** Both stacks as the sample settings deploy them, run once against the strict mocks. */
export interface WholeStacks {
  readonly primary: Run<Properties>;
  /** Reads what {@link primary} published, as after `pulumi up --stack primary`. */
  readonly dr: Run<Properties>;
}

const project = "jenkins-pilot-light";

const peerOf = { primary: "dr", dr: "primary" } as const;

/**
 * Runs a stack's program with its sample settings.
 *
 * @param changed settings laid over the samples, as `pulumi config set` stores them
 * @param peerOutputs what the other stack published; the primary stack reads it only while it waits
 * @param options what else differs of the run
 */
export async function runStack(
  stack: "primary" | "dr",
  changed: Readonly<Record<string, string>> = {},
  peerOutputs?: Properties,
  options: Pick<RunOptions, "calls" | "onRegister" | "preview"> = {},
): Promise<Run<Properties>> {
  const settings = Object.entries({ ...sampleSettings(stack), ...changed });
  const run = await runProgram(
    async () => {
      const { readSettings } = await import("../../stacks/config");
      const program =
        stack === "primary"
          ? (await import("../../stacks/primary")).primary
          : (await import("../../stacks/dr")).dr;
      return program(readSettings());
    },
    {
      ...options,
      project,
      stack,
      config: Object.fromEntries(settings.map(([key, value]) => [`${project}:${key}`, value])),
      ...(peerOutputs === undefined
        ? {}
        : { stackOutputs: { [`organization/${project}/${peerOf[stack]}`]: peerOutputs } }),
    },
  );
  return { registrations: run.registrations, result: await valueOf(run.result) };
}

let primary: Promise<Run<Properties>> | undefined;

/** The primary stack of the samples; the first caller in a process pays for the run. */
export function wholePrimary(): Promise<Run<Properties>> {
  return (primary ??= runStack("primary"));
}

let stacks: Promise<WholeStacks> | undefined;

/** Both stacks of the samples; the first caller in a process pays for what was not run yet. */
export function wholeStacks(): Promise<WholeStacks> {
  stacks ??= (async () => {
    const primary = await wholePrimary();
    return { primary, dr: await runStack("dr", {}, primary.result) };
  })();
  return stacks;
}

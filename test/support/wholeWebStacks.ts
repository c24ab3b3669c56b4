import { sampleSettings } from "../stacks/sampleSettings";
import { runProgram, type RunOptions, valueOf, type Run } from "./strictMocks";
import type { Properties } from "./typeRow";

/** Both stacks of the web application as the sample settings deploy them, against the strict mocks. */
export interface WholeWebStacks {
  readonly dev: Run<Properties>;
  /** Reads what {@link dev} published, as after `pulumi up --stack web-dev`. */
  readonly prod: Run<Properties>;
}

const project = "jenkins-pilot-light";

/**
 * Runs a web stack's program with its sample settings.
 *
 * @param changed settings laid over the samples, as `pulumi config set` stores them
 * @param devOutputs what dev's stack published, for prod's
 */
export async function runWebStack(
  stack: "web-dev" | "web-prod",
  changed: Readonly<Record<string, string>> = {},
  devOutputs?: Properties,
): Promise<Run<Properties>> {
  const settings = Object.entries({ ...sampleSettings(stack), ...changed });
  const options: RunOptions = {
    project,
    stack,
    config: Object.fromEntries(settings.map(([key, value]) => [`${project}:${key}`, value])),
    ...(devOutputs === undefined
      ? {}
      : { stackOutputs: { [`organization/${project}/web-dev`]: devOutputs } }),
  };
  const run = await runProgram(async () => {
    const { readWebSettings } = await import("../../stacks/config");
    const { webApp } = await import("../../stacks/webApp");
    const web = readWebSettings();
    if (web === undefined) throw new Error(`${stack} is no stack of the web application`);
    return webApp(web);
  }, options);
  return { registrations: run.registrations, result: await valueOf(run.result) };
}

/** A sample setting with members changed, as `pulumi config set --path` stores it. */
export function sampleWith(
  stack: "web-dev" | "web-prod",
  key: "web" | "webShared" | "webProduction",
  changed: object,
): Record<string, string> {
  const given = JSON.parse(sampleSettings(stack)[key] ?? "{}") as object;
  return { [key]: JSON.stringify({ ...given, ...changed }) };
}

let stacks: Promise<WholeWebStacks> | undefined;

/** Both stacks of the samples; the first caller in a process pays for the run. */
export function wholeWebStacks(): Promise<WholeWebStacks> {
  stacks ??= (async () => {
    const dev = await runWebStack("web-dev");
    return { dev, prod: await runWebStack("web-prod", {}, dev.result) };
  })();
  return stacks;
}

/**
 * Runs programs in the tests' own process, by the host that Pulumi has for programs of its Automation
 * API. A process of its own costs each run half a second to load Pulumi in, and a whole stack some
 * seconds to read functions in that the process has read already (readFunctions.ts).
 *
 * A program that fails belongs into a process of its own: here what it has begun goes on after it.
 */
import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { RunRequest, type RunResponse } from "@pulumi/pulumi/proto/language_pb";
import type { ProgramHost } from "../../local/engine/standin/programHost";
import type { Deployment } from "../../local/engine/standin/deployment";
import "../../local/engine/standin/noDebugMessages.js";
import "./promiseOrigins";
import "./readFunctions";

type Run = (
  call: Pick<ServerUnaryCall<RunRequest, RunResponse>, "request">,
  callback: sendUnaryData<RunResponse>,
) => Promise<void>;

const { LanguageServer } = require("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (program: () => unknown) => { readonly run: Run };
};

/** For {@link StandinEngine}. The environment and the working folder are those of the tests. */
export const inlineHost: ProgramHost = async (deployment) => {
  const server = new LanguageServer(() => loadedAnew(deployment.project.program));
  const failure = await new Promise<unknown>((resolve, reject) => {
    server.run({ request: requestFor(deployment) }, resolve).catch(reject);
  });
  if (failure instanceof Error) deployment.fail(failure);
  return !deployment.failed;
};

/** Pulumi awaits what the program's module exports; a function is called first. */
function loadedAnew(program: string): unknown {
  Reflect.deleteProperty(require.cache, program);
  const exported: unknown = require(program);
  return typeof exported === "function" ? (exported as () => unknown)() : exported;
}

function requestFor({ stack, project, dryRun, monitorAddress }: Deployment): RunRequest {
  const request = new RunRequest();
  request.setProject(project.name);
  request.setStack(stack.name);
  request.setOrganization("organization");
  request.setParallel(16);
  request.setDryrun(dryRun);
  request.setMonitorAddress(monitorAddress);
  request.setArgsList([monitorAddress]);
  const config = request.getConfigMap();
  for (const [key, value] of Object.entries(project.config)) config.set(key, value);
  request.setConfigsecretkeysList([...project.secretKeys]);
  return request;
}

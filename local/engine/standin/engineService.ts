import type * as grpc from "@grpc/grpc-js";
import {
  GetRootResourceResponse,
  LogSeverity,
  SetRootResourceResponse,
  type LogRequest,
  type RequirePulumiVersionRequest,
  type SetRootResourceRequest,
} from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "../protobuf";
import type { Diagnostic } from "../engine";
import type { Deployment } from "./deployment";
import { unaryHandler } from "./grpcCalls";

const severities: Readonly<Record<LogSeverity, Diagnostic["severity"]>> = {
  [LogSeverity.DEBUG]: "debug",
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
  [LogSeverity.ERROR]: "error",
};

/** The service that programs and providers send their messages to. */
export function engineService(deployment: Deployment): grpc.UntypedServiceImplementation {
  return {
    log: unaryHandler((request: LogRequest) => {
      const urn = request.getUrn();
      deployment.report({
        severity: severities[request.getSeverity()],
        message: request.getMessage().trimEnd(),
        ...(urn === "" ? {} : { urn }),
      });
      return new Empty();
    }),
    getRootResource: unaryHandler(() => {
      const response = new GetRootResourceResponse();
      response.setUrn(deployment.stackUrn);
      return response;
    }),
    setRootResource: unaryHandler((request: SetRootResourceRequest) => {
      deployment.stackUrn = request.getUrn();
      return new SetRootResourceResponse();
    }),
    startDebugging: unaryHandler(() => {
      throw new Error("The stand-in engine has no debugger to attach.");
    }),
    requirePulumiVersion: unaryHandler((request: RequirePulumiVersionRequest) => {
      throw new Error(
        `The program requires the Pulumi CLI ${request.getPulumiVersionRange()}; ` +
          `the stand-in engine is no version of it. Run it with the real engine.`,
      );
    }),
  };
}

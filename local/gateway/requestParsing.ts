import type { IncomingHttpHeaders } from "node:http";
import type { AwsRequest, WireProtocol } from "./behaviour";
import { AwsError } from "./wire/awsError";
import { readInput } from "./wire/inputs";
import { matchRestRequest, type RestMatch } from "./wire/restRoutes";
import { serviceModel } from "./wire/serviceModels";

/** An HTTP request as it reached the gateway. */
export interface HttpRequest {
  readonly method: string;
  /** Path with the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Control planes that live in one region, whatever region a caller signs for. */
const controlPlaneRegions: Readonly<Record<string, string>> = {
  cloudfront: "us-east-1",
  globalaccelerator: "us-west-2",
  iam: "us-east-1",
  organizations: "us-east-1",
  route53: "us-east-1",
};

/** Services that speak REST with XML; other REST services speak JSON. */
const restXmlServices = new Set(["cloudfront", "route53", "s3", "s3-outposts", "s3express"]);

interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/**
 * Understands an HTTP request as an AWS API call: service and region from the SigV4 credential scope,
 * operation from `X-Amz-Target` (JSON), the path (CBOR and REST) or `Action` (query).
 * @throws AwsError for an unsigned request: the local AWS cannot tell where it should go.
 */
export function parseAwsRequest(http: HttpRequest): AwsRequest {
  const url = new URL(http.path, "http://local");
  const scope = readCredentialScope(http.headers, url);
  if (!scope) {
    throw new AwsError(
      "MissingAuthenticationToken",
      `${http.method} ${http.path} carries no AWS signature (version 4), so neither service nor region can be told. ` +
        "Call it through an AWS SDK or the AWS CLI with any credentials.",
      403,
    );
  }
  const call = readOperation(http, url, scope.service);
  let input: Record<string, unknown> | undefined;
  return {
    service: scope.service,
    action: call.action,
    region: controlPlaneRegions[scope.service] ?? scope.region,
    signedRegion: scope.region,
    caller: readCaller(http.headers) ?? scope.accessKeyId,
    protocol: call.protocol,
    method: http.method,
    path: http.path,
    headers: http.headers,
    body: http.body,
    get input() {
      input ??= readCallInput(http, url, scope.service, call);
      return input;
    },
  };
}

/** Node's headers with repeated ones joined. */
export function flattenHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

const credentialPattern = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

function readCredentialScope(
  headers: Readonly<Record<string, string>>,
  url: URL,
): CredentialScope | undefined {
  const presigned = url.searchParams.get("X-Amz-Credential");
  const text = presigned === null ? headers.authorization : `Credential=${presigned}`;
  const [, accessKeyId, region, service] = credentialPattern.exec(text ?? "") ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

/** The application id that SDKs and the CLI send when AWS_SDK_UA_APP_ID is set. */
function readCaller(headers: Readonly<Record<string, string>>): string | undefined {
  const agent = `${headers["x-amz-user-agent"] ?? ""} ${headers["user-agent"] ?? ""}`;
  return /(?:^|\s)app\/(\S+)/.exec(agent)?.[1];
}

interface OperationCall {
  readonly action: string;
  readonly protocol: WireProtocol;
  readonly rest?: RestMatch;
}

function readOperation(http: HttpRequest, url: URL, service: string): OperationCall {
  const target = http.headers["x-amz-target"];
  const contentType = http.headers["content-type"] ?? "";
  if (target !== undefined) {
    return {
      action: target.slice(target.lastIndexOf(".") + 1),
      protocol: contentType.includes("1.0") ? "json1.0" : "json1.1",
    };
  }
  const cborOperation = /^\/service\/[^/]+\/operation\/([^/?]+)/.exec(http.path)?.[1];
  if (cborOperation !== undefined && http.headers["smithy-protocol"] === "rpc-v2-cbor") {
    return { action: cborOperation, protocol: "cbor" };
  }
  const fields = contentType.startsWith("application/x-www-form-urlencoded")
    ? new URLSearchParams(http.body.toString())
    : url.searchParams;
  const action = restXmlServices.has(service) ? null : fields.get("Action");
  if (action !== null) return { action, protocol: service === "ec2" ? "ec2Query" : "query" };
  const protocol = restXmlServices.has(service) ? "restXml" : "restJson";
  const rest = matchRestRequest(service, http.method, url, http.headers);
  return rest
    ? { action: rest.operation.name, protocol, rest }
    : { action: `${http.method} ${url.pathname}`, protocol };
}

function readCallInput(
  http: HttpRequest,
  url: URL,
  service: string,
  call: OperationCall,
): Record<string, unknown> {
  const operation = serviceModel(service)?.operations.get(call.action);
  if (!operation) {
    throw new AwsError(
      "NotImplementedByLocalAws",
      `No installed SDK client describes ${service} ${call.action}, so its input cannot be read.`,
      501,
    );
  }
  return readInput(operation, {
    protocol: call.protocol,
    url,
    headers: http.headers,
    body: formBody(http, url, call.protocol),
    labels: call.rest?.labels ?? {},
  });
}

/** The query protocols also take their fields from the URL, as the console and presigned calls do. */
function formBody(http: HttpRequest, url: URL, protocol: WireProtocol): Buffer {
  const isForm = protocol === "query" || protocol === "ec2Query";
  return isForm && http.body.length === 0 ? Buffer.from(url.search.slice(1)) : http.body;
}

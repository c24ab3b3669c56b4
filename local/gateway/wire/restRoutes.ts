import { serviceModel, type OperationModel } from "./serviceModels";

/** What a REST request addresses. */
export interface RestMatch {
  readonly operation: OperationModel;
  /** Values of the path's labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationModel;
  readonly method: string;
  readonly path: RegExp;
  readonly labelNames: readonly string[];
  /** Query parameters that the pattern names; undefined: any value will do. */
  readonly query: ReadonlyMap<string, string | undefined>;
  /** More literal text in path and query makes a route the better match. */
  readonly weight: number;
}

const tables = new Map<string, readonly Route[]>();

/** Finds the operation of a REST service by method, path and query as the SDK's schema states them. */
export function matchRestRequest(
  service: string,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
): RestMatch | undefined {
  const { path, bucket } = service === "s3" ? splitBucket(url.pathname) : { path: url.pathname };
  const matches: { route: Route; labels: Record<string, string> }[] = [];
  for (const route of routesOf(service)) {
    const found = route.method === method ? route.path.exec(path) : null;
    if (!found || !queryFits(route, url.searchParams)) continue;
    const labels: Record<string, string> = {};
    route.labelNames.forEach((name, index) => {
      labels[name] = decodeURIComponent(found[index + 1] ?? "");
    });
    matches.push({ route, labels });
  }
  const fitting =
    service === "s3" ? matches.filter(({ route }) => s3Fits(route, url, headers, bucket)) : matches;
  fitting.sort((a, b) => b.route.weight - a.route.weight);
  const best = fitting[0];
  if (!best) return undefined;
  if (bucket) best.labels.Bucket = bucket;
  return { operation: best.route.operation, labels: best.labels };
}

function routesOf(service: string): readonly Route[] {
  let routes = tables.get(service);
  if (!routes) {
    routes = [...(serviceModel(service)?.operations.values() ?? [])].flatMap((operation) =>
      operation.http ? [toRoute(operation, operation.http)] : [],
    );
    tables.set(service, routes);
  }
  return routes;
}

function toRoute(operation: OperationModel, http: NonNullable<OperationModel["http"]>): Route {
  const [method, pattern] = http;
  const [path = "/", queryText = ""] = pattern.split("?");
  const labelNames: string[] = [];
  const source = path
    .replace(/\/$/, "")
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(part);
      if (!label) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      labelNames.push(label[1] ?? "");
      return label[2] ? "(.+)" : "([^/]+)";
    })
    .join("");
  const query = new Map<string, string | undefined>();
  for (const [name, value] of new URLSearchParams(queryText)) query.set(name, value || undefined);
  return {
    operation,
    method,
    path: new RegExp(`^${source}/?$`),
    labelNames,
    query,
    weight: path.replace(/\{[^}]+\}/g, "").length + 100 * query.size - 10 * labelNames.length,
  };
}

/** `x-id` is a hint that not every SDK sends; every other parameter of the pattern must be there. */
function queryFits(route: Route, query: URLSearchParams): boolean {
  for (const [name, value] of route.query) {
    if (!query.has(name)) {
      if (name === "x-id") continue;
      return false;
    }
    if (value !== undefined && query.get(name) !== value) return false;
  }
  return true;
}

/** S3 by path style: the first segment is the bucket, which the schema's patterns leave out. */
function splitBucket(pathname: string): { path: string; bucket?: string } {
  const [, bucket = "", rest = ""] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
  return bucket === "" ? { path: "/" } : { path: rest === "" ? "/" : rest, bucket };
}

/** Tells apart the S3 operations that differ by a header, a parameter or the bucket alone. */
function s3Fits(
  { operation: { name } }: Route,
  url: URL,
  headers: Readonly<Record<string, string>>,
  bucket: string | undefined,
): boolean {
  const ofTheAccount = name === "ListBuckets" || name === "ListDirectoryBuckets";
  if (ofTheAccount !== (bucket === undefined)) return false;
  const isCopy = headers["x-amz-copy-source"] !== undefined;
  const isPart = url.searchParams.has("partNumber") && url.searchParams.has("uploadId");
  switch (name) {
    case "CopyObject":
      return isCopy && !isPart;
    case "UploadPartCopy":
      return isCopy && isPart;
    case "UploadPart":
      return isPart && !isCopy;
    case "PutObject":
      return !isPart && !isCopy;
    case "CreateBucket":
    case "DeleteBucket":
    case "ListObjects":
      return ![...url.searchParams.keys()].some((key) => s3SubResources.has(key));
    default:
      return true;
  }
}

/** Sub-resources that turn a bucket call into another one, even where the pattern is the same. */
const s3SubResources = new Set(["list-type", "uploads", "versions", "location", "versioning"]);

import Module, { builtinModules } from "node:module";
import path from "node:path";

/*
 * Lambda's Node.js runtime offers a function its own package, Node's modules and the AWS SDK v3
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html, "Runtime-included SDK versions"), and
 * nothing else. Whoever forgets to bundle a module must learn that here and not in production.
 */

/** Packages that the runtime carries. */
const runtimePackages = /^@(aws-sdk|smithy)\//;

interface ResolvingModule {
  _resolveFilename(request: string, parent: NodeJS.Module | undefined, ...rest: unknown[]): string;
  _nodeModulePaths(folder: string): string[];
}

function inside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder + path.sep);
}

function missing(request: string, from: string): Error {
  return Object.assign(
    new Error(
      `Cannot find module '${request}': not in the bundle or the runtime. Required from ${from}; ` +
        `a function finds its own package, Node's modules and @aws-sdk/*. ` +
        `Bundle the module or do without it.`,
    ),
    { name: "Runtime.ImportModuleError", code: "MODULE_NOT_FOUND" },
  );
}

/** Refuses every module that a deployed function would not find. */
export function installModuleFence(taskRoot: string, sdkRoot: string): void {
  const resolver = Module as unknown as ResolvingModule;
  const resolve = resolver._resolveFilename.bind(Module);
  const sdk = Object.assign(new Module(sdkRoot), {
    filename: path.join(sdkRoot, "package.json"),
    paths: resolver._nodeModulePaths(sdkRoot),
  });
  const sdkModules = path.join(sdkRoot, "node_modules");

  resolver._resolveFilename = (request, parent, ...rest) => {
    if (request.startsWith("node:") || builtinModules.includes(request)) {
      return resolve(request, parent, ...rest);
    }
    const from = parent?.filename ?? taskRoot;
    // The SDK may require its own dependencies; a function cannot reach them by itself.
    if (inside(sdkModules, from)) return resolve(request, parent, ...rest);
    if (runtimePackages.test(request) && !bundled(request, parent, rest)) {
      return resolve(request, sdk, ...rest);
    }
    const file = found(request, parent, rest);
    if (file === undefined || !inside(taskRoot, file)) throw missing(request, from);
    return file;
  };

  function found(request: string, parent: NodeJS.Module | undefined, rest: unknown[]) {
    try {
      return resolve(request, parent, ...rest);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** A function's own copy of an SDK client comes before the runtime's, as in Lambda. */
  function bundled(request: string, parent: NodeJS.Module | undefined, rest: unknown[]): boolean {
    const file = found(request, parent, rest);
    return file !== undefined && inside(taskRoot, file);
  }
}

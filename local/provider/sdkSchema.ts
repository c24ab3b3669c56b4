import * as fs from "node:fs";
import * as path from "node:path";

/** What the real AWS package declares of one resource type. */
export interface ResourceSchema {
  /** Names of all arguments that the real type takes, modelled here or not. */
  readonly inputs: ReadonlySet<string>;
  /** All outputs, each with what the real provider answers where there is nothing to tell. */
  readonly outputs: ReadonlyMap<string, unknown>;
  /** Outputs that the package always treats as secret, e.g. a database's password. */
  readonly secretOutputs: ReadonlySet<string>;
}

const schemas = new Map<string, ResourceSchema | undefined>();

/**
 * The schema of a resource type, read from the SDK that the program itself imports
 * (`@pulumi/aws`, generated code with one file per type): so the local provider cannot accept an
 * argument that AWS's provider does not have, and cannot forget an output that a program may use.
 *
 * @param token e.g. `aws:ec2/vpc:Vpc`
 * @returns undefined when the package has no such type
 */
export function resourceSchema(token: string): ResourceSchema | undefined {
  if (!schemas.has(token)) schemas.set(token, readSchema(token));
  return schemas.get(token);
}

function readSchema(token: string): ResourceSchema | undefined {
  const [pkg, module] = token.split(":");
  if (pkg !== "aws" || module === undefined) return undefined;
  const folder = path.dirname(require.resolve("@pulumi/aws/package.json"));
  const file = path.join(folder, module);
  if (!fs.existsSync(`${file}.js`)) return undefined;
  const code = fs.readFileSync(`${file}.js`, "utf8");
  if (!code.includes(`__pulumiType = '${token}'`)) return undefined;
  return {
    inputs: inputNames(code),
    outputs: outputDefaults(fs.readFileSync(`${file}.d.ts`, "utf8")),
    secretOutputs: secretNames(code),
  };
}

/** `resourceInputs["name"] = args?.name`, in whatever way the argument is read. */
function inputNames(code: string): Set<string> {
  const names = new Set<string>();
  for (const [, name, source] of code.matchAll(/resourceInputs\["(\w+)"\] = (.*);/g)) {
    if (name !== undefined && source?.includes("args?.")) names.add(name);
  }
  return names;
}

/** `readonly name: pulumi.Output<type>` */
function outputDefaults(declarations: string): Map<string, unknown> {
  const outputs = new Map<string, unknown>();
  const declared = /^ {4}readonly (\w+): pulumi\.Output<([^;]*?(?:\{[^}]*\})?[^;]*?)>;$/gm;
  const ofClass = declarations.slice(0, declarations.indexOf("constructor("));
  for (const [, name, type] of ofClass.matchAll(declared)) {
    if (name !== undefined && type !== undefined) outputs.set(name, emptyValue(type.trim()));
  }
  return outputs;
}

/** An optional output that is not set is null; the others have the empty value of their type. */
function emptyValue(type: string): unknown {
  if (type.endsWith("| undefined")) return null;
  if (type.endsWith("[]")) return [];
  if (type.startsWith("{")) return {};
  if (type === "boolean") return false;
  if (type === "number") return 0;
  return type === "string" ? "" : null;
}

function secretNames(code: string): Set<string> {
  const list = /additionalSecretOutputs: \[([^\]]*)\]/.exec(code)?.[1] ?? "";
  return new Set([...list.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? ""));
}

import type { InvokeFunction } from "./index";
import { isProperties, type Properties } from "../wire";

interface Principal {
  type: string;
  identifiers: string[];
}

/**
 * `aws.iam.getPolicyDocument` is a pure function: it writes the statements as IAM's JSON, with
 * single-element lists as scalars, in the real provider's order of keys.
 */
export const policyDocument: InvokeFunction = (args) => {
  for (const name of Object.keys(args)) {
    if (!["statements", "version", "policyId"].includes(name)) {
      throw new Error(`getPolicyDocument: ${name} is not modelled`);
    }
  }
  const version = (args.version as string | undefined) ?? "2012-10-17";
  const statements = (args.statements as Properties[] | undefined) ?? [];
  const document = {
    Version: version,
    ...(args.policyId === undefined ? {} : { Id: args.policyId }),
    Statement: statements.map(statement),
  };
  const json = JSON.stringify(document, undefined, 2);
  return { id: "0", version, json, minifiedJson: JSON.stringify(document) };
};

function statement(given: Properties): Properties {
  const written: Properties = {};
  if (given.sid !== undefined) written.Sid = given.sid;
  written.Effect = given.effect ?? "Allow";
  const lists: readonly [string, string][] = [
    ["actions", "Action"],
    ["notActions", "NotAction"],
    ["resources", "Resource"],
    ["notResources", "NotResource"],
  ];
  for (const [name, key] of lists) {
    if (given[name] !== undefined) written[key] = single(given[name]);
  }
  if (given.principals !== undefined) written.Principal = principals(given.principals);
  if (given.notPrincipals !== undefined) written.NotPrincipal = principals(given.notPrincipals);
  if (given.conditions !== undefined) written.Condition = conditions(given.conditions);
  return written;
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

function principals(value: unknown): unknown {
  const list = value as Principal[];
  if (list.length === 1 && list[0]?.type === "*") return "*";
  return Object.fromEntries(list.map(({ type, identifiers }) => [type, single(identifiers)]));
}

function conditions(value: unknown): Properties {
  const written: Properties = {};
  for (const { test, variable, values } of value as {
    test: string;
    variable: string;
    values: string[];
  }[]) {
    const group = written[test];
    written[test] = { ...(isProperties(group) ? group : {}), [variable]: single(values) };
  }
  return written;
}

import { countOperations, type Operation, type OperationKind } from "./engine";

const marks: Readonly<Record<OperationKind, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
  same: " ",
  read: "<",
};

const colours: Readonly<Record<OperationKind, number>> = {
  create: 32,
  update: 33,
  replace: 35,
  delete: 31,
  same: 90,
  read: 36,
};

/** How a plan is shown. */
export interface PlanStyle {
  /** For terminals; plain text when piped. */
  readonly colour: boolean;
}

/**
 * A plan as a tree: each resource below its parent, in the program's order, with what would happen
 * to it, its protection and the properties that change.
 */
export function planTree(operations: readonly Operation[], style: PlanStyle): string {
  const urns = new Set(operations.map(({ urn }) => urn));
  const children = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { parent } = operation;
    const above = parent !== undefined && urns.has(parent) ? parent : "";
    children.set(above, [...(children.get(above) ?? []), operation]);
  }
  const lines: string[] = [];
  const add = (parent: string, indent: string) => {
    const list = children.get(parent) ?? [];
    list.forEach((operation, index) => {
      const last = index === list.length - 1;
      const branch = parent === "" ? "" : last ? "└─ " : "├─ ";
      lines.push(`${marked(operation.op, style)} ${indent}${branch}${label(operation)}`);
      add(operation.urn, parent === "" ? "" : indent + (last ? "   " : "│  "));
    });
  };
  add("", "");
  return lines.join("\n");
}

/** `42 to create, 1 to replace, 3 unchanged`; kinds that do not occur are left out. */
export function planCounts(operations: readonly Operation[]): string {
  const counts = countOperations(operations);
  const words: readonly [OperationKind, string][] = [
    ["create", "to create"],
    ["update", "to update"],
    ["replace", "to replace"],
    ["delete", "to delete"],
    ["read", "to read"],
    ["same", "unchanged"],
  ];
  const parts = words
    .filter(([kind]) => counts[kind] > 0)
    .map(([kind, word]) => `${counts[kind]} ${word}`);
  return parts.length === 0 ? "nothing to do" : parts.join(", ");
}

function marked(op: OperationKind, style: PlanStyle): string {
  return style.colour ? `\u001b[${colours[op]}m${marks[op]}\u001b[0m` : marks[op];
}

function label({ type, name, protect, diff, op }: Operation): string {
  const changes = op !== "create" && diff.length > 0 ? `  [${diff.join(", ")}]` : "";
  return `${name}  ${shortType(type)}${protect ? "  protected" : ""}${changes}`;
}

/** `aws:rds/instance:Instance` reads `aws:rds:Instance`. */
function shortType(type: string): string {
  const [packageName = "", module = "", name = ""] = type.split(":");
  return [packageName, module.split("/")[0], name].filter(Boolean).join(":");
}

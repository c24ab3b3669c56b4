/** An XML element with its attributes; children are elements that were rendered before. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const head = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`),
  ].join(" ");
  if (children.length === 0) return `<${head}/>`;
  const inside = children.join("\n").replace(/^/gm, "  ");
  return `<${head}>\n${inside}\n</${name}>`;
}

function escaped(value: string | number): string {
  return String(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Name–value pairs as Pacemaker wants them, each with an id of its own. */
export function nameValues(
  kind: "cluster_property_set" | "instance_attributes" | "meta_attributes",
  id: string,
  values: Readonly<Record<string, string | number | boolean>>,
): string {
  const pairs = Object.entries(values).map(([name, value]) =>
    element("nvpair", { id: `${id}-${name}`, name, value: String(value) }),
  );
  return element(kind, { id }, pairs);
}

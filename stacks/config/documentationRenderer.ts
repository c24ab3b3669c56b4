import { elementOf, keysOf, unwrap, type Notes, type Schema } from "./schemaTree";

/** The table stands between these lines; everything around them is written by hand. */
export const beginMarker = "<!-- config:begin -->";
export const endMarker = "<!-- config:end -->";

interface Row {
  readonly path: string;
  readonly allowed: string;
  readonly defaultText: string;
  readonly notes: Notes;
}

/** The reference of all settings as a Markdown table, one row for each value that can be set. */
export function renderSettingsTable(schema: Schema): string {
  const rows = rowsOf(schema, "");
  return [
    "| Setting | Allowed | Default | What it does, what it costs |",
    "| --- | --- | --- | --- |",
    ...rows.map(renderRow),
  ].join("\n");
}

/**
 * The document with its table replaced.
 *
 * @throws Error when the document lacks the markers, which would lose the table unnoticed.
 */
export function withSettingsTable(document: string, table: string): string {
  const begin = document.indexOf(beginMarker);
  const end = document.indexOf(endMarker);
  if (begin < 0 || end < begin) {
    throw new Error(
      `The document has no place for the table. Put ${beginMarker} and ${endMarker} on lines of their own where it belongs.`,
    );
  }
  const head = document.slice(0, begin + beginMarker.length);
  return `${head}\n${unformatted(table)}\n${document.slice(end)}`;
}

/** The formatter would pad every column to its longest cell and report the rest as wrong. */
function unformatted(table: string): string {
  return `<!-- prettier-ignore-start -->\n\n${table}\n\n<!-- prettier-ignore-end -->`;
}

function rowsOf(schema: Schema, path: string): readonly Row[] {
  const keys = keysOf(schema);
  if (keys) {
    const { notes } = unwrap(schema);
    const own = path && notes.description ? [rowOf(schema, path)] : [];
    if (notes.membersAsIn) return own;
    const below = Object.entries(keys).flatMap(([key, member]) =>
      rowsOf(member, path ? `${path}.${key}` : key),
    );
    return [...own, ...documented(below)];
  }
  const element = elementOf(schema);
  if (element && keysOf(element)) return rowsOf(element, `${path}[]`);
  return [rowOf(schema, path)];
}

/** Members without words of their own are explained by their object. */
function documented(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ notes }) => notes.description !== undefined);
}

function rowOf(schema: Schema, path: string): Row {
  const { notes, defaultValue, optional } = unwrap(schema);
  return { path, allowed: notes.allowed ?? "", notes, defaultText: defaultText() };

  function defaultText(): string {
    if (notes.defaultNote) return notes.defaultNote;
    if (defaultValue !== undefined && !isEmptyObject(defaultValue)) {
      return `\`${JSON.stringify(defaultValue)}\``;
    }
    return defaultValue === undefined && !optional ? "**required**" : "none";
  }
}

function isEmptyObject(value: unknown): boolean {
  return JSON.stringify(value) === "{}";
}

function renderRow({ path, allowed, defaultText, notes }: Row): string {
  const cost = notes.cost ? ` *Cost: ${notes.cost}.*` : "";
  const cells = [`\`${path}\``, allowed, defaultText, `${notes.description ?? ""}${cost}`];
  return `| ${cells.map(escape).join(" | ")} |`;
}

/** A bar would begin the next cell; outside of code, `<name>` would be taken for HTML. */
function escape(cell: string): string {
  return cell
    .replace(/\|/g, "\\|")
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replace(/</g, "&lt;") : part))
    .join("`");
}

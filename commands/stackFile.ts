import { Document, isMap, parseDocument } from "yaml";

/** What is to stand in a stack's configuration; undefined removes a key. */
export type ConfigChanges = Readonly<Record<string, string | number | undefined>>;

/**
 * A stack's file with other configuration, and everything else as a person wrote it: comments, order,
 * encrypted values.
 *
 * @param text the file `Pulumi.<stack>.yaml`
 * @param project the project's name; its keys carry it as their namespace
 * @throws Error when the text is no YAML, or its `config` is no mapping.
 */
export function withConfig(text: string, project: string, changes: ConfigChanges): string {
  const document = parseDocument(text);
  const broken = document.errors[0];
  if (broken !== undefined) throw new Error(`it is not valid YAML: ${broken.message}`);
  document.contents ??= new Document({}).contents as never;
  if (!document.has("config")) document.set("config", document.createNode({}));
  const config = document.get("config");
  if (!isMap(config)) throw new Error("its key config is not a mapping");
  // `config: {}` would grow sideways.
  if (config.items.length === 0) config.flow = false;
  for (const [key, value] of Object.entries(changes)) {
    // A key without a namespace is the project's as well.
    config.delete(key);
    if (value === undefined) config.delete(`${project}:${key}`);
    else config.set(`${project}:${key}`, value);
  }
  return document.toString({ lineWidth: 0 });
}

import { expect } from "chai";
import { z } from "zod";
import {
  beginMarker,
  endMarker,
  renderSettingsTable,
  withSettingsTable,
} from "../../stacks/config/documentationRenderer";
import { settingsSchema } from "../../stacks/config/schema";
import { elementOf, keysOf, unwrap, type Schema } from "../../stacks/config/schemaTree";

/** Paths of everything that can be set to a value. */
function leaves(schema: Schema, path: string): string[] {
  const keys = keysOf(schema);
  const element = elementOf(schema);
  if (unwrap(schema).notes.membersAsIn) return [path];
  if (keys) {
    return Object.entries(keys).flatMap(([key, member]) =>
      leaves(member, path ? `${path}.${key}` : key),
    );
  }
  return element && keysOf(element) ? leaves(element, `${path}[]`) : [path];
}

describe("the configuration's documentation", () => {
  const table = renderSettingsTable(settingsSchema);

  it("explains every setting, or the object that it is a member of", () => {
    const explained = [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
    const missing = leaves(settingsSchema, "").filter(
      (leaf) => !explained.some((path) => leaf === path || leaf.startsWith(`${path}.`)),
    );
    expect(missing).to.deep.equal([]);
  });

  it("says of each setting what is allowed and what it is without", () => {
    for (const row of table.split("\n").slice(2)) {
      const cells = row.split(/(?<!\\) \| /);
      expect(cells, row).to.have.length(4);
      for (const cell of cells) expect(cell.trim(), row).to.not.equal("");
    }
  });

  it("breaks neither cells nor code", () => {
    const schema = z.object({
      name: z.string().meta({ allowed: "a|b", description: "`<kept>` and <escaped>" }),
    });
    const row = renderSettingsTable(schema).split("\n").at(-1);
    expect(row).to.equal("| `name` | a\\|b | **required** | `<kept>` and &lt;escaped> |");
  });

  it("replaces the table alone, and twice does the same as once", () => {
    const document = `# Title\n\n${beginMarker}\nstale table\n${endMarker}\n\nEnd\n`;
    const once = withSettingsTable(document, table);
    expect(once)
      .to.match(/^# Title\n/)
      .and.to.match(/\nEnd\n$/);
    expect(once).to.include(table).and.not.include("stale table");
    expect(withSettingsTable(once, table)).to.equal(once);
  });

  it("refuses a document without a place for it", () => {
    expect(() => withSettingsTable("# Title\n", table)).to.throw(beginMarker);
  });
});

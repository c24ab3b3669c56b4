import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import { readWarFile } from "../../../local/war/warFile";

describe("a war", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "war-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function war(files: Readonly<Record<string, string>>): string {
    const path = join(folder, "some.war");
    const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)]);
    writeFileSync(path, zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>));
    return path;
  }

  const manifest = (...lines: string[]): string =>
    war({ "META-INF/MANIFEST.MF": `Manifest-Version: 1.0\r\n${lines.join("\r\n")}\r\n` });

  it("is a Jenkins by its own version, whatever Hudson it says to be compatible with", () => {
    const path = manifest("Hudson-Version: 1.395", "Jenkins-Version: 2.555.1");
    expect(readWarFile(path)).to.deep.equal({ path, product: "Jenkins", version: "2.555.1" });
  });

  it("of before the renaming is a Hudson", () => {
    const path = manifest("Hudson-Version: 1.395");
    expect(readWarFile(path)).to.include({ product: "Hudson", version: "1.395" });
  });

  it("is refused by name if it is anything else", () => {
    const lacks = (path: string) => (why: RegExp) => {
      expect(() => readWarFile(path)).to.throw(why);
    };
    lacks(manifest("Main-Class: App"))(/neither Jenkins-Version nor Hudson-Version/);
    lacks(war({ "index.html": "" }))(/has no META-INF\/MANIFEST.MF/);
    lacks(join(folder, "missing.war"))(/missing.war cannot be read as a war: ENOENT/);
    writeFileSync(join(folder, "text.war"), "no archive at all");
    lacks(join(folder, "text.war"))(/cannot be read as a war/);
  });
});

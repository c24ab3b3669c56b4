/** A systemd unit file, read as systemd reads it: sections of settings that may repeat. */
export class UnitFile {
  constructor(private readonly settings: readonly (readonly [string, string, string])[]) {}

  all(section: string, name: string): readonly string[] {
    return this.settings
      .filter(([inSection, named]) => inSection === section && named === name)
      .map(([, , value]) => value);
  }

  one(section: string, name: string): string {
    const values = this.all(section, name);
    const [only] = values;
    if (only === undefined || values.length > 1) {
      throw new Error(`expected one ${section}.${name}, found ${values.length}`);
    }
    return only;
  }
}

export function parseUnit(text: string): UnitFile {
  let section = "";
  const settings: [string, string, string][] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const header = /^\[(\w+)\]$/.exec(line);
    if (header?.[1] !== undefined) {
      section = header[1];
      continue;
    }
    const at = line.indexOf("=");
    if (at < 0) throw new Error(`not a setting: ${line}`);
    settings.push([section, line.slice(0, at), line.slice(at + 1)]);
  }
  return new UnitFile(settings);
}

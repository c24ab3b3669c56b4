/**
 * The one place that decides what may stand in a file that a shell, systemd or cloud-init reads.
 * Values are checked instead of escaped: three readers with three quoting rules read the same
 * files, and what all three take literally is small enough to be listed.
 */

/** Letters, digits and the punctuation of names, ARNs, URLs and paths; a blank separates lists. */
const harmless = /^[A-Za-z0-9._:/@+=, -]*$/;
const harmful = /[^A-Za-z0-9._:/@+=, -]/u;

/**
 * The value, if every reader takes it literally between double quotes.
 * @throws Error naming the setting and the first character that is not allowed.
 */
export function literal(setting: string, value: string): string {
  if (harmless.test(value)) return value;
  const culprit = harmful.exec(value)?.[0] ?? "";
  throw new Error(
    `${setting} is ${JSON.stringify(value)}, but ${JSON.stringify(culprit)} cannot stand in a boot ` +
      `file: use letters, digits, blanks and . _ : / @ + = , - only`,
  );
}

/** `NAME="value"` lines, which both bash and systemd's EnvironmentFile read the same way. */
export function renderEnvironmentFile(settings: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new Error(`${name} is not an environment variable`);
    return `${name}="${literal(name, String(value))}"`;
  });
  return `${lines.join("\n")}\n`;
}

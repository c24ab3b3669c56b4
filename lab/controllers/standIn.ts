import { join } from "node:path";

/** What controller.js is told. */
export interface StandInSettings {
  /** `<team>-<machine>`, by which it answers. */
  readonly name: string;
  readonly home: string;
  readonly webPort: number;
  readonly agentPort?: number | undefined;
  /** How long it answers 503, ms. */
  readonly load: number;
}

/** The bash words that start a stand-in controller, on all addresses of its machine. */
export function standInCommand(settings: StandInSettings): string {
  const text = JSON.stringify({ ...settings, address: "0.0.0.0" });
  return [process.execPath, join(__dirname, "controller.js"), text].map(quoted).join(" ");
}

/** A word for bash as it is. */
export function quoted(word: string): string {
  return `'${word.replace(/'/g, `'\\''`)}'`;
}

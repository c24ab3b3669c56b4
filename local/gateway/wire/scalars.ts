import type { Schema } from "./serviceModels";

/** The formats that Smithy knows for a point in time. */
export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

/** Codes of the timestamp schemas that carry a format of their own. */
const explicitFormats: Readonly<Record<number, TimestampFormat>> = {
  5: "date-time",
  6: "http-date",
  7: "epoch-seconds",
};

/** The schema's own timestamp format, otherwise the protocol's default for the place. */
export function timestampFormat(schema: Schema, byDefault: TimestampFormat): TimestampFormat {
  return explicitFormats[schema.getSchema() as number] ?? byDefault;
}

/** A point in time as text. */
export function timestampText(schema: Schema, value: Date, byDefault: TimestampFormat): string {
  switch (timestampFormat(schema, byDefault)) {
    case "date-time":
      return value.toISOString();
    case "http-date":
      return value.toUTCString();
    case "epoch-seconds":
      return String(value.getTime() / 1000);
  }
}

/** Text from a form, path, query string, header or XML element → the value that the schema means. */
export function scalarFromText(schema: Schema, text: string): unknown {
  if (schema.isBooleanSchema()) return text === "true";
  if (schema.isTimestampSchema()) return dateFromText(text);
  if (schema.isBlobSchema()) return Buffer.from(text, "base64");
  if (schema.isNumericSchema()) return Number(text);
  return text;
}

function dateFromText(text: string): Date {
  const seconds = Number(text);
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : new Date(text);
}

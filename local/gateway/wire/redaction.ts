import { serviceModel, type Schema } from "./serviceModels";

/** Stands where a secret was. */
export const redacted = "[secret]";

/** A call's input without what the service's schema marks as sensitive, fit for logs and reports. */
export function withoutSecrets(
  service: string,
  action: string,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const schema = serviceModel(service)?.operations.get(action)?.input;
  return schema ? (redact(schema, input) as Record<string, unknown>) : {};
}

function redact(schema: Schema, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (schema.getMergedTraits().sensitive) return redacted;
  if (schema.isListSchema()) {
    return (value as unknown[]).map((item) => redact(schema.getValueSchema(), item));
  }
  if (schema.isMapSchema()) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, redact(schema.getValueSchema(), item)]),
    );
  }
  if (schema.isBlobSchema()) return `[${(value as Uint8Array).length} bytes]`;
  if (!schema.isStructSchema()) return value;
  const members = new Map(schema.structIterator());
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const member = members.get(name);
      return [name, member ? redact(member, item) : item];
    }),
  );
}

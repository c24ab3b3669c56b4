import type { AnyResourceType } from "./resourceType";
import type { ResourceSchema } from "./sdkSchema";
import { asSecret, containsSecret, unknownValue, unwrap, type Properties } from "./wire";

/** All declared outputs: what AWS answers, else what was asked for, else the type's empty value. */
export function observedOutputs(
  type: AnyResourceType,
  schema: ResourceSchema,
  inputs: Properties,
  observed: Properties,
): Properties {
  const outputs: Properties = {};
  for (const [name, empty] of schema.outputs) {
    const rule = type.inputs[name];
    const asked = unwrap(inputs[name]);
    // The program's own text is kept where AWS would answer the same in another form.
    const own = rule?.json === true || rule?.unread === true ? (asked ?? undefined) : undefined;
    outputs[name] = own ?? observed[name] ?? asked ?? empty;
  }
  return outputs;
}

/** Before a create only the inputs are known. */
export function previewOfCreate(
  schema: ResourceSchema,
  inputs: Properties,
  unset: unknown = unknownValue,
): Properties {
  const outputs: Properties = {};
  for (const name of schema.outputs.keys()) outputs[name] = inputs[name] ?? unset;
  return outputs;
}

/** Before an update all is known but what any update changes. */
export function previewOfUpdate(
  type: AnyResourceType,
  schema: ResourceSchema,
  state: Properties,
  inputs: Properties,
): Properties {
  const outputs: Properties = {};
  const volatile: readonly (string | number)[] = type.volatile ?? [];
  for (const [name, empty] of schema.outputs) {
    if (volatile.includes(name)) outputs[name] = unknownValue;
    else if (schema.inputs.has(name)) outputs[name] = inputs[name] ?? state[name] ?? empty;
    else outputs[name] = inputs[name] ?? state[name] ?? empty;
  }
  return outputs;
}

/** Outputs of secret inputs, and those that the schema calls secret, are secret again. */
export function keepSecrets(
  schema: ResourceSchema,
  inputs: Properties,
  outputs: Properties,
): Properties {
  const kept: Properties = {};
  for (const [name, value] of Object.entries(outputs)) {
    const secret = containsSecret(inputs[name]) || schema.secretOutputs.has(name);
    const told = value !== null && value !== "" && value !== unknownValue;
    const hidden = secret && told;
    kept[name] = hidden ? asSecret(value) : value;
  }
  return kept;
}

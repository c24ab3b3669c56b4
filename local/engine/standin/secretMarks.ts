import { isMap, secret, signedKind, type PropertyMap, type PropertyValue } from "../propertyValue";

/**
 * Marks in `values` as secret what is secret at the same place in `model`, for providers that do not
 * keep track of secrets themselves.
 */
export function withSecretsOf(model: PropertyMap, values: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, markedLike(model[key], value)]),
  );
}

function markedLike(model: PropertyValue | undefined, value: PropertyValue): PropertyValue {
  if (signedKind(value) === "secret") return value;
  if (signedKind(model) === "secret") return secret(value);
  if (Array.isArray(model) && Array.isArray(value)) {
    return value.map((item, index) => markedLike(model[index], item));
  }
  if (!isMap(model) || !isMap(value) || signedKind(value) !== undefined) return value;
  return withSecretsOf(model, value);
}

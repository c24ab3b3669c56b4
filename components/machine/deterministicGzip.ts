import { gzipSync } from "node:zlib";

/** Byte 9 of a gzip header names the operating system that compressed. */
const operatingSystemByte = 9;
const unknownSystem = 255;

/** Most boot files are the same for each of up to 500 teams: compressing them once saves a second. */
const compressedBefore = new Map<string, string>();

/** {@link compressToBase64}, once for each text: for what many machines have alike. */
export function compressAlike(text: string): string {
  const known = compressedBefore.get(text);
  if (known !== undefined) return known;
  const encoded = compressToBase64(text);
  compressedBefore.set(text, encoded);
  return encoded;
}

/**
 * Base64 of gzip without what differs between two machines (time and operating system), so that the
 * same input is the same user data whoever runs `pulumi up`.
 */
export function compressToBase64(text: string): string {
  const compressed = gzipSync(text, { level: 9 });
  compressed[operatingSystemByte] = unknownSystem;
  return compressed.toString("base64");
}

/** How boot files become user data; see userDataRenderer.ts. */
export const bootCompression = { file: compressAlike, whole: compressToBase64 } as const;

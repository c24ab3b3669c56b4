import { gzipSync } from "node:zlib";

/** Byte 9 of a gzip header names the operating system that compressed. */
const operatingSystemByte = 9;
const unknownSystem = 255;

/**
 * Base64 of gzip without what differs between two machines (time and operating system), so that the
 * same input is the same user data whoever runs `pulumi up`.
 */
export function compressToBase64(text: string): string {
  const compressed = gzipSync(text, { level: 9 });
  compressed[operatingSystemByte] = unknownSystem;
  return compressed.toString("base64");
}

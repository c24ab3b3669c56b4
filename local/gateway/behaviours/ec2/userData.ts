import { gunzipSync } from "node:zlib";

/** User data is base64, and as a whole may be compressed by gzip, which cloud-init unpacks. */
export function decodeUserData(base64: string): string {
  const bytes = Buffer.from(base64, "base64");
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString();
}

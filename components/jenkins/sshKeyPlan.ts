/** The wire format of an OpenSSH public key for NIST P-256: RFC 5656, section 3.1. */
const keyType = "ecdsa-sha2-nistp256";
const curve = "nistp256";

/**
 * An `authorized_keys` line for a point on P-256.
 * @param x,y coordinates in base64url, as a JSON Web Key has them.
 */
export function opensshPublicKey({ x, y }: { x: string; y: string }, comment: string): string {
  // 4 marks an uncompressed point.
  const point = Buffer.concat([Buffer.from([4]), coordinate(x), coordinate(y)]);
  const fields = [Buffer.from(keyType), Buffer.from(curve), point].map(withLength);
  return `${keyType} ${Buffer.concat(fields).toString("base64")} ${comment}`;
}

function coordinate(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  if (bytes.length !== 32) throw new Error(`A P-256 coordinate has 32 bytes, not ${bytes.length}.`);
  return bytes;
}

function withLength(field: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(field.length);
  return Buffer.concat([length, field]);
}

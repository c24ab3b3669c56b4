import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

/**
 * Opens `secure:` values that `pulumi config set --secret` wrote with a passphrase: AES-256-GCM,
 * the key by PBKDF2-SHA256 with a million rounds (0.3 s) from the passphrase and the file's salt.
 * The format is Pulumi's own (sdk/go/common/resource/config/crypt.go): `v1:<nonce>:<ciphertext>`.
 */
export function configDecrypter(
  encryptionSalt: string | undefined,
  passphrase: string,
  file: string,
): (secure: string) => string {
  let key: Buffer | undefined;
  return (secure) => {
    if (encryptionSalt === undefined) {
      throw new Error(
        `${file} has an encrypted value but no encryptionsalt: only values that were encrypted ` +
          `with a passphrase can be opened here. Set it again with the passphrase provider.`,
      );
    }
    const salt = encryptionSalt.split(":")[1] ?? "";
    key ??= configKey(passphrase, Buffer.from(salt, "base64"));
    try {
      return decrypt(key, secure);
    } catch {
      throw new Error(
        `A secret in ${file} cannot be opened with the given passphrase. ` +
          `Give the passphrase that it was set with, or set it again.`,
      );
    }
  };
}

/** Seals values for a `Pulumi.<stack>.yaml` that is written anew. */
export function configEncrypter(passphrase: string): {
  /** Goes into the file beside the values. The CLI checks the passphrase with it. */
  readonly encryptionSalt: string;
  readonly encrypt: (text: string) => string;
} {
  const salt = randomBytes(8);
  const key = configKey(passphrase, salt);
  return {
    encryptionSalt: `v1:${salt.toString("base64")}:${encrypt(key, "pulumi")}`,
    encrypt: (text) => encrypt(key, text),
  };
}

function configKey(passphrase: string, salt: Buffer): Buffer {
  return pbkdf2Sync(passphrase, salt, 1_000_000, 32, "sha256");
}

function encrypt(key: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const content = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${content.toString("base64")}`;
}

function decrypt(key: Buffer, secure: string): string {
  const [version, nonce = "", content = ""] = secure.split(":");
  if (version !== "v1") throw new Error("unknown format");
  const bytes = Buffer.from(content, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(bytes.length - 16));
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
  return text.toString("utf8");
}

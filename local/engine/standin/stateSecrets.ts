import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import {
  isMap,
  mapValue,
  signatureKey,
  signatures,
  signedKind,
  type PropertyMap,
  type PropertyValue,
} from "../propertyValue";

/** Proves that a passphrase is the right one without telling anything about it. */
const probe = "jenkins-pilot-light";

/**
 * Encrypts what is secret in a state file: AES-256-GCM with a key that scrypt derives from the
 * passphrase and the file's salt (Node's default cost: 16384 rounds, 16 MB, about 50 ms once per run).
 */
export class StateSecrets {
  private key: Buffer | undefined;

  constructor(
    private readonly passphrase: string,
    /** Base64; kept in clear in the state file. */
    readonly salt: string = randomBytes(16).toString("base64"),
  ) {}

  /** A ciphertext that only the right passphrase opens. */
  proof(): string {
    return this.encryptText(probe);
  }

  /** @throws Error if the state was written with another passphrase. */
  verify(proof: string, stateFile: string): void {
    try {
      if (this.decryptText(proof) === probe) return;
    } catch {
      // GCM's authentication failed; said below in words that help.
    }
    throw new Error(
      `The state file ${stateFile} was encrypted with another passphrase. ` +
        `Give the passphrase of the run that made it, or delete the file to begin anew.`,
    );
  }

  /** The value with every secret's content encrypted. */
  seal(value: PropertyValue): PropertyValue {
    return mapValue(value, (part) => {
      if (signedKind(part) !== "secret") return part;
      const content = JSON.stringify((part as PropertyMap).value ?? null);
      return { [signatureKey]: signatures.secret, ciphertext: this.encryptText(content) };
    });
  }

  /** The reverse of {@link seal}. */
  open(value: PropertyValue): PropertyValue {
    return mapValue(value, (part) => {
      if (signedKind(part) !== "secret" || !isMap(part)) return part;
      const { ciphertext } = part;
      if (typeof ciphertext !== "string")
        throw new Error("A secret in the state is not encrypted.");
      return {
        [signatureKey]: signatures.secret,
        value: JSON.parse(this.decryptText(ciphertext)) as PropertyValue,
      };
    });
  }

  private encryptText(text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.derivedKey(), nonce);
    const content = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), content]).toString("base64");
  }

  private decryptText(ciphertext: string): string {
    const bytes = Buffer.from(ciphertext, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.derivedKey(), bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
  }

  private derivedKey(): Buffer {
    this.key ??= scryptSync(this.passphrase, Buffer.from(this.salt, "base64"), 32);
    return this.key;
  }
}

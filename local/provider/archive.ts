import * as fs from "node:fs";
import * as path from "node:path";
import { zipSync, type Zippable } from "fflate";
import { isProperties, signatureKey, type Properties } from "./wire";

/** What marks an asset on Pulumi's wire. */
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
/** What marks an archive on it. */
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

// Zip's epoch: with any other time the same code would be another package each time.
const fixedTime = "1980-01-01T00:00:00";

/**
 * A Pulumi archive (a function's code) as the bytes of a zip file: the same content gives the same
 * bytes. Paths are relative to the folder that the provider was started in.
 *
 * @throws Error naming what is no archive or cannot be read
 */
export function zipOf(value: unknown): Uint8Array {
  if (!isProperties(value) || value[signatureKey] !== archiveSignature) {
    throw new Error("the code must be an archive: AssetArchive or FileArchive");
  }
  if (typeof value.path === "string" && fs.statSync(value.path).isFile()) {
    return fs.readFileSync(value.path);
  }
  return zipSync(entries(value), { mtime: fixedTime });
}

function entries(archive: Properties): Zippable {
  if (typeof archive.path === "string") return folder(archive.path);
  if (!isProperties(archive.assets)) {
    throw new Error("an archive from a URL is not modelled: use local files");
  }
  const zipped: Zippable = {};
  for (const name of Object.keys(archive.assets).sort()) {
    const asset = archive.assets[name];
    if (!isProperties(asset)) throw new Error(`${name} in the archive is no asset`);
    if (asset[signatureKey] === archiveSignature) zipped[name] = entries(asset);
    else zipped[name] = content(name, asset);
  }
  return zipped;
}

function content(name: string, asset: Properties): Uint8Array {
  if (asset[signatureKey] !== assetSignature) throw new Error(`${name} in the archive is no asset`);
  if (typeof asset.text === "string") return Buffer.from(asset.text);
  if (typeof asset.path === "string") return fs.readFileSync(asset.path);
  throw new Error(`${name} in the archive comes from a URL, which is not modelled`);
}

function folder(root: string): Zippable {
  const zipped: Zippable = {};
  for (const entry of fs.readdirSync(root, { withFileTypes: true })) {
    const file = path.join(root, entry.name);
    zipped[entry.name] = entry.isDirectory() ? folder(file) : fs.readFileSync(file);
  }
  return zipped;
}

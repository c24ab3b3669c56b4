import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  isMap,
  mapMembers,
  signedKind,
  type PropertyMap,
  type PropertyValue,
} from "./propertyValue";

/**
 * Gives every asset and archive in the inputs the hash of its content, as the CLI does, so that
 * providers and states see when a file changes whose path stays the same.
 * @param folder relative paths start there
 * @throws Error naming the file that cannot be read
 */
export function hashAssets(inputs: PropertyMap, folder: string): PropertyMap {
  return mapMembers(inputs, (value) => hashed(value, folder));
}

function hashed(value: PropertyValue, folder: string): PropertyValue {
  if (Array.isArray(value)) return value.map((item) => hashed(item, folder));
  if (!isMap(value)) return value;
  const kind = signedKind(value);
  if (kind === "asset") return { ...value, hash: assetHash(value, folder) };
  if (kind === "archive") return hashedArchive(value, folder);
  return mapMembers(value, (member) => hashed(member, folder));
}

function assetHash(asset: PropertyMap, folder: string): string {
  const { text, path: file } = asset;
  if (typeof text === "string") return sha256(text);
  if (typeof file === "string") return sha256(readFile(path.resolve(folder, file)));
  return refuse(asset);
}

function hashedArchive(archive: PropertyMap, folder: string): PropertyMap {
  const { assets, path: file } = archive;
  if (isMap(assets ?? null)) {
    const members = mapMembers(assets as PropertyMap, (member) => hashed(member, folder));
    const hashes = Object.entries(members)
      .map(([name, member]) => `${name}\n${JSON.stringify((member as PropertyMap).hash)}`)
      .sort();
    return { ...archive, assets: members, hash: sha256(hashes.join("\n")) };
  }
  if (typeof file === "string") {
    return { ...archive, hash: pathHash(path.resolve(folder, file)) };
  }
  return refuse(archive);
}

function pathHash(file: string): string {
  if (!fs.existsSync(file)) throw new Error(`The archive's path ${file} does not exist.`);
  if (!fs.statSync(file).isDirectory()) return sha256(readFile(file));
  const names = fs.readdirSync(file).sort();
  return sha256(names.map((name) => `${name}\n${pathHash(path.join(file, name))}`).join("\n"));
}

function readFile(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new Error(`The asset's file ${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function refuse(value: PropertyMap): never {
  throw new Error(
    `An asset or archive of the program has none of text, path and assets but ` +
      `${Object.keys(value).join(", ")}: the stand-in engine does not load remote ones.`,
  );
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

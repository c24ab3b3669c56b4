/** Compresses text to base64 of gzip. A parameter, because a renderer does no I/O. */
export type Compress = (text: string) => string;

/** For each file, and for all of them together. */
export interface BootCompression {
  readonly file: Compress;
  readonly whole: Compress;
}

/** EC2 refuses larger user data; counted before base64. */
export const userDataLimit = 16_384;

/** A file that cloud-init writes. */
export interface BootFile {
  readonly path: string;
  readonly content: string;
  /** Octal, as chmod takes it. */
  readonly permissions: "0644" | "0755";
}

/** Whom too large user data belongs to, and what would make it smaller: for the message. */
export interface MachineName {
  readonly name: string;
  readonly remedy: string;
}

/**
 * A `#cloud-config` of files and commands, as base64 of gzip. The files are compressed in it once more,
 * one by one: most are the same for many machines, and what is compressed twice is hardly larger.
 * @param commands lists, not strings: cloud-init runs them without a shell
 * @throws Error if it is larger than EC2 takes.
 */
export function renderCloudConfig(
  machine: MachineName,
  files: readonly BootFile[],
  commands: readonly (readonly string[])[],
  compress: BootCompression,
): string {
  const document = {
    write_files: files.map((file) => ({
      path: file.path,
      permissions: file.permissions,
      owner: "root:root",
      encoding: "gz+b64",
      content: compress.file(file.content),
    })),
    runcmd: commands,
  };
  const packed = compress.whole(`#cloud-config\n${JSON.stringify(document)}\n`);
  const bytes = Buffer.from(packed, "base64").length;
  if (bytes > userDataLimit) {
    throw new Error(
      `the user data of ${machine.name} has ${bytes} bytes; EC2 takes ${userDataLimit}: ${machine.remedy}`,
    );
  }
  return packed;
}

/** A file below systemd's folder of units. */
export function unitFile(name: string, content: string): BootFile {
  return { path: `/etc/systemd/system/${name}`, content, permissions: "0644" };
}

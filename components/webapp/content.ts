/** Where things are on a machine. */
export const webPaths = {
  settings: "/etc/webapp/content",
  staticFiles: "/etc/webapp/static-files",
  database: "/etc/webapp/database.json",
  secretsScript: "/usr/local/sbin/webapp-secrets",
  contentScript: "/usr/local/sbin/webapp-content",
  /** In memory: what is fetched from Secrets Manager never touches a disk. */
  secrets: "/run/webapp",
  /** The environment's file system. */
  files: "/srv/web",
  /** The application as a whole, below the environment's file system. */
  tree: "/srv/web/html",
  /** Dev's file system on a machine of prod, read-only. */
  devFiles: "/srv/dev",
  devTree: "/srv/dev/html",
  /** Copies of the code on a machine's own disk, and which of them is served. */
  releases: "/var/lib/webapp/releases",
  current: "/var/lib/webapp/current",
  /** The document root that the machine image brought along. */
  imageRoot: "/var/lib/webapp/image-root",
} as const;

/** Where an environment's application lies and who owns it. */
export interface WebContent {
  /**
   * `localDisk`: machines serve a read-only copy of the code from their own disk, made at boot and
   * renewed on demand; uploads alone are on the shared file system. PHP opens hundreds of files for a
   * page, and each costs some milliseconds over NFS and microseconds on a disk. `sharedFiles`: the
   * document root is the shared file system; what changes there is served at once, slowly.
   */
  readonly code: "localDisk" | "sharedFiles";
  /** Absolute folder that the web server serves, e.g. `/var/www/html`. */
  readonly documentRoot: string;
  /** Folder in it that users' uploads go to, relative, e.g. `wp-content/uploads`. */
  readonly uploads: string;
  /** Files in it that belong to the environment and are never copied, relative: `wp-config.php`. */
  readonly staticFiles: readonly string[];
  /** `user:group` of everything in the application's tree. */
  readonly owner: string;
  /** The owner's numbers in the image, which the file system enforces; 48 is Amazon Linux's apache. */
  readonly ownerIds: { readonly uid: number; readonly gid: number };
}

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";

/** What a page of the stand-in application says: everything that a promotion moves, or must not. */
export interface Page {
  readonly environment: string;
  readonly instance: string;
  readonly zone: string;
  /** Name and digest of every file of the document root, uploads included, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Number of posts, and the last one's text. */
  readonly posts: number;
  readonly lastPost: string;
}

/** What the application is given by its machine. */
export interface ApplicationPlace {
  readonly environment: string;
  readonly instance: string;
  readonly zone: string;
  readonly documentRoot: string;
  /** A connection for reading, or for writing. @throws Error where there is none */
  connect(to: "reader" | "writer"): Promise<Connection>;
}

/** A file without which there is no application. */
export const entryFile = "index.php";

/**
 * A stand-in for a PHP application: it reads its document root and its database at each request, and
 * writes posts. `GET` answers with a {@link Page}, `POST` adds its body as a post.
 */
export class Application {
  private readonly server = createServer((request, response) => {
    this.serve(request, response).catch((error: unknown) => {
      answer(response, 500, { error: String(error) });
    });
  });

  constructor(private readonly place: ApplicationPlace) {}

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: (this.server.address() as AddressInfo).port };
  }

  /** Ends it as a loss of power would: answers under way do not come. */
  kill(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "POST") {
      await this.addPost(await bodyOf(request));
      answer(response, 201, {});
      return;
    }
    if (!existsSync(join(this.place.documentRoot, entryFile))) {
      answer(response, 403, { error: "There is no application here yet." });
      return;
    }
    answer(response, 200, await this.page());
  }

  private async page(): Promise<Page> {
    const { environment, instance, zone, documentRoot } = this.place;
    const database = await this.place.connect("reader");
    try {
      const [rows] = await database.query("SELECT COUNT(*) AS posts, MAX(id) AS last FROM posts");
      const [row] = rows as { posts: number; last: number | null }[];
      const [texts] = await database.query("SELECT text FROM posts WHERE id = ?", [row?.last ?? 0]);
      const [last] = texts as { text: string }[];
      return {
        environment,
        instance,
        zone,
        files: digests(documentRoot),
        posts: row?.posts ?? 0,
        lastPost: last?.text ?? "",
      };
    } finally {
      database.destroy();
    }
  }

  private async addPost(text: string): Promise<void> {
    const database = await this.place.connect("writer");
    try {
      await database.query("INSERT INTO posts (text) VALUES (?)", [text]);
    } finally {
      database.destroy();
    }
  }
}

/** The digests of all files below a folder, links followed. */
export function digests(folder: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isFile()) {
      found[path] = createHash("sha256")
        .update(readFileSync(join(folder, path)))
        .digest("hex");
    } else Object.assign(found, digests(folder, path));
  }
  return found;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
}

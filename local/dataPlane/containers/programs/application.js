/* global process, require, Buffer, URL */
"use strict";
/**
 * A stand-in application: the containers of one machine as one process and one HTTP server. Any GET is
 * answered by 200. `POST /api/…` with an `x-request-id` inserts a row into the database and answers 200
 * only when the transaction is committed. It keeps nothing itself. It ends when its parent does.
 */
const http = require("node:http");
const { Database } = require("../../controllers/programs/resultsDatabase");

process.once("disconnect", () => process.exit(0));
process.once("message", (settings) => start(settings));

function start(settings) {
  if (settings.user) {
    process.setgroups([]);
    process.setgid(settings.user.gid);
    process.setuid(settings.user.uid);
  }
  const application = { ...settings, rows: 0, database: new Database() };
  const server = http.createServer((request, response) => {
    serve(application, request, response).catch((error) => {
      answer(response, 500, { error: error.message });
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => {
    process.send({ type: "listening", port: server.address().port });
  });
  process.once("SIGTERM", () => process.exit(0));
}

async function serve(application, request, response) {
  request.resume();
  const { pathname } = new URL(request.url, "http://application");
  if (request.method === "GET") return answer(response, 200, who(application));
  if (request.method !== "POST" || !pathname.startsWith("/api/")) return answer(response, 404, {});
  const id = request.headers["x-request-id"];
  if (!id) return answer(response, 400, { error: "a write needs an x-request-id" });
  application.rows += 1;
  const row = { number: application.rows, request: id, ...who(application), at: Date.now() };
  await application.database.insert(row);
  return answer(response, 200, row);
}

/** The rows' form is that of all stand-ins; machines of containers know no generation and have no home. */
function who({ region, instance, name }) {
  return { home: name, generation: 0, region, instance, pid: process.pid };
}

function answer(response, status, body) {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": text.length });
  response.end(text);
}

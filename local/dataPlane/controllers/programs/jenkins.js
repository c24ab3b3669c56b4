/* global process, require, Buffer, setTimeout, URL */
"use strict";
/**
 * A stand-in Jenkins: one process, one home, one HTTP server. It answers 503 while it loads, then
 * /login and /health by 200. `POST /build` with an `x-request-id` appends a numbered line to
 * `builds.log` in its home and inserts a row into the database, if it has one, and answers 200 only
 * when the file is on disk and the transaction is committed. Each line and row carries generation, instance and pid,
 * so that two writers of one home cannot go unnoticed.
 *
 * Plain JavaScript with few imports: it is started in modelled time, where compiling would cost
 * modelled minutes. It ends when its parent does: the channel to it closes then.
 */
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { Database } = require("./resultsDatabase");

process.once("disconnect", () => process.exit(0));
process.once("message", (settings) => start(settings));

function start(settings) {
  // Loaded as who started the drill, because a clone below /root is readable by nobody else; from
  // here on without the right to write what is read-only.
  if (settings.user) {
    process.setgroups([]);
    process.setgid(settings.user.gid);
    process.setuid(settings.user.uid);
  }
  const jenkins = { ...settings, loaded: false, pid: process.pid, database: new Database() };
  const server = http.createServer((request, response) => {
    serve(jenkins, request, response).catch((error) => {
      answer(response, 500, { error: error.message });
    });
  });
  // A load balancer keeps its connections for a minute; closing first would look like an error.
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => {
    process.send({ type: "listening", port: server.address().port });
  });
  setTimeout(() => load(jenkins), settings.loadMs);
  process.once("SIGTERM", () => process.exit(0));
}

/** A home is opened once, at the end of the load, as Jenkins reads its jobs then. */
function load(jenkins) {
  jenkins.log = openLog(jenkins.home.directory);
  jenkins.loaded = true;
  process.send({ type: "loaded" });
}

/** The log, and the number of the last build in it. A line that a copy cut off ends here. */
function openLog(directory) {
  const file = path.join(directory, "builds.log");
  const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const descriptor = fs.openSync(file, "a");
  if (before !== "" && !before.endsWith("\n")) fs.writeSync(descriptor, "\n");
  const numbers = before.split("\n").flatMap((line) => {
    const number = Number(/^\{"number":(\d+),/.exec(line)?.[1]);
    return Number.isNaN(number) ? [] : [number];
  });
  return { descriptor, last: numbers.reduce((most, each) => Math.max(most, each), 0) };
}

async function serve(jenkins, request, response) {
  request.resume();
  if (!jenkins.loaded) return answer(response, 503, { error: "Jenkins is getting ready to work" });
  const { pathname } = new URL(request.url, "http://jenkins");
  if (pathname === "/login" || pathname === "/health") return answer(response, 200, who(jenkins));
  if (pathname !== "/build" || request.method !== "POST") return answer(response, 404, {});
  const id = request.headers["x-request-id"];
  if (!id) return answer(response, 400, { error: "a build needs an x-request-id" });
  return answer(response, 200, await build(jenkins, id));
}

async function build(jenkins, request) {
  const { log } = jenkins;
  const number = log.last + 1;
  const line = { number, request, ...who(jenkins), at: Date.now() };
  // Without a pause between number and line: the numbers of one process follow one another.
  fs.writeSync(log.descriptor, `${JSON.stringify(line)}\n`);
  log.last = number;
  fs.fdatasyncSync(log.descriptor);
  if (jenkins.hasDatabase) await jenkins.database.insert(line);
  return line;
}

function who({ generation, region, instance, home, pid }) {
  return { home: home.name, generation, region, instance, pid };
}

function answer(response, status, body) {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": text.length });
  response.end(text);
}

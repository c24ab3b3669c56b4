/* global process, require, Buffer, setTimeout, setInterval */
"use strict";
/**
 * A stand-in Jenkins controller: one process, one team, one machine, one home. It answers 503 to
 * everything while it loads and 200 afterwards, echoes over WebSocket (any path) and over a TCP port as
 * inbound agents use it, and names itself in every answer.
 *
 * Into `writers.log` in its home it appends a line `<writer> <sequence> <milliseconds since boot>` ten
 * times a second, as Jenkins writes all the time. A writer is one process. Lines are appended whole,
 * so that their order is the order of the writing and a second writer shows for ever.
 *
 * usage: node controller.js SETTINGS, a JSON object {name, home, address, webPort, agentPort, load}
 */
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const path = require("node:path");
const { WebSocketServer } = require("ws");

const { name, home, address, webPort, agentPort, load } = JSON.parse(process.argv[2]);
const writer = `${name}/${process.pid}/${process.hrtime.bigint()}`;

fs.mkdirSync(home, { recursive: true });
const log = fs.openSync(path.join(home, "writers.log"), "a");
let sequence = 0;
function write() {
  const at = Number(process.hrtime.bigint() / 1000n) / 1000;
  fs.writeSync(log, `${writer} ${++sequence} ${at}\n`);
}
write();
setInterval(write, 100);

let loading = load > 0;
setTimeout(() => (loading = false), load);

const server = http.createServer((request, response) => {
  const body = loading ? "loading\n" : `${name}\n`;
  response.writeHead(loading ? 503 : 200, {
    "content-type": "text/plain",
    "content-length": Buffer.byteLength(body),
    "x-served-by": name,
  });
  response.end(body);
});

const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  if (loading) {
    // Who asked has not waited for the answer.
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on("message", (data) => client.send(`${data} ${name}`));
    // A connection that breaks is the other end's to open again.
    client.on("error", () => client.terminate());
  });
});
server.listen(webPort, address);

if (agentPort !== undefined) {
  const agents = net.createServer((socket) => {
    if (loading) {
      socket.destroy();
      return;
    }
    socket.on("data", (data) => socket.write(`${String(data).trim()} ${name}\n`));
    socket.on("error", () => socket.destroy());
  });
  agents.listen(agentPort, address);
}

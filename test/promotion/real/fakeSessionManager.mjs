#!/usr/bin/env node
// Stands for `aws ssm start-session` with its plugin: forwards a port to a host, and says what the
// plugin says. SESSION_LOG gets a line for each session.
import { log } from "node:console";
import { appendFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import process from "node:process";

const args = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1];
const { host, portNumber } = JSON.parse(after("--parameters"));
appendFileSync(process.env.SESSION_LOG, `${process.pid} ${after("--target")} ${args.join(" ")}\n`);
const server = createServer((near) => {
  const far = connect(Number(portNumber[0]), host[0]);
  near.pipe(far).pipe(near);
  const end = () => {
    near.destroy();
    far.destroy();
  };
  near.on("error", end);
  far.on("error", end);
});
server.listen(0, "127.0.0.1", () => {
  log(
    `\nStarting session with SessionId: test-0123456789\nPort ${server.address().port} opened for sessionId test-0123456789.\nWaiting for connections...`,
  );
});

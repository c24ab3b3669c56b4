/* global process, require, setTimeout, setInterval, clearInterval, clearTimeout */
"use strict";
/**
 * The users of one pair, all teams in one process. Each team's open a new connection every `interval`
 * ms and ask once; besides each has one WebSocket and one TCP stream as an inbound agent, which speak
 * four times a second and are opened again when they break or fall silent. A team with real controllers
 * has no streams; these say who they are in their system message.
 *
 * It prints a JSON array a line: ["request", team, begun, connected after, took, served-by, why it failed], and
 * ["stream", team, kind, "up" or "down", at, served-by], times in ms since boot. A line of input adds a team. Its
 * end, with its parent's, is this one's.
 *
 * usage: node client.js SETTINGS, a JSON object {address, interval, connectLimit, answerLimit}
 */
const net = require("node:net");
const readline = require("node:readline");
const WebSocket = require("ws");

const { address, interval, connectLimit, answerLimit } = JSON.parse(process.argv[2]);
/** Between two words on a stream, and between two tries to open it again, ms. */
const streamInterval = 250;

const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const say = (...words) => process.stdout.write(`${JSON.stringify(words)}\n`);

/** What is asked, and where the answer says who gave it. */
const standIn = { path: "/job/build/", server: /\r\nx-served-by: ([^\r]+)/i };
const real = { path: "/api/json?tree=description", server: /\{"description":"([^"]+)"/ };

/** One question over a connection of its own. */
function ask(team) {
  const question = team.real ? real : standIn;
  const begun = now();
  const socket = net.connect({ host: address, port: 80 });
  let answer = "";
  let connected = null;
  let over = false;
  const end = (server, why) => {
    if (over) return;
    over = true;
    clearTimeout(limit);
    socket.destroy();
    say("request", team.name, begun, connected, now() - begun, server, why);
  };
  const limit = setTimeout(
    () => end(null, connected === null ? "no connection" : "no answer"),
    answerLimit,
  );
  socket.on("connect", () => {
    connected = now() - begun;
    socket.write(
      `GET ${question.path} HTTP/1.1\r\nHost: ${team.host}\r\nConnection: close\r\n\r\n`,
    );
  });
  socket.on("data", (data) => (answer += data));
  socket.on("end", () => {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
    const server = question.server.exec(answer)?.[1];
    if (status === "200" && server !== undefined) end(server, null);
    else end(null, status ?? "an answer without an end");
  });
  socket.on("error", (error) => end(null, error.code ?? error.message));
}

/**
 * Keeps a stream open. `open` connects and returns {send, close}; it calls `heard` for each answer and
 * `broken` once when the stream is gone.
 */
function keepStream(team, kind, open) {
  let last;
  let up = false;
  let stream;
  const connect = () => {
    let alive = true;
    let words = 0;
    const begun = now();
    let heardAt = begun;
    const broken = () => {
      if (!alive) return;
      alive = false;
      clearInterval(talk);
      stream.close();
      if (up) say("stream", team.name, kind, "down", last, null);
      up = false;
      setTimeout(connect, streamInterval);
    };
    const heard = (text) => {
      if (!alive) return;
      heardAt = now();
      last = heardAt;
      if (!up) say("stream", team.name, kind, "up", heardAt, String(text).trim().split(" ").pop());
      up = true;
    };
    const talk = setInterval(() => {
      if (now() - heardAt > (up ? answerLimit : connectLimit)) broken();
      else stream.send(`word${++words}\n`);
    }, streamInterval);
    stream = open(heard, broken);
  };
  connect();
}

function openWebSocket(team) {
  return (heard, broken) => {
    const socket = new WebSocket(`ws://${address}/wsagents/`, { headers: { host: team.host } });
    socket.on("message", heard).on("close", broken).on("error", broken);
    return {
      send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
      close: () => socket.terminate(),
    };
  };
}

function openAgent(team) {
  return (heard, broken) => {
    const socket = net.connect({ host: address, port: team.agentPort });
    socket.on("data", heard).on("close", broken).on("error", broken);
    return {
      send: (text) => socket.writable && socket.write(text),
      close: () => socket.destroy(),
    };
  };
}

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const team = JSON.parse(line);
  // Teams ask at different moments.
  setTimeout(() => setInterval(ask, interval, team), team.offset);
  if (!team.real) keepStream(team, "websocket", openWebSocket(team));
  if (team.agentPort !== undefined) keepStream(team, "agent", openAgent(team));
});
lines.on("close", () => process.exit(0));

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { freePort } from "../../local/dataPlane/postgres/freePort";

describe("the lab's stand-in controller", () => {
  const address = "127.0.0.1";
  let home: string;
  let controller: ChildProcess;
  let url: string;
  let port: number;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "lab-controller-"));
    port = await freePort();
    url = `http://${address}:${port}/login`;
    controller = spawn(process.execPath, [
      join(__dirname, "../../lab/controllers/controller.js"),
      JSON.stringify({ name: "ma-m1", home, address, webPort: port, load: 60_000 }),
    ]);
    // Until it listens there is nobody to answer.
    while ((await fetch(url).catch(() => undefined)) === undefined) await sleep(20);
  });
  afterEach(() => {
    controller.kill("SIGKILL");
    rmSync(home, { recursive: true });
  });

  it("goes on loading when a stream that it refuses is gone before its answer", async () => {
    for (let time = 1; time <= 20; time++) {
      const socket = connect(port, address);
      await once(socket, "connect");
      socket.write(
        "GET / HTTP/1.1\r\nHost: ma\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      );
      socket.resetAndDestroy();
    }
    expect((await fetch(url)).status).to.equal(503);
    expect(controller.exitCode).to.equal(null);
  });
});

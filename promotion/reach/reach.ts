import { connect, type Socket } from "node:net";

/** A way to a server's port. */
export interface Reach {
  /** @throws Error when nobody answers there, or the way is not open. */
  open(address: string, port: number): Promise<Socket>;
  /** Ends what it keeps open. */
  close(): void;
}

/** Milliseconds until somebody must have answered. */
const patience = 10_000;

/** This machine reaches the servers itself. */
export const directReach: Reach = {
  open: (address, port) => dial(address, port),
  close: () => undefined,
};

/** @throws Error that names the address, when nobody answers */
export function dial(address: string, port: number, whose = `${address}:${port}`): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: patience });
    const fail = (why: string): void => {
      socket.destroy();
      reject(new Error(`${whose} cannot be reached: ${why}`));
    };
    socket.once("timeout", () => {
      fail(`nobody answered for ${patience / 1_000} s`);
    });
    socket.once("error", ({ message }) => {
      fail(message);
    });
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error").removeAllListeners("timeout");
      resolve(socket);
    });
  });
}

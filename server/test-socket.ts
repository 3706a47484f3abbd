import { connect, type Socket } from "node:net";

/** A connection spoken by hand, for what no client library would send. */
export type RawConnection = {
  socket: Socket;
  /** What came back so far, as Latin-1. */
  received(): string;
  /** Milliseconds from the start to its end, whoever ended it. */
  ended: Promise<number>;
  write(text: string | Buffer): void;
};

/** Opens a connection on loopback. Errors of the connection count as its end: what is asked here is when it ends, and what came before. */
export function openConnection(port: number, options: { allowHalfOpen?: boolean } = {}): RawConnection {
  const startedAt = performance.now();
  const socket = connect({ port, host: "127.0.0.1", ...options });
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received = (received + chunk).slice(0, 100_000);
  });
  socket.on("error", () => {});
  const ended = new Promise<number>((resolve) => {
    socket.once("close", () => resolve(performance.now() - startedAt));
  });
  return {
    socket,
    received: () => received,
    ended,
    write: (text) => {
      if (!socket.destroyed) socket.write(text);
    },
  };
}

/** Writes a piece again and again, a pause between two, until the connection ends. */
export function drip(connection: RawConnection, piece: string, everyMs: number): void {
  const timer = setInterval(() => connection.write(piece), everyMs);
  void connection.ended.then(() => clearInterval(timer));
}

/** Writes as fast as the other side takes it, until the connection ends or `maxBytes` are sent; resolves to what was sent. */
export async function pour(connection: RawConnection, piece: Buffer, maxBytes: number): Promise<number> {
  let sent = 0;
  const isOver = connection.ended.then(() => true);
  while (sent < maxBytes && !connection.socket.destroyed) {
    sent += piece.length;
    if (connection.socket.write(piece)) continue;
    const drained = new Promise<boolean>((resolve) => connection.socket.once("drain", () => resolve(false)));
    if (await Promise.race([drained, isOver])) break;
  }
  return sent;
}

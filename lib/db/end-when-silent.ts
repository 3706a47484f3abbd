import type { Socket } from "node:net";
import type pg from "pg";

/** Looks in the time of one silence. */
const LOOKS = 5;

/**
 * Gives a connection up whose database has gone silent in the middle of a statement: frozen, or cut off without a word. Its statements fail as
 * those of a broken connection do, and the pool makes another. The driver's own `query_timeout` would drop a statement and keep the
 * connection, with the transaction that it is in.
 */
export function endWhenSilent(client: pg.PoolClient, maxSilenceMs: number): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  let isBusy = false;
  let isWatched = false;
  let heardAt = 0;
  let bytesRead = 0;

  function look(): void {
    isWatched = false;
    if (!isBusy || stream.destroyed) return;
    if (stream.bytesRead !== bytesRead) {
      bytesRead = stream.bytesRead;
      heardAt = performance.now();
    }
    const silentMs = performance.now() - heardAt;
    if (silentMs < maxSilenceMs) watch();
    // a process that was busy itself may have an answer waiting
    else
      setImmediate(() => {
        if (stream.bytesRead === bytesRead) stream.destroy();
        else watch();
      });
  }

  function watch(): void {
    if (isWatched) return;
    isWatched = true;
    setTimeout(look, maxSilenceMs / LOOKS).unref();
  }

  const query = client.query;
  client.query = function queryWatched(this: unknown, ...parameters: unknown[]) {
    if (!isBusy) {
      isBusy = true;
      heardAt = performance.now();
      bytesRead = stream.bytesRead;
      watch();
    }
    return Reflect.apply(query, client, parameters);
  } as typeof client.query;
  client.on("drain", () => {
    isBusy = false;
  });
}

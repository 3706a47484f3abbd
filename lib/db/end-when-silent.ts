import type { Socket } from "node:net";
import type pg from "pg";

/**
 * Gives a connection up whose database has gone silent in the middle of a statement: frozen, or cut off without a word. Its statements fail as
 * those of a broken connection do, and the pool makes another. The driver's own `query_timeout` would drop a statement and keep the
 * connection, with the transaction that it is in.
 */
export function endWhenSilent(client: pg.PoolClient, maxSilenceMs: number): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  let isBusy = false;
  const query = client.query;
  client.query = function queryWatched(this: unknown, ...parameters: unknown[]) {
    isBusy = true;
    return Reflect.apply(query, client, parameters);
  } as typeof client.query;
  client.on("drain", () => {
    isBusy = false;
  });
  stream.setTimeout(maxSilenceMs, () => {
    if (!isBusy) return;
    const { bytesRead } = stream;
    // a process that was busy itself may have an answer waiting
    setImmediate(() => {
      if (isBusy && stream.bytesRead === bytesRead) stream.destroy();
    });
  });
}

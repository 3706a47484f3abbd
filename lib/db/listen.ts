import pg from "pg";

export type Listener = { stop(): Promise<void> };

export type ListenOptions = {
  url: string;
  channels: readonly string[];
  /** Called for every notification, and whenever the connection is made anew: something may have been missed. */
  onHint(): void;
  onError(error: unknown): void;
};

const RETRY_MS = 1_000;

/** Listens for NOTIFY on a connection of its own, which is made again whenever it breaks. A hint, never a promise. */
export function listen({ url, channels, onHint, onError }: ListenOptions): Listener {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;

  async function connect(): Promise<void> {
    timer = null;
    const next = new pg.Client({
      connectionString: url,
      application_name: "tokenwarden listener",
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    client = next;
    const retry = () => {
      if (client !== next) return;
      client = null;
      void next.end().catch(() => {});
      if (!isStopped) timer = setTimeout(() => void connect(), RETRY_MS).unref();
    };
    next.on("error", () => {});
    next.on("end", retry);
    next.on("notification", onHint);
    try {
      await next.connect();
      await next.query(channels.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join("; "));
      onHint();
    } catch (error) {
      if (!isStopped) onError(error);
      retry();
    }
  }

  void connect();
  return {
    async stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}

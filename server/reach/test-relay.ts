import { createServer, request as httpRequest, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { eventsOf } from "#verifier/event-stream.ts";

/**
 * A relay that sends batches of the feed twice, late and in another order, and passes on everything else. `random` gives 0 to 1; at 0.5 all is in order.
 * `change` makes another batch of one.
 */
export async function startRelay(
  to: string,
  random: () => number,
  change: (batch: string) => string = (batch) => batch,
) {
  const kept: string[] = [];
  const sent = { twice: 0, late: 0 };

  async function disorder(from: Readable, response: ServerResponse): Promise<void> {
    const write = (event: string, data: string) => response.write(`event: ${event}\ndata: ${data}\n\n`);
    let held: string | null = null;
    for await (const { event, data } of eventsOf(from)) {
      if (event !== "batch") {
        write(event, data);
        continue;
      }
      kept.push(data);
      const changed = change(data);
      if (changed !== data) {
        write("batch", changed);
        continue;
      }
      const dice = random();
      // one is held back behind the next
      if (held === null && dice < 0.3) {
        held = data;
        continue;
      }
      write("batch", data);
      if (held !== null) {
        write("batch", held);
        sent.late += 1;
        held = null;
      }
      if (dice > 0.6) {
        write("batch", kept[Math.floor(random() * kept.length)] as string);
        sent.twice += 1;
      }
    }
    response.end();
  }

  const server = createServer((request, response) => {
    const up = httpRequest(
      new URL(request.url ?? "/", to),
      { method: request.method ?? "GET", headers: { ...request.headers, host: new URL(to).host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        if (answer.headers["content-type"]?.startsWith("text/event-stream"))
          disorder(answer, response).catch(() => response.destroy());
        else answer.pipe(response);
      },
    );
    up.on("error", () => response.destroy());
    response.on("close", () => up.destroy());
    request.pipe(up);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    sent,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

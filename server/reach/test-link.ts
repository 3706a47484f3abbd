import { connect, createServer, type Socket } from "node:net";

/**
 * A link between a verifier and an authority that can be cut, can swallow what it is given (a partition that nobody is told of), and can be slow.
 */
export async function startLink(to: string) {
  let target = new URL(to);
  const pairs = new Set<[Socket, Socket]>();
  let isCut = false;
  let isHeld = false;
  let delayMs = 0;

  function forward(from: Socket, into: Socket): void {
    let chain = Promise.resolve();
    from.on("data", (chunk: Buffer) => {
      if (isHeld) return;
      if (delayMs === 0) {
        into.write(chunk);
        return;
      }
      const due = performance.now() + delayMs;
      chain = chain.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
        if (!into.destroyed) into.write(chunk);
      });
    });
    from.on("close", () => void chain.then(() => into.destroy()));
    from.on("error", () => into.destroy());
  }

  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.once("close", () => pairs.delete(pair));
    forward(near, far);
    forward(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dropAll = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    /** Ends what is open, and refuses what comes. */
    cut() {
      isCut = true;
      dropAll();
    },
    /** Nothing gets through any more, and nobody is told. */
    hold() {
      isHeld = true;
    },
    /** As it was; connections that were held are lost. */
    heal() {
      if (isHeld) dropAll();
      isHeld = false;
      isCut = false;
      delayMs = 0;
    },
    /** What comes from now on goes there. */
    leadTo(other: string) {
      target = new URL(other);
    },
    /** Each way. */
    slowDown(ms: number) {
      delayMs = ms;
    },
    async stop() {
      dropAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import { begin, codeOf, listening, open, peer, refuseFeed, revoke, told } from "./test-verifiers.ts";

test("batches that come twice or late change nothing and make nothing fresh", async () => {
  const verifier = await open({ maxStalenessSeconds: 1 });
  await listening();
  const heartbeat = await peer.batch(0);
  await peer.place(revoke("token", randomUUID()));
  await expect.poll(() => verifier.state.position).toBe(1);
  const again = await peer.batch(0);
  await peer.broadcast(again);
  await expect.poll(() => told("replayed")).toBeGreaterThan(0);
  expect(verifier.state.facts).toBe(1);
  peer.isQuiet = true;
  peer.override = (_, response, url) => {
    if (url.pathname !== "/revocations") return false;
    // whoever stands between us repeats what it has heard
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(
      () => response.write(`event: batch\ndata: ${heartbeat}\n\nevent: batch\ndata: ${again}\n\n`),
      50,
    );
    response.on("close", () => clearInterval(timer));
    return true;
  };
  peer.cut();
  await expect.poll(() => verifier.state.isStale).toBe(true);
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
});

test("a fact that this version does not understand is not passed over: the feed stays where it is, and grows stale", async () => {
  const verifier = await open({ maxStalenessSeconds: 1 });
  await listening();
  await peer.place({ verb: "banish", target: { kind: "token", id: "x" } });
  await expect.poll(() => verifier.state.isStale).toBe(true);
  expect(verifier.state.position).toBe(0);
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
});

test("strict refuses and lenient marks when the authority is silent for longer than the bound; both recover by themselves", async () => {
  peer.statement.mode = "lenient";
  const strict = await open({ mode: "strict", maxStalenessSeconds: 1 });
  const lenient = await open({ mode: "lenient", maxStalenessSeconds: 1 });
  const token = await peer.token();
  await expect.poll(() => codeOf(lenient, token)).toBe("good");
  await listening();
  refuseFeed();
  peer.cut();
  await expect.poll(() => strict.state.isStale && lenient.state.isStale).toBe(true);
  expect(await codeOf(strict, token)).toBe("stale");
  expect(await codeOf(lenient, token)).toBe("good, stale");
  await expect.poll(() => told("stale")).toBe(2);
  peer.override = () => false;
  await expect.poll(() => codeOf(strict, token)).toBe("good");
  await expect.poll(() => codeOf(lenient, token)).toBe("good");
});

test("what was known as revoked is refused as revoked while stale, not as stale", async () => {
  const verifier = await open({ maxStalenessSeconds: 1 });
  const jti = randomUUID();
  await peer.place(revoke("token", jti));
  await expect.poll(() => verifier.state.position).toBe(1);
  await listening();
  refuseFeed();
  peer.cut();
  await expect.poll(() => verifier.state.isStale).toBe(true);
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
});

test("before it is known what the console says, nothing is good: its bound may be the shorter one", async () => {
  let isHeld = true;
  peer.override = (_, response, url) => {
    if (url.pathname !== "/revocations" || !isHeld) return false;
    peer.json(response, 503, {});
    return true;
  };
  const verifier = begin({ maxStalenessSeconds: 2 });
  await expect.poll(() => told("snapshot_loaded")).toBe(1);
  await expect(verifier.ready({ timeoutSeconds: 0.2 })).rejects.toMatchObject({ code: "not_ready" });
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
  isHeld = false;
  await verifier.ready();
  await expect.poll(async () => codeOf(verifier, await peer.token())).toBe("good");
});

test("an authority that knows less than was known is believed again only when it is as far, and nothing revoked comes back", async () => {
  const verifier = await open();
  const jti = randomUUID();
  await peer.place(revoke("token", jti), revoke("token", randomUUID()));
  await expect.poll(() => verifier.state.position).toBe(2);
  await listening();
  // an older dump
  const lost = peer.facts.splice(0);
  peer.cut();
  await expect.poll(() => told("went_back")).toBeGreaterThan(0);
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
  peer.facts.push(
    { position: 1, order: randomUUID(), ...revoke("token", randomUUID()) },
    { position: 2, order: randomUUID(), ...revoke("token", randomUUID()) },
  );
  await expect.poll(async () => codeOf(verifier, await peer.token())).toBe("good");
  expect(lost).toHaveLength(2);
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
});

test("a restored database that went on past the verifier's position while it was away is noticed: a new snapshot is taken, and nothing revoked comes back", async () => {
  const verifier = await open();
  const [lost, before] = [randomUUID(), randomUUID()];
  await peer.place(revoke("token", before), revoke("token", lost));
  await expect.poll(() => verifier.state.position).toBe(2);
  await listening();
  const kept = peer.facts.slice(0, 1);
  refuseFeed();
  peer.cut();
  const [instead, after] = [randomUUID(), randomUUID()];
  const facts = [revoke("token", instead), revoke("token", after)].map((fact, index) => ({
    order: randomUUID(),
    ...fact,
    position: index + 2,
  }));
  peer.facts.splice(0, 2, ...kept, ...facts);
  peer.override = () => false;
  await expect.poll(() => verifier.state.position).toBe(3);
  expect(told("went_back")).toBeGreaterThan(0);
  expect(told("snapshot_loaded")).toBe(2);
  for (const jti of [before, lost, instead, after])
    expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
  expect(await codeOf(verifier, await peer.token())).toBe("good");
  await expect.poll(() => peer.seen.acknowledgements.at(-1)?.mark).toBe(facts[1]?.order);
});

test("where streams do not come through, polls take their place", async () => {
  peer.override = (request, response, url) => {
    if (url.pathname !== "/revocations" || request.headers.accept !== "text/event-stream") return false;
    // a proxy that holds back what has no end
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    return true;
  };
  const verifier = await open({ maxStalenessSeconds: 2 });
  await expect.poll(() => verifier.state.way, { timeout: 15_000 }).toBe("poll");
  const jti = randomUUID();
  await peer.place(revoke("token", jti));
  await expect.poll(async () => codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
  await expect.poll(() => peer.seen.acknowledgements.at(-1)).toMatchObject({ way: "poll", position: 1 });
});

test("a verifier that is too far behind takes a snapshot (410)", async () => {
  const verifier = await open();
  await listening();
  let isTooFar = true;
  peer.override = (_, response, url) => {
    if (url.pathname !== "/revocations" || !isTooFar) return false;
    isTooFar = false;
    peer.json(response, 410, { error: "snapshot_required" });
    return true;
  };
  const jti = randomUUID();
  peer.facts.push({ position: 1, order: randomUUID(), ...revoke("token", jti) });
  peer.cut();
  await expect.poll(() => told("snapshot_loaded")).toBe(2);
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
});

test("close takes two seconds at most, whatever hangs", { retry: 2 }, async () => {
  const jwks = await open({ keysMaxAgeSeconds: 10, reports: {} });
  await jwks.verify(await peer.token());
  peer.override = () => true;
  const startedAt = performance.now();
  await jwks.close();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(told("reports_lost")).toBe(1);
  const begun = begin({ reports: {} });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const closedAt = performance.now();
  await begun.close();
  expect(performance.now() - closedAt).toBeLessThan(2_000);
});

test("a closed verifier judges nothing and leaves no connection", async () => {
  const verifier = await open();
  await verifier.close();
  await expect.poll(() => peer.streams.size).toBe(0);
  expect(await codeOf(verifier, await peer.token())).toBe("closed");
});

test("a clock that is too far behind from the start is the reason that ready() gives, and is told", async () => {
  const late = vi
    .spyOn(Date, "now")
    .mockImplementation(() => performance.timeOrigin + performance.now() - 45_000);
  try {
    const verifier = begin();
    await expect.poll(() => told("clock_behind")).toBe(1);
    await expect(verifier.ready({ timeoutSeconds: 0.2 })).rejects.toMatchObject({
      code: "not_ready",
      message: expect.stringContaining("clock is too far behind"),
    });
    expect(verifier.state.isReady).toBe(false);
  } finally {
    late.mockRestore();
  }
});

import { beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { settleNext } from "../revocations/settle-orders.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { listWork } from "./list-work.ts";
import type { WorkItem } from "./model.ts";

const world = testContexts();
let fixture: Fixture;
let clientId: string;

beforeEach(async () => {
  fixture = fixtureOf(world.db);
  clientId = await fixture.client("billing");
  for (let n = 0; n < 12; n += 1) await fixture.token({ clientId });
});

const at = (seconds: number): Context =>
  contextAs(world.db, "auditor", new Date(Date.now() + seconds * 1000));

function place(kind: "client" | "token" | "family", id: string) {
  return world.db.transaction((tx) =>
    placeOrder(tx, contextAs(world.db, "responder"), {
      verb: "revoke",
      target: { kind, id, name: "billing" },
      reason: "test",
      note: "",
    }),
  );
}

async function until(found: () => Promise<WorkItem | undefined>): Promise<WorkItem> {
  for (const end = Date.now() + 15_000; ; ) {
    const item = await found();
    if (item !== undefined) return item;
    if (Date.now() > end) throw new Error("did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("an order that is being written down", () => {
  test("is long work once it takes longer than a moment, with how many of how many", async () => {
    const { id } = await place("client", clientId);
    expect(await listWork(at(1)), "most are done before anybody looks").toEqual([]);
    const counted = async () => (await listWork(at(10))).find((item) => item.total !== null);
    expect(await until(counted)).toMatchObject({
      kind: "order",
      id,
      title: "Revocation: client billing",
      state: "running",
      done: 0,
      total: { value: 12, isExact: true },
      cancelPath: null,
      href: `/orders/${id}`,
    });
    await settleNext(world.db);
    const [half] = await listWork(at(10));
    expect(half).toMatchObject({ done: 12, secondsLeft: 0 });
  });

  test("has ended when it is settled, and is shown for an hour where it took long", async () => {
    const { id } = await place("client", clientId);
    await world.db.query("DELETE FROM order_settling");
    const settle = (seconds: number) =>
      world.db.query(
        "UPDATE revocation_order SET settled_at = created_at + make_interval(secs => $2), settled_count = 12 WHERE id = $1::uuid",
        [id, seconds],
      );
    await settle(60);
    expect(await listWork(at(90))).toMatchObject([{ id, state: "done", done: 12, note: null }]);
    expect(await listWork(at(2 * 3_600))).toEqual([]);
  });

  test("of one token or family is no long work, however long it waits for its turn", async () => {
    const token = await fixture.token({ clientId });
    await place("token", token.id);
    await place("family", token.familyId);
    expect(await listWork(at(60))).toEqual([]);
  });

  test("is told to nobody who is not signed in", async () => {
    await expect(listWork(contextAs(world.db, "anonymous"))).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });
});

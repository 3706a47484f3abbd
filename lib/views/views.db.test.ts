import { beforeEach, describe, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { readTablePreferences } from "../preferences/read-table-preferences.ts";
import { saveTablePreferences } from "../preferences/save-table-preferences.ts";
import { deleteView } from "./delete-view.ts";
import { type SaveViewInput, saveViewInput } from "./input.ts";
import { listViews } from "./list-views.ts";
import { OWN_VIEWS_MAX, type SavedView, SHARED_VIEWS_MAX } from "./model.ts";
import { saveView } from "./save-view.ts";
import { updateView } from "./update-view.ts";

const world = testContexts();
let people: Record<Role, Context>;

beforeEach(() => {
  people = {
    owner: world.as("owner"),
    responder: world.as("responder"),
    governor: world.as("governor"),
    auditor: world.as("auditor"),
  };
});

const view = (given: Partial<SaveViewInput> = {}) =>
  saveViewInput.parse({
    list: "tokens",
    name: "Long-lived",
    query: "state=active&expires=beyond%3A7d",
    ...given,
  });

const namesOf = async (who: Context) => (await listViews(who, "tokens")).map((one) => one.name);

const change = (who: Context, saved: SavedView, given: object) =>
  updateView(who, { viewId: saved.id, version: saved.version, ...given });

describe("a view of one's own", () => {
  test("is seen and changed by its owner alone, and is no affair of the log", async () => {
    const { auditor, owner } = people;
    const saved = await saveView(auditor, view({ hiddenColumns: ["format"] }));
    expect(saved).toMatchObject({ isShared: false, mayChange: true, hiddenColumns: ["format"], version: 1 });
    expect(await listViews(auditor, "tokens")).toEqual([saved]);
    expect(await listViews(auditor, "users")).toEqual([]);
    expect(await namesOf(owner)).toEqual([]);
    await expect(change(owner, saved, { name: "Mine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(deleteView(owner, { viewId: saved.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const renamed = await change(auditor, saved, { name: "Old ones", hiddenColumns: null });
    expect(renamed).toMatchObject({ name: "Old ones", hiddenColumns: null, version: 2, query: saved.query });
    await deleteView(auditor, { viewId: saved.id });
    expect(await namesOf(auditor)).toEqual([]);
    expect(await world.countEntries()).toBe(0);
  });

  test("has a name that none of the same person's has, whatever its case; another's may", async () => {
    const { auditor, owner } = people;
    await saveView(auditor, view());
    await expect(saveView(auditor, view({ name: "LONG-LIVED" }))).rejects.toMatchObject({
      code: "CONFLICT",
      fields: [{ path: "name" }],
    });
    await expect(saveView(auditor, view({ name: "Ｌong-lived" }))).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await saveView(owner, view());
    await saveView(auditor, view({ list: "users", query: "" }));
    const other = await saveView(auditor, view({ name: "Other" }));
    await expect(change(auditor, other, { name: "long-lived" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(change(auditor, other, { name: "OTHER" })).resolves.toMatchObject({ name: "OTHER" });
  });

  test("of the same name that is saved twice in one instant is there once", async () => {
    const both = await Promise.allSettled([saveView(people.owner, view()), saveView(people.owner, view())]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await namesOf(people.owner)).toHaveLength(1);
  });

  test("is refused where there are too many", async () => {
    for (let n = 0; n < OWN_VIEWS_MAX; n += 1) await saveView(people.owner, view({ name: `View ${n}` }));
    await expect(saveView(people.owner, view())).rejects.toMatchObject({ code: "CONFLICT" });
    expect(SHARED_VIEWS_MAX).toBeGreaterThan(0);
    await expect(saveView(people.owner, view({ isShared: true }))).resolves.toBeDefined();
  });
});

describe("a shared view", () => {
  test("is seen by all, changed by its owner, governors and owners, and on record", async () => {
    const { responder, auditor, governor, owner } = people;
    const shared = await saveView(responder, view({ isShared: true }));
    expect(await world.lastEntry()).toMatchObject({
      act: "saved_view.shared",
      name: "Long-lived of tokens",
      after: { name: "Long-lived", query: shared.query, isShared: true },
    });
    const mayChange = async (who: Context) => (await listViews(who, "tokens"))[0]?.mayChange;
    expect(await Promise.all([responder, auditor, governor, owner].map(mayChange))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    await expect(change(auditor, shared, { name: "X" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(deleteView(auditor, { viewId: shared.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const renamed = await change(governor, shared, { name: "Over a week" });
    expect(await world.lastEntry()).toMatchObject({
      act: "saved_view.updated",
      before: { name: "Long-lived" },
      after: { name: "Over a week" },
    });
    await expect(change(responder, shared, { query: "" }), "it was changed meanwhile").rejects.toMatchObject({
      code: "STALE_VERSION",
      message: expect.stringContaining("governor@example.com"),
    });
    await change(owner, renamed, { isShared: false });
    expect(await world.lastEntry()).toMatchObject({ act: "saved_view.unshared" });
    expect(await namesOf(auditor)).toEqual([]);
    expect(await namesOf(responder), "it is its owner's again").toEqual(["Over a week"]);
  });

  test("and one of one's own may have one name; two shared ones may not", async () => {
    const { responder, auditor } = people;
    await saveView(responder, view({ isShared: true }));
    const own = await saveView(auditor, view());
    await expect(change(auditor, own, { isShared: true })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await namesOf(auditor)).toEqual(["Long-lived", "Long-lived"]);
  });

  test("is deleted on record, with what it held", async () => {
    const shared = await saveView(people.responder, view({ isShared: true }));
    await deleteView(people.governor, { viewId: shared.id });
    expect(await world.lastEntry()).toMatchObject({
      act: "saved_view.deleted",
      before: { query: shared.query },
    });
    await expect(deleteView(people.governor, { viewId: shared.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("is not shared, changed or deleted where that cannot be recorded (P1)", async () => {
    const shared = await saveView(people.owner, view({ isShared: true }));
    await world.asOwner("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    const acts = [
      () => saveView(people.owner, view({ name: "Another", isShared: true })),
      () => change(people.owner, shared, { name: "Renamed" }),
      () => deleteView(people.owner, { viewId: shared.id }),
    ];
    for (const act of acts) await expect(act()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await listViews(people.owner, "tokens")).toEqual([shared]);
  });
});

describe("what a view holds", () => {
  test.each([
    ["state=sleeping", "query.state"],
    ["nosuch=1", "query.nosuch"],
    ["cursor=AAAA", "query.cursor"],
    ["client[$ne]=x", "query.client[$ne]"],
  ])("is refused by the name of what is wrong in it: %s", async (query, path) => {
    for (const act of [
      () => saveView(people.owner, view({ query })),
      async () => change(people.owner, await saveView(people.owner, view()), { query }),
    ])
      await expect(act()).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path }] });
  });

  test("is nothing to who is not signed in", async () => {
    const nobody: Context = { ...people.owner, actor: { kind: "anonymous", id: "anonymous", name: "" } };
    for (const act of [() => listViews(nobody, "tokens"), () => saveView(nobody, view())])
      await expect(act()).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });
});

describe("how a person likes a table", () => {
  const value = {
    hidden: { format: false },
    sizes: { client: 140 },
    density: "compact" as const,
  };

  test("is kept for that person, and what cannot be read any more is left out", async () => {
    const { owner, auditor } = people;
    await saveTablePreferences(owner, { table: "tokens", value: { ...value, density: "comfortable" } });
    await saveTablePreferences(owner, { table: "tokens", value });
    expect(await readTablePreferences(owner)).toEqual({ tokens: value });
    expect(await readTablePreferences(auditor)).toEqual({});
    await world.db.query(
      `UPDATE preference SET value = value || '{"opened":{"counts":true}}' WHERE actor_id = $1`,
      [owner.actor.id],
    );
    expect(await readTablePreferences(owner), "what is no preference any more").toEqual({ tokens: value });
    await world.db.query(
      "INSERT INTO preference VALUES ($1, 'table.users', '{\"density\":\"loud\"}', now())",
      [owner.actor.id],
    );
    expect(await readTablePreferences(owner)).toEqual({ tokens: value });
    await expect(saveTablePreferences(owner, { table: "admins", value })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

import { beforeEach, describe, expect, test, vi } from "vitest";
import { createAudience } from "../audiences/create-audience.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { GROUP_COLUMNS, USER_COLUMNS } from "../exports/columns.ts";
import { encoderOf } from "../exports/encode.ts";
import { createGroup } from "../groups/create-group.ts";
import { getGroup } from "../groups/get-group.ts";
import { listGroups } from "../groups/list-groups.ts";
import { GROUPS_TABLE } from "../groups/table.ts";
import { updateGroup } from "../groups/update-group.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { createUser } from "../users/create-user.ts";
import { disableUser } from "../users/disable-user.ts";
import { getUser } from "../users/get-user.ts";
import { listUsers } from "../users/list-users.ts";
import { setUserGroups } from "../users/set-user-groups.ts";
import { USERS_TABLE } from "../users/table.ts";
import { applyImport } from "./apply-import.ts";
import { compareImport } from "./compare-import.ts";
import { createImport, putImportPart } from "./create-import.ts";
import { getImport, listImportRows } from "./get-import.ts";
import { IMPORT_PART_BYTES, type ImportKind } from "./model.ts";
import { purgeImports } from "./purge-imports.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("governor");
});

async function bring(file: string | Buffer, kind: ImportKind = "users") {
  const { id } = await createImport(ctx, { kind, fileName: `${kind}.csv` });
  const bytes = Buffer.from(file);
  const parts = Math.ceil(bytes.length / IMPORT_PART_BYTES);
  for (let at = 0, number = 1; at < bytes.length; at += IMPORT_PART_BYTES, number += 1)
    await putImportPart(ctx, {
      id,
      number,
      content: bytes.subarray(at, at + IMPORT_PART_BYTES).toString("base64"),
    });
  return { id, parts };
}

async function compared(file: string | Buffer, kind: ImportKind = "users") {
  const brought = await bring(file, kind);
  const { id } = brought;
  const detail = await compareImport(ctx, brought);
  const { rows } = await listImportRows(ctx, { id, after: 0 });
  return { id, detail, rows, said: rows.map((row) => `${row.line} ${row.outcome}: ${row.remark ?? "-"}`) };
}

const problem = (file: string | Buffer, kind: ImportKind = "users") =>
  bring(file, kind)
    .then((brought) => compareImport(ctx, brought))
    .then(
      () => "none",
      (error: Error) => error.message,
    );

const ana = { email: "ana@example.com", name: "Ana", attributes: {} };

async function makeGroups() {
  const audience = await createAudience(ctx, {
    name: "billing",
    title: "billing",
    resourceUri: "https://billing.example.com",
    permissions: ["invoices:read", "invoices:write"].map((name) => ({ name, description: "" })),
  });
  const permissionIds = audience.permissions.map((permission) => permission.id);
  return {
    finance: await createGroup(ctx, { name: "Finance", description: "", permissionIds }),
    sales: await createGroup(ctx, { name: "Sales", description: "", permissionIds: [] }),
  };
}

const usersNow = async () =>
  (await listUsers(ctx, { ...defaultQuery(USERS_TABLE), pageSize: 100 })).rows.map((user) => ({
    email: user.email,
    name: user.name,
    groups: user.groups.map((group) => group.name),
  }));

describe("a file of users", () => {
  test("is shown row by row and changes nothing; applied it does what was shown, as one entry", async () => {
    const { finance, sales } = await makeGroups();
    const user = await createUser(ctx, { ...ana, groupIds: [sales.id] });
    await createUser(ctx, { ...ana, email: "ben@example.com", name: "Ben", groupIds: [finance.id] });
    const { id, detail, said, rows } = await compared(
      'E-Mail,Name,Groups,Phone\r\nANA@example.com,Ana,"Finance; sales",1\r\nben@example.com,Ben,Finance,\r\ncleo@example.com,Cleo,,\r\ndan@example.com,Dan,Nowhere,\r\n',
    );
    expect(said).toEqual([
      "2 changed: -",
      "3 unchanged: -",
      "4 created: -",
      "5 refused: There is no group “Nowhere”.",
    ]);
    expect(rows[0]).toMatchObject({
      key: "ana@example.com",
      targetId: user.id,
      before: { groups: ["Sales"] },
    });
    expect(detail).toMatchObject({
      state: "ready",
      columns: ["email", "name", "groups"],
      passedOver: ["phone"],
      summary: { created: 1, changed: 1, unchanged: 1, refused: 1, added: 1, removed: 0, losing: 0 },
    });
    expect(await usersNow()).toHaveLength(2);
    const applied = await applyImport(ctx, { id });
    expect(applied.state).toBe("applied");
    expect(await usersNow()).toEqual(
      expect.arrayContaining([
        { email: "ana@example.com", name: "Ana", groups: ["Finance", "Sales"] },
        { email: "ben@example.com", name: "Ben", groups: ["Finance"] },
        { email: "cleo@example.com", name: "Cleo", groups: [] },
      ]),
    );
    expect(await world.lastEntry()).toMatchObject({
      act: "people.imported",
      after: {
        kind: "users",
        created: 1,
        changed: 1,
        refused: 1,
        fileSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    await expect(applyImport(ctx, { id })).rejects.toMatchObject({ code: "ALREADY_ENDED" });
    expect((await getUser(ctx, { userId: user.id })).version).toBe(2);
  });

  test("leaves alone what it does not speak of, and takes away what it leaves out of a list", async () => {
    const { finance, sales } = await makeGroups();
    const user = await createUser(ctx, { ...ana, groupIds: [sales.id, finance.id] });
    await applyImport(ctx, { id: (await compared("email,name\nana@example.com,Ana Lima\n")).id });
    expect(await usersNow()).toEqual([
      { email: "ana@example.com", name: "Ana Lima", groups: ["Finance", "Sales"] },
    ]);
    const { id, detail } = await compared("email,groups\nana@example.com,Sales\n");
    expect(detail.summary).toMatchObject({ changed: 1, removed: 1, losing: 1 });
    await applyImport(ctx, { id });
    expect((await getUser(ctx, { userId: user.id })).permissions).toEqual([]);
  });

  test("is what an export gives: bringing that changes nothing, formulas and all", async () => {
    const { finance, sales } = await makeGroups();
    await createUser(ctx, { ...ana, name: 'Ana, “the” "first"', groupIds: [sales.id, finance.id] });
    const { rows } = await listUsers(ctx, { ...defaultQuery(USERS_TABLE), pageSize: 100 });
    const { detail } = await compared(encoderOf("csv", USER_COLUMNS as never)(rows, true));
    expect(detail.summary).toMatchObject({ created: 0, changed: 0, unchanged: 1, refused: 0 });
    const groups = await listGroups(ctx, { ...defaultQuery(GROUPS_TABLE), pageSize: 100 });
    const again = await compared(encoderOf("csv", GROUP_COLUMNS as never)(groups.rows, true), "groups");
    expect(again.detail.summary).toMatchObject({ created: 0, changed: 0, unchanged: 2, refused: 0 });
  });

  test("has each bad row refused by its line, with the reason, and goes on", async () => {
    const { said } = await compared(
      [
        "email,name",
        "=cmd|' /C calc'!A0@example.com,Eve",
        "eve@example.com,=HYPERLINK(1)",
        "eve@example.com,'+1-2",
        "not an address,Eve",
        ",Eve",
        "\u0430na@example.com,Cyrillic a",
        "nul@example.com,a\0b",
        "bidi@example.com,\u202egnp.exe",
        `long@example.com,${"x".repeat(121)}`,
        "empty@example.com,",
        `secret@example.com,twc_${"A".repeat(40)}`,
        `${"x".repeat(250)}@example.com,Long`,
        "good@example.com,Good",
        "GOOD@example.com,Again",
        "g00d@example.com,Look-alike",
      ].join("\n"),
    );
    expect(said).toEqual([
      "2 refused: The e-mail begins like a formula.",
      "3 refused: The name begins like a formula.",
      "4 refused: The name begins like a formula.",
      "5 refused: The e-mail is not an e-mail address.",
      "6 refused: It has no e-mail.",
      "7 refused: The e-mail has characters beyond a–z, which can look like others.",
      "8 refused: The name has characters that cannot be shown.",
      "9 refused: The name has characters that cannot be shown.",
      "10 refused: The name must have at most 120 characters.",
      "11 refused: The name must not be empty.",
      "12 refused: A cell looks like a token or a secret, which is not kept here.",
      "13 refused: The e-mail must have at most 254 characters.",
      "14 created: -",
      "15 refused: It is on line 14 already.",
      "16 created: Looks like good@example.com, on line 14.",
    ]);
  });

  test("says who looks like somebody that is there, and who is disabled", async () => {
    await createUser(ctx, { ...ana, groupIds: [] });
    const ben = await createUser(ctx, { ...ana, email: "ben@example.com", groupIds: [] });
    await disableUser(ctx, { userId: ben.id, reason: "test", note: "" });
    const { said } = await compared("email,name\nana@exarnple.com,Ana\nben@example.com,Benjamin\n");
    expect(said).toEqual([
      "2 created: Looks like ana@example.com, who is there already.",
      "3 changed: The user is disabled, and stays so.",
    ]);
  });

  test.each([
    ["", "Part 1 of 1 has not come. Send it, and compare again."],
    ["\n\n", "The file is empty."],
    [
      "name,groups\nAna,\n",
      "The first line has no column “email”. It must name the columns: email, name, groups.",
    ],
    ["email,name,name\n", "The header has the column “name” twice."],
    ['email,name\nana@example.com,"Ana\n', "Line 2: a quotation mark is not closed."],
    [
      'email,name\nana@example.com,A"n"a\n',
      "Line 2: a quotation mark stands where none may. Write a cell that has one in quotes, and the mark twice.",
    ],
    [
      Buffer.from("email,name\nana@example.com,An\xe1\n", "latin1"),
      "The file is not UTF-8. Save it as “CSV UTF-8” and bring it again.",
    ],
    [
      Buffer.from("\ufeffemail,name\n", "utf16le"),
      "The file is not UTF-8. Save it as “CSV UTF-8” and bring it again.",
    ],
    [`email,name\nana@example.com,${"x".repeat(20_000)}\n`, "Line 2: it is longer than 16 KiB."],
  ])("that cannot be read is refused as a whole: %#", async (file, message) => {
    const said = Buffer.from(file).length === 0 ? await problemOfNothing() : await problem(file);
    expect(said).toBe(message);
    expect(await usersNow()).toEqual([]);
  });

  async function problemOfNothing(): Promise<string> {
    const { id } = await createImport(ctx, { kind: "users", fileName: "empty.csv" });
    return compareImport(ctx, { id, parts: 1 }).then(
      () => "none",
      (error: Error) => error.message,
    );
  }

  test("with semicolons, quotes, a byte order mark and characters cut in two by its parts is read all the same", async () => {
    await makeGroups();
    const filler = Array.from(
      { length: 2_600 },
      (_, n) => `u${n}@example.com;Žofia Ünal ${n};"Sales;Finance"`,
    );
    const { id, detail, rows } = await compared(`\ufeffEmail;Name;Groups\r\n${filler.join("\r\n")}`);
    expect(detail.summary).toMatchObject({ created: 2_600, refused: 0, added: 5_200 });
    expect(rows[0]?.given).toEqual({ name: "Žofia Ünal 0", groups: ["Finance", "Sales"] });
    await applyImport(ctx, { id });
    const [made] = await world.db.query(
      "SELECT count(DISTINCT user_id)::int AS users, count(*)::int AS memberships FROM group_member",
    );
    expect(made).toEqual({ users: 2_600, memberships: 5_200 });
  });

  test("of which a part is missing is not compared, and is as soon as it came", async () => {
    const { id } = await createImport(ctx, { kind: "users", fileName: "users.csv" });
    const put = (number: number, text: string) =>
      putImportPart(ctx, { id, number, content: Buffer.from(text).toString("base64") });
    await put(1, "email,name\nana@example.com,Ana\n");
    await put(3, "cleo@example.com,Cleo\n");
    for (const [parts, message] of [
      [3, "Part 2 of 3 has not come. Send it, and compare again."],
      [4, "Part 2 of 4 has not come. Send it, and compare again."],
      [1, "The file came in 3 parts, not in 1."],
    ] as const)
      await expect(compareImport(ctx, { id, parts })).rejects.toMatchObject({
        code: "INVALID_INPUT",
        message,
        fields: [{ path: "parts" }],
      });
    expect((await getImport(ctx, { id })).state).toBe("reading");
    await put(2, "ben@example.com,Ben\n");
    const detail = await compareImport(ctx, { id, parts: 3 });
    expect(detail).toMatchObject({ state: "ready", summary: { created: 3 } });
  });

  test.each(["users", "groups"] as const)(
    "of %s whose names are changed while it is applied waits for that, and is not applied where it means something else then",
    async (kind) => {
      const { finance } = await makeGroups();
      const { id } = await compared(
        kind === "users"
          ? "email,name,groups\nana@example.com,Ana,Finance\n"
          : "name,description\nFinance,Money\n",
        kind,
      );
      const [isRenamed, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const transaction: Context["db"]["transaction"] = (run, ...more) =>
        ctx.db.transaction(
          async (tx) => {
            const result = await run(tx);
            isRenamed.resolve();
            await mayCommit.promise;
            return result;
          },
          ...more,
        );
      const renaming = updateGroup(
        { ...ctx, db: { ...ctx.db, transaction } },
        {
          groupId: finance.id,
          version: finance.version,
          name: "Treasury",
        },
      );
      await isRenamed.promise;
      const applying = applyImport(ctx, { id }).then(
        () => "applied",
        (error: { code?: string }) => error.code,
      );
      await vi.waitFor(
        async () => {
          const waiting = await world.db.query(
            `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
             WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`,
          );
          expect(waiting.length).toBeGreaterThan(0);
        },
        { timeout: 10_000 },
      );
      mayCommit.resolve();
      await renaming;
      expect(await applying).toBe("PLAN_CHANGED");
      expect(await usersNow()).toEqual([]);
    },
  );

  test("of a million rows is refused by its number, and leaves nothing", async () => {
    const row = Buffer.from("a@b.co\n");
    const file = Buffer.concat([Buffer.from("email\n"), ...Array.from({ length: 1_000_000 }, () => row)]);
    const before = process.memoryUsage().rss;
    expect(await problem(file)).toContain("more than 20,000 rows. Nothing was read in");
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    const [left] = await world.db.query("SELECT count(*)::int AS count FROM people_import_row");
    expect(left).toEqual({ count: 0 });
  }, 60_000);

  test("is not applied where what it is about has changed since it was shown; nothing of it is", async () => {
    const { sales } = await makeGroups();
    const user = await createUser(ctx, { ...ana, groupIds: [] });
    const { id } = await compared("email,name,groups\nnew@example.com,New,\nana@example.com,Ana,Finance\n");
    await setUserGroups(ctx, { userId: user.id, version: user.version, groupIds: [sales.id] });
    await expect(applyImport(ctx, { id })).rejects.toMatchObject({
      code: "PLAN_CHANGED",
      message: expect.stringContaining("What line 3 is about has changed"),
    });
    expect(await usersNow()).toEqual([{ email: "ana@example.com", name: "Ana", groups: ["Sales"] }]);
    const { id: created } = await compared("email,name\nnew@example.com,New\n");
    await createUser(ctx, { ...ana, email: "new@example.com", groupIds: [] });
    await expect(applyImport(ctx, { id: created })).rejects.toMatchObject({ code: "PLAN_CHANGED" });
  });

  test("applied twice at once is applied once", async () => {
    const { id } = await compared("email,name\nana@example.com,Ana\n");
    const results = await Promise.allSettled([applyImport(ctx, { id }), applyImport(ctx, { id })]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await usersNow()).toHaveLength(1);
  });

  test("is its owner's until it is applied, and over after an hour; who may not manage users brings none", async () => {
    const { id } = await compared("email,name\nana@example.com,Ana\n");
    for (const act of [getImport, applyImport, compareImport])
      await expect(act(world.as("owner"), { id, parts: 1 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const role of ["responder", "auditor"] as const) {
      await expect(createImport(world.as(role), { kind: "users", fileName: "x" })).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
      await expect(getImport(world.as(role), { id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    const later = { ...ctx, now: new Date(ctx.now.getTime() + 3_600_001) };
    await expect(applyImport(later, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await purgeImports(world.db, later.now)).toBe(1);
    const { id: applied } = await compared("email,name\nana@example.com,Ana\n");
    await applyImport(ctx, { id: applied });
    expect(await purgeImports(world.db, later.now)).toBe(0);
    expect((await getImport(world.as("owner"), { id: applied })).by).toBe(ctx.actor.name);
    for (const statement of [
      "DELETE FROM people_import WHERE id = $1::uuid",
      "UPDATE people_import_row SET remark = 'other' WHERE import_id = $1::uuid",
    ])
      await expect(world.db.query(statement, [applied])).rejects.toThrow("stay");
  });
});

describe("a file of groups", () => {
  test("makes and changes groups with their permissions; a name in another case is the group that is there", async () => {
    const { finance } = await makeGroups();
    const { id, said, detail } = await compared(
      "name,description,permissions\nFINANCE,Money,invoices:read\nSupport,Helps,invoices:read invoices:write\nOther,,no:such\n-bad,,\n",
      "groups",
    );
    expect(said).toEqual([
      "2 changed: It is the group “Finance”, whose name stays.",
      "3 created: -",
      "4 refused: There is no permission “no:such”.",
      "5 refused: The name begins like a formula.",
    ]);
    expect(detail.summary).toMatchObject({
      created: 1,
      changed: 1,
      refused: 2,
      added: 2,
      removed: 1,
      losing: 1,
    });
    await applyImport(ctx, { id });
    expect(await getGroup(ctx, { groupId: finance.id })).toMatchObject({
      name: "Finance",
      description: "Money",
      permissionNames: ["invoices:read"],
    });
    const { rows } = await listGroups(ctx, { ...defaultQuery(GROUPS_TABLE), pageSize: 100 });
    expect(rows.find((row) => row.name === "Support")?.permissionNames).toEqual([
      "invoices:read",
      "invoices:write",
    ]);
  });
});

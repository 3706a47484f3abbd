import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import { containing, run, sql } from "../list-query/sql-fragment.ts";
import { type Branch, onRegister } from "./branch.ts";
import { byTokenId } from "./by-token-id.ts";

const idsAmong = (values: readonly string[]) => values.map((value) => value.toLowerCase()).filter(isUuid);

/** The users that e-mail addresses and ids mean. */
export async function findUsers(db: Sql, values: readonly string[]): Promise<string[]> {
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT id FROM user_account WHERE email = ANY (${values.map((value) => value.toLowerCase())}::text[])
      OR id = ANY (${idsAmong(values)}::uuid[])`,
  );
  return rows.map((row) => row.id);
}

/** The clients that client_ids and ids mean. */
export async function findClients(db: Sql, values: readonly string[]): Promise<string[]> {
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT id FROM client WHERE client_id = ANY (${values}::text[]) OR id = ANY (${idsAmong(values)}::uuid[])`,
  );
  return rows.map((row) => row.id);
}

const SEARCH_BRANCHES_MAX = 20;
const SEARCH_USERS_MAX = 500;

/**
 * What free text means. `isBroad`: it is in so many names that it leads nowhere; `isOne`: it names one thing; `isOfUsers`: users alone; `ofClients`: the
 * clients, where it is in no user's name.
 */
export type Search = {
  branches: Branch[];
  isBroad: boolean;
  isOne: boolean;
  isOfUsers: boolean;
  ofClients?: readonly string[];
  /** The users, where they are few, and it is in no client's name. */
  userIds?: readonly string[];
  /** The clients in whose names it is, where it is in users' too. */
  ofClientsOrUsers?: readonly string[];
};

const onlyTo = (branches: Branch[]): Search => ({ branches, isBroad: false, isOne: true, isOfUsers: false });
const to = (branches: Branch[], isOfUsers: boolean): Search => ({
  branches,
  isBroad: false,
  isOne: false,
  isOfUsers,
});

/** An id or hash of a token, an id of a user, client or family, or a part of a user's or client's name. */
export async function searchBranches(db: Sql, text: string): Promise<Search> {
  const lower = text.toLowerCase();
  if (isUuid(lower)) {
    const id = sql`${lower}::uuid`;
    return onlyTo([
      onRegister([byTokenId(lower)]),
      onRegister([sql`t.user_id = ${id}`]),
      onRegister([sql`t.client_id = ${id}`]),
      onRegister([sql`t.family_id = ${id}`], false),
    ]);
  }
  if (/^[0-9a-f]{64}$/.test(lower))
    return onlyTo([onRegister([sql`t.value_hash = decode(${lower}, 'hex')`], false)]);
  const pattern = containing(text);
  const users = await run<{ id: string }>(
    db,
    sql`SELECT id FROM user_account WHERE (email || ' ' || name) ILIKE ${pattern} LIMIT ${SEARCH_USERS_MAX + 1}::int`,
  );
  const clients = await run<{ id: string }>(
    db,
    sql`SELECT id FROM client WHERE client_id ILIKE ${pattern} OR name ILIKE ${pattern}`,
  );
  const isOfUsers = clients.length === 0;
  const userIds = users.map((row) => row.id);
  const clientIds = clients.map((row) => row.id);
  if (userIds.length === 0 && clientIds.length > 0)
    return {
      ...to([onRegister([sql`t.client_id = ANY (${clientIds}::uuid[])`])], false),
      ofClients: clientIds,
    };
  if (userIds.length > SEARCH_USERS_MAX || clientIds.length > SEARCH_BRANCHES_MAX)
    return {
      branches: [
        onRegister([
          // a scalar look-up a row: as EXISTS the planner reads all users
          sql`t.client_id = ANY (${clientIds}::uuid[]) OR coalesce((SELECT (x.email || ' ' || x.name) ILIKE ${pattern} FROM user_account x
            WHERE x.id = t.user_id), false)`,
        ]),
      ],
      isBroad: true,
      isOne: false,
      isOfUsers,
      ...(isOfUsers ? {} : { ofClientsOrUsers: clientIds }),
    };
  if (userIds.length + clientIds.length > SEARCH_BRANCHES_MAX)
    return to(
      [
        onRegister(
          [sql`t.user_id = ANY (${userIds}::uuid[]) OR t.client_id = ANY (${clientIds}::uuid[])`],
          false,
        ),
      ],
      isOfUsers,
    );
  const few = to(
    [
      ...userIds.map((id) => onRegister([sql`t.user_id = ${id}::uuid`])),
      ...clientIds.map((id) =>
        onRegister([
          sql`t.client_id = ${id}::uuid`,
          sql`t.user_id IS NULL OR t.user_id <> ALL (${userIds}::uuid[])`,
        ]),
      ),
    ],
    isOfUsers,
  );
  return isOfUsers ? { ...few, userIds } : few;
}

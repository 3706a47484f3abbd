import type pg from "pg";
import { uuidv7 } from "#lib/ids.ts";
import type { SyntheticOrganisation } from "./synthetic-organisation.ts";

const rowsOf = (rows: readonly object[]) => [JSON.stringify(rows)];

/** The registry that the tokens name: clients, people, groups, audiences, permissions, keys that have been destroyed. */
export async function insertRegistry(
  db: pg.Client,
  organisation: SyntheticOrganisation,
  { from, until }: { from: Date; until: Date },
): Promise<void> {
  const span = until.getTime() - from.getTime();
  await db.query("UPDATE organisation SET name = 'Synthetic organisation (benchmark)'");
  await db.query(
    `INSERT INTO client (id, client_id, name, kind, token_format, grant_types, access_token_ttl_seconds, created_at, updated_at)
     SELECT id, client_id, name, kind, format, CASE kind WHEN 'service' THEN '{client_credentials}'::text[] ELSE '{authorization_code,refresh_token}' END,
       ttl, $2, $2 FROM json_to_recordset($1) AS r(id uuid, client_id text, name text, kind text, format text, ttl int)`,
    [
      ...rowsOf(
        organisation.clients.map((client) => ({
          id: client.id,
          client_id: client.clientId,
          name: client.name,
          kind: client.kind,
          format: client.format,
          ttl: client.ttlSeconds <= 86_400 ? client.ttlSeconds : null,
        })),
      ),
      from,
    ],
  );
  await db.query(
    `INSERT INTO user_account (id, email, name, created_at, updated_at)
     SELECT id, email, name, $2, $2 FROM json_to_recordset($1) AS r(id uuid, email text, name text)`,
    [...rowsOf(organisation.users), from],
  );
  await db.query(
    `INSERT INTO user_group (id, name, description, created_at)
     SELECT id, name, 'Synthetic', $2 FROM json_to_recordset($1) AS r(id uuid, name text)`,
    [...rowsOf(organisation.groups.map((name) => ({ id: uuidv7(from), name }))), from],
  );
  await db.query(
    `INSERT INTO group_member (group_id, user_id) SELECT g.id, r.id FROM json_to_recordset($1) AS r(id uuid, groups json)
     CROSS JOIN LATERAL json_array_elements_text(r.groups) AS n(name) JOIN user_group g ON g.name = n.name`,
    rowsOf(
      organisation.users.map(({ id }, index) => ({
        id,
        groups: organisation.groupMixes[organisation.groupMixOf[index] as number]?.names ?? [],
      })),
    ),
  );
  await db.query(
    `WITH made AS (INSERT INTO audience (id, name, title, resource_uri, created_at)
       SELECT id, name, 'Synthetic ' || name, 'https://' || name || '.synthetic.example', $2 FROM json_to_recordset($1) AS r(id uuid, name text)
       RETURNING id, name)
     INSERT INTO permission (id, audience_id, name)
     SELECT gen_random_uuid(), made.id, p.name FROM json_to_recordset($1) AS r(name text, permissions json)
     CROSS JOIN LATERAL json_array_elements_text(r.permissions) AS p(name) JOIN made ON made.name = r.name`,
    [
      ...rowsOf(
        organisation.audiences.map((name) => ({
          id: uuidv7(from),
          name,
          permissions: organisation.permissions.get(name) ?? [],
        })),
      ),
      from,
    ],
  );
  // nobody has their private halves: they end as destroyed, through the states that a key goes through
  for (const [index, { kid, from: began }] of organisation.keys.entries()) {
    const at = new Date(from.getTime() + began * span);
    const end = new Date(from.getTime() + (organisation.keys[index + 1]?.from ?? 1) * span);
    await db.query(
      `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at)
       VALUES ($1, $2, 'access_token', 'ES256', 'active', '{}', '\\x00', $3, $3)`,
      [uuidv7(at), kid, at],
    );
    await db.query("UPDATE signing_key SET state = 'retiring', retiring_at = $2 WHERE kid = $1", [kid, end]);
    await db.query("UPDATE signing_key SET state = 'retired', retired_at = $2 WHERE kid = $1", [kid, until]);
    await db.query(
      "UPDATE signing_key SET state = 'destroyed', destroyed_at = $2, private_wrapped = NULL WHERE kid = $1",
      [kid, until],
    );
  }
}

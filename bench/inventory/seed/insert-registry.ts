import type pg from "pg";
import { uuidv7 } from "#lib/ids.ts";
import type { SyntheticOrganisation } from "./synthetic-organisation.ts";

const rowsOf = (rows: readonly object[]) => [JSON.stringify(rows)];

/** The registry that the tokens name: clients, people, groups, audiences, permissions. */
export async function insertRegistry(
  db: pg.Client,
  organisation: SyntheticOrganisation,
  from: Date,
): Promise<void> {
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
}

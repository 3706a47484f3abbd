import type { Sql } from "../db/sql.ts";
import { accountKey } from "../passwords/throttle.ts";
import { eraseFoundTexts } from "./cases-of.ts";
import { eraseMentions, IN_PLACE, type Mentions } from "./mentions.ts";
import { ERASED_NAME, erasedEmail } from "./model.ts";

/** No address is longer. */
const EMAIL_BYTES = 1_024;
/** No mail goes there. */
const NOWHERE = "erased@erased.invalid";
/** What a finding says of where from, and what was called. */
const WHERE_FROM = "{ip,network,networkName,path,request,userAgent}";

const OF_TOKENS = "token_id IN (SELECT t.id FROM token t WHERE t.user_id = $1::uuid)";

const OF_PERSON: readonly string[] = [
  "DELETE FROM group_member WHERE user_id = $1::uuid RETURNING 1",
  "DELETE FROM sign_on WHERE user_id = $1::uuid RETURNING 1",
  "DELETE FROM user_grant WHERE user_id = $1::uuid RETURNING 1",
  "DELETE FROM protocol_state WHERE account_id = $1::text RETURNING 1",
  `UPDATE token_usage SET last_ip = NULL WHERE last_ip IS NOT NULL AND ${OF_TOKENS} RETURNING 1`,
  `UPDATE detection SET facts = (facts - '${WHERE_FROM}'::text[]) || CASE WHEN facts ? 'network' THEN '{"network": "${IN_PLACE}"}'::jsonb ELSE '{}' END
   WHERE (user_id = $1::uuid OR ${OF_TOKENS}) AND facts ?| '${WHERE_FROM}'::text[] AND facts ->> 'network' IS DISTINCT FROM '${IN_PLACE}' RETURNING 1`,
  `DELETE FROM detection_token WHERE ${OF_TOKENS} RETURNING 1`,
  // one that no server has taken yet stays here
  `UPDATE mail SET to_address = '${NOWHERE}', subject = '${IN_PLACE}', body = '${IN_PLACE}', recipient_name = '${ERASED_NAME}',
     state = CASE state WHEN 'queued' THEN 'failed' ELSE state END, last_error = CASE state WHEN 'queued' THEN 'the person was erased before it was sent' END
   WHERE recipient_kind = 'user' AND recipient_id = $1::uuid AND to_address <> '${NOWHERE}' RETURNING 1`,
  `UPDATE people_import_row SET key = NULL, remark = NULL, given = '{}', before = NULL WHERE target_id = $1::uuid AND given <> '{}' RETURNING 1`,
];

/** What a file of people that was not applied says of them goes with the file. */
const BY_ADDRESS: readonly string[] = [
  // as bytes, which may be anything, and over the edge between two parts
  `DELETE FROM people_import i WHERE i.state <> 'applied' AND EXISTS (SELECT FROM people_import_part p
     LEFT JOIN people_import_part n ON n.import_id = p.import_id AND n.number = p.number + 1
     CROSS JOIN LATERAL (SELECT lower(encode(p.content || coalesce(substring(n.content FROM 1 FOR ${EMAIL_BYTES}), ''), 'escape')) AS written) f
     CROSS JOIN unnest($1::text[]) AS a(email)
     WHERE p.import_id = i.id AND position(lower(encode(convert_to(a.email, 'UTF8'), 'escape')) IN f.written) > 0) RETURNING 1`,
  `UPDATE people_import_row SET key = NULL, remark = NULL, given = '{}', before = NULL WHERE lower(key) = ANY ($1::text[]) RETURNING 1`,
  "UPDATE client SET contact_email = NULL WHERE lower(contact_email) = ANY ($1::text[]) RETURNING 1",
];

/** Anywhere, and at each place that the person is wont to come from. */
const ATTEMPTS = `DELETE FROM sign_in_attempt s USING unnest($1::text[]) k (key) WHERE s.key = k.key OR starts_with(s.key, k.key || ' at ') RETURNING 1`;

const TOMBSTONE = `
  UPDATE user_account SET email = $2::text, name = '${ERASED_NAME}', password_hash = NULL, attributes = '{}', last_sign_in_at = NULL,
    erased_at = coalesce(erased_at, $3::timestamptz), updated_at = $3::timestamptz, version = version + 1 WHERE id = $1::uuid`;

/**
 * Takes somebody out of everything that is no log: account, sign-ins, sessions, what findings say of where from, mails, files, and every text that names them.
 *
 * @param tx of the retention role, while their erasure runs.
 * @returns how many rows it was.
 */
export async function eraseRecords(
  tx: Sql,
  userId: string,
  { emails, pattern }: Mentions,
  now: Date,
): Promise<number> {
  let rows = await eraseFoundTexts(tx, userId);
  for (const statement of OF_PERSON) rows += (await tx.query(statement, [userId])).length;
  for (const statement of BY_ADDRESS) rows += (await tx.query(statement, [emails])).length;
  const keys = emails.map((email) => accountKey("user", email));
  rows += (await tx.query(ATTEMPTS, [keys])).length;
  if (pattern !== null) rows += await eraseMentions(tx, pattern);
  await tx.query(TOMBSTONE, [userId, erasedEmail(userId), now]);
  return rows + 1;
}

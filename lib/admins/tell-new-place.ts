import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { countryName } from "../list-query/country.ts";
import { notify } from "../notifications/notify.ts";
import { deviceWords } from "./device-words.ts";

/** Sign-ins that one is compared with, the last ones: whoever was somewhere longer ago is told of it anew. */
export const KNOWN_SIGN_INS = 1_000;

/** Read by the index of an admin's own sessions, backwards, and no further. */
export const KNOWN = `
  SELECT DISTINCT l.ip, l."userAgent" FROM (
    SELECT s.ip, s.user_agent AS "userAgent" FROM admin_session s WHERE s.admin_id = $1::uuid AND s.id <> $2::uuid
    ORDER BY s.created_at DESC LIMIT ${KNOWN_SIGN_INS}) l`;

/**
 * Tells an admin, and nobody else, that somebody signed in as them from a country or with a device that none of their last sessions had. Who was never here has nothing to compare
 * with. A device is what its browser calls itself, and a country a hint: what is told is a reason to look, no more.
 */
export async function tellNewPlace(
  tx: Sql,
  ctx: Context,
  { admin, sessionId }: { admin: { id: string; email: string }; sessionId: string },
): Promise<void> {
  const known = await tx.query<{ ip: string | null; userAgent: string | null }>(KNOWN, [admin.id, sessionId]);
  if (known.length === 0) return;
  const countryOf = ctx.countryOf ?? (() => null);
  const [device, country] = [deviceWords(ctx.userAgent), countryOf(ctx.ip)];
  const isNewDevice = !known.some(({ userAgent }) => deviceWords(userAgent) === device);
  const isNewCountry = country !== null && !known.some(({ ip }) => countryOf(ip) === country);
  if (!isNewDevice && !isNewCountry) return;
  const where = country === null ? "" : ` in ${countryName(country)}`;
  const fresh = [...(isNewCountry ? ["country"] : []), ...(isNewDevice ? ["device"] : [])].join(" and ");
  await notify(
    tx,
    { ...ctx, actor: { kind: "admin", id: admin.id, name: admin.email, role: "auditor", sessionId } },
    {
      kind: "sign_in_new_place",
      key: `session ${sessionId}`,
      title: `Sign-in with a ${fresh} that ${isNewCountry && isNewDevice ? "were" : "was"} not seen before`,
      text: `${device}${where}, from ${ctx.ip ?? "an unknown address"}. If that was not you: end the session on the page of your account, change your factors, and tell an owner.`,
      path: "/account",
      subject: { kind: "admin_session", id: sessionId, name: device },
      to: [admin.id],
    },
  );
}

/**
 * Whether the provider that an admin comes in by has let them go: it gives them no role any more, it is disabled, or it was removed and they have no way in of this
 * console, nor a link to one. What they made goes on no longer: API tokens, and acts that wait for a second person.
 *
 * @param admin the alias of a row of `admin`, of ours.
 */
export const isLetGo = (admin: string): string =>
  `(${admin}.id IS NOT NULL AND CASE WHEN EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = ${admin}.id)
    THEN EXISTS (SELECT FROM admin_identity i JOIN sign_in_provider p ON p.id = i.provider_id
      WHERE i.admin_id = ${admin}.id AND (i.let_go_at IS NOT NULL OR p.disabled_at IS NOT NULL))
    ELSE ${admin}.password_hash IS NULL AND NOT EXISTS (SELECT FROM setup_link l WHERE l.admin_id = ${admin}.id AND l.used_at IS NULL) END)`;

/** Whether an admin has only accounts of this console to come in by while that is turned off for all but break-glass owners. */
export const isLocalOut = (admin: string): string =>
  `(${admin}.id IS NOT NULL AND NOT (${admin}.is_break_glass AND ${admin}.role = 'owner')
    AND EXISTS (SELECT FROM sign_in_policy l WHERE l.local_off_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = ${admin}.id))`;

/** Whether an admin who is enabled could not come in all the same. What they made goes on no longer, whichever of the two it is. */
export const hasNoWayIn = (admin: string): string => `(${isLetGo(admin)} OR ${isLocalOut(admin)})`;

/** The same with why, as a ShutOut or NULL. */
export const shutOutOf = (admin: string): string =>
  `CASE WHEN ${isLocalOut(admin)} THEN 'local_off' WHEN NOT ${isLetGo(admin)} THEN NULL
    WHEN EXISTS (SELECT FROM admin_identity i JOIN sign_in_provider p ON p.id = i.provider_id WHERE i.admin_id = ${admin}.id AND p.disabled_at IS NOT NULL) THEN 'provider_off'
    WHEN EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = ${admin}.id) THEN 'let_go' ELSE 'no_way_in' END`;

/** Whether an admin is enrolled: with a second factor, or linked to one of their provider's people. Whoever has a provider comes in by it alone. */
export const isEnrolled = (admin: string): string =>
  `CASE WHEN EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = ${admin}.id)
    THEN EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = ${admin}.id AND i.subject IS NOT NULL)
    ELSE ${admin}.totp_wrapped IS NOT NULL OR EXISTS (SELECT FROM passkey k WHERE k.admin_id = ${admin}.id AND k.blocked_at IS NULL) END`;

/** Whether an admin can come in now: enabled, enrolled, and not shut out. What the list of admins calls active. */
export const canComeIn = (admin: string): string =>
  `(${admin}.disabled_at IS NULL AND ${isEnrolled(admin)} AND NOT ${hasNoWayIn(admin)})`;

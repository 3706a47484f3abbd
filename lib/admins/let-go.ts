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

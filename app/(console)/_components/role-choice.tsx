"use client";

import { OneOf } from "#components/form/choices.tsx";
import { ROLE_WORDS, ROLES, type Role } from "#lib/authz/roles.ts";

/** One of the roles, each with what it means. */
export function RoleChoice(props: {
  label: string;
  value: Role;
  onChange: (role: Role) => void;
  error?: string | undefined;
}) {
  return <OneOf {...props} choices={ROLES} wordsOf={(role) => ROLE_WORDS[role]} />;
}

"use client";

import { Radio, Stack } from "@mantine/core";
import { ROLE_WORDS, ROLES, type Role } from "#lib/authz/roles.ts";

/** One of the roles, each with what it means. */
export function RoleChoice({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: Role;
  onChange: (role: Role) => void;
  error?: string | undefined;
}) {
  return (
    <Radio.Group label={label} value={value} onChange={(role) => onChange(role as Role)} error={error}>
      <Stack gap={10} mt={8}>
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={ROLE_WORDS[role].name} description={ROLE_WORDS[role].means} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

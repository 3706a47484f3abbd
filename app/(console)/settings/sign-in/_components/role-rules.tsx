"use client";

import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { ROLE_WORDS, ROLES, type Role } from "#lib/authz/roles.ts";
import { ROLE_RULES_MAX, type RoleRule } from "#lib/sign-in-providers/model.ts";
import { signInSettingWords as words } from "./words.ts";

/** Which value gives which role, in the order that decides. */
export function RoleRules({
  rules,
  onChange,
  faultOf,
}: {
  rules: RoleRule[];
  onChange: (rules: RoleRule[]) => void;
  faultOf: (path: string) => string | undefined;
}) {
  const change = (at: number, part: Partial<RoleRule>) =>
    onChange(rules.map((rule, index) => (index === at ? { ...rule, ...part } : rule)));
  const raise = (at: number) =>
    onChange(
      rules.map(
        (rule, index) => (index === at - 1 ? rules[at] : index === at ? rules[at - 1] : rule) ?? rule,
      ),
    );
  return (
    <Fieldset variant="unstyled" legend={words.rules}>
      <Stack gap="xs" mt={6}>
        {rules.length === 0 ? <Text c="dimmed">{words.noRules}</Text> : null}
        {rules.map((rule, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              aria-label={words.ruleValue(index + 1)}
              value={rule.value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
              error={faultOf(`${index}.value`)}
              maxLength={256}
              required
              autoComplete="off"
              flex={1}
              miw={0}
            />
            <Select
              aria-label={words.ruleRole(index + 1)}
              data={ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role].name }))}
              value={rule.role}
              onChange={(role) => change(index, { role: role as Role })}
              allowDeselect={false}
              w={130}
            />
            <ActionIcon
              aria-label={words.raiseRule(index + 1)}
              disabled={index === 0}
              onClick={() => raise(index)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              aria-label={words.removeRule(index + 1)}
              onClick={() => onChange(rules.filter((_, at) => at !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button
          leftSection={<IconPlus size={16} />}
          disabled={rules.length >= ROLE_RULES_MAX}
          onClick={() => onChange([...rules, { value: "", role: "auditor" }])}
          style={{ alignSelf: "flex-start" }}
        >
          {words.addRule}
        </Button>
      </Stack>
    </Fieldset>
  );
}

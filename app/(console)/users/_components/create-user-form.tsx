"use client";

import { MultiSelect, PasswordInput, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { tooShort } from "#components/form/too-short.ts";
import { useDraft } from "#components/form/use-draft.ts";
import { useSend } from "#components/form/use-send.ts";
import { USER_NAME_MAX, USER_PASSWORD_MAX, USER_PASSWORD_MIN, type UserDetail } from "#lib/users/model.ts";
import { userWords as words } from "./words.ts";

const FIELDS = ["name", "email", "password", "groupIds"];

/** A new person: who, with which password, in which groups. */
export function CreateUserForm({ groups }: { groups: { id: string; name: string }[] }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [draft, set, text] = useDraft(
    { name: "", email: "", password: "", groupIds: [] as string[] },
    request,
  );

  async function save() {
    const { password, ...rest } = draft;
    if (password !== "" && password.length < USER_PASSWORD_MIN)
      return request.refuse("password", tooShort(USER_PASSWORD_MIN));
    const user = await request.send<UserDetail>("POST", "/api/v1/users", password === "" ? rest : draft);
    if (user) router.push(`/users/${user.id}`);
  }

  return (
    <FormCard
      name={words.createTitle}
      onSubmit={save}
      request={request}
      submitWord={words.save}
      cancelHref="/users"
    >
      <FormSection title={words.identity} help={words.identityHelp}>
        <TextInput
          label={words.name}
          {...text("name")}
          maxLength={USER_NAME_MAX}
          autoComplete="off"
          required
        />
        <TextInput
          label={words.email}
          type="email"
          {...text("email")}
          maxLength={254}
          autoComplete="off"
          required
        />
      </FormSection>
      <FormSection title={words.passwordSection} help={words.passwordSectionHelp}>
        <PasswordInput
          label={words.password}
          description={words.passwordHelp}
          {...text("password")}
          maxLength={USER_PASSWORD_MAX}
          autoComplete="new-password"
        />
      </FormSection>
      <FormSection title={words.groups} help={words.groupsHelp}>
        <MultiSelect
          label={words.groups}
          data={groups.map((group) => ({ value: group.id, label: group.name }))}
          value={draft.groupIds}
          onChange={(groupIds) => set({ groupIds })}
          error={request.faultOf("groupIds")}
          searchable
        />
      </FormSection>
    </FormCard>
  );
}

"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { NoAudiences } from "#app/(console)/_components/no-audiences.tsx";
import { PermissionPicker, type Picked } from "#app/(console)/_components/permission-picker.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { TextField } from "#components/form/text-field.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import { GROUP_NAME_MAX, type GroupDetail } from "#lib/groups/model.ts";
import { groupWords as words } from "./words.ts";

const FIELDS = ["name", "description", "permissionIds"];

type GroupFormProps = {
  /** Null for a new one. */
  group: GroupDetail | null;
  audiences: Pick<AudienceRow, "id" | "name" | "title" | "permissions">[];
};

/** What a group is called and what it gives. */
export function GroupForm({ group, audiences }: GroupFormProps) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [name, setName] = useState(group?.name ?? "");
  const [description, setDescription] = useState(group?.description ?? "");
  const [picked, setPicked] = useState<Picked>(() => {
    const permissionIds = group?.permissions.map(({ id }) => id) ?? [];
    const has = new Set(permissionIds);
    const opened = audiences.filter(({ permissions }) => permissions.some(({ id }) => has.has(id)));
    return { audienceIds: opened.map(({ id }) => id), permissionIds };
  });

  async function save() {
    const body = { name, description, permissionIds: picked.permissionIds };
    const saved = await (group === null
      ? request.send<GroupDetail>("POST", "/api/v1/groups", body)
      : request.send<GroupDetail>("PATCH", `/api/v1/groups/${group.id}`, {
          ...body,
          version: group.version,
        }));
    if (saved === undefined) return;
    notifications.show({ message: words.saved, color: "green" });
    router.push(`/groups/${saved.id}`);
    router.refresh();
  }

  return (
    <FormCard
      name={group === null ? words.createTitle : words.editTitle}
      onSubmit={save}
      request={request}
      submitWord={group === null ? words.create : words.save}
      cancelHref={group === null ? "/groups" : `/groups/${group.id}`}
    >
      <FormSection title={words.identity} help={words.identityHelp}>
        <TextField
          request={request}
          path="name"
          label={words.name}
          value={name}
          onType={setName}
          maxLength={GROUP_NAME_MAX}
          required
        />
        <TextField
          request={request}
          path="description"
          label={words.description}
          value={description}
          onType={setDescription}
          maxLength={500}
        />
      </FormSection>
      <FormSection title={words.permissions} help={words.permissionsHelp}>
        {audiences.length === 0 ? (
          <NoAudiences why={words.noPermissions} />
        ) : (
          <PermissionPicker
            audiences={audiences}
            value={picked}
            onChange={(next) => {
              request.touch("permissionIds");
              setPicked(next);
            }}
            error={request.faultOf("permissionIds")}
          />
        )}
      </FormSection>
    </FormCard>
  );
}

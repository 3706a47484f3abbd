"use client";

import { Alert, MultiSelect, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { FormButtons } from "#components/form/form-buttons.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { GroupReach, UserDetail } from "#lib/users/model.ts";
import { userWords as words } from "./words.ts";

type UserGroupsFormProps = {
  user: UserDetail;
  groups: { id: string; name: string }[];
  /** What taking the user out of a group would leave valid. */
  reach: GroupReach[];
  onCancel: () => void;
  onDone: () => void;
};

/** The groups that a user is in, with what leaving one leaves valid. */
export function UserGroupsForm({ user, groups, reach, onCancel, onDone }: UserGroupsFormProps) {
  const request = useSend();
  const [groupIds, setGroupIds] = useState(user.groups.map((group) => group.id));
  const removed = user.groups.filter((group) => !groupIds.includes(group.id));
  async function save(event: FormEvent) {
    event.preventDefault();
    const body = { version: user.version, groupIds };
    if ((await request.send("PUT", `/api/v1/users/${user.id}/groups`, body)) !== undefined) onDone();
  }
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <MultiSelect
          label={words.groups}
          description={words.groupsHelp}
          data={groups.map((group) => ({ value: group.id, label: group.name }))}
          value={groupIds}
          onChange={setGroupIds}
          searchable
          data-autofocus
        />
        {removed.length > 0 ? (
          <Alert color="yellow" title={words.leavesValid} role="status">
            {removed.map(({ id, name }) => (
              <p key={id}>
                <GroupRemainder name={name} reach={reach.find(({ group }) => group === name)} />
              </p>
            ))}
            <p>{words.groupsRefresh}</p>
          </Alert>
        ) : null}
        <ProblemAlert error={request.problem} />
        <FormButtons act={words.saveChange} isBusy={request.isBusy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function GroupRemainder({ name, reach }: { name: string; reach: GroupReach | undefined }) {
  if (reach === undefined) return words.nothingCarries(name);
  return (
    <>
      {words.stillCarry(name, reach.accessTokens)} <Instant at={reach.until} />.
    </>
  );
}

"use client";

import {
  ActionIcon,
  Alert,
  Button,
  Group,
  Menu,
  MultiSelect,
  PasswordInput,
  Stack,
  Text,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBan, IconCircleCheck, IconDots, IconFolders, IconKey, IconUserOff } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { ReasonDialog } from "#components/overlay/reason-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import {
  type DisabledUser,
  type GroupReach,
  USER_PASSWORD_MAX,
  USER_PASSWORD_MIN,
  type UserDetail,
} from "#lib/users/model.ts";
import { userWords as words } from "./words.ts";

type Dialog = "revoke" | "disable" | "enable" | "groups" | "password" | null;

type UserActionsProps = {
  user: UserDetail;
  groups: { id: string; name: string }[];
  /** What taking the user out of a group would leave valid. */
  reach: GroupReach[];
  canWrite: boolean;
  canDisable: boolean;
  canRevoke: boolean;
};

/** What may be done with a user. What a role may not do is not offered; the server refuses it all the same. */
export function UserActions({ user, groups, reach, canWrite, canDisable, canRevoke }: UserActionsProps) {
  const router = useRouter();
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/users/${user.id}`;
  const isDisabled = user.state === "disabled";

  function done(message: string) {
    close();
    notifications.show({ message, color: "green" });
    router.refresh();
  }

  return (
    <>
      {canWrite || (canDisable && !isDisabled) ? (
        <Menu width={220}>
          <Menu.Target>
            <ActionIcon variant="default" size={32} aria-label={words.more}>
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {canWrite ? (
              <>
                <Menu.Item leftSection={<IconFolders size={16} />} onClick={() => setDialog("groups")}>
                  {words.setGroups}
                </Menu.Item>
                <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setDialog("password")}>
                  {words.setPassword}
                </Menu.Item>
                <Menu.Divider />
              </>
            ) : null}
            {isDisabled ? (
              <Menu.Item leftSection={<IconCircleCheck size={16} />} onClick={() => setDialog("enable")}>
                {words.enable}
              </Menu.Item>
            ) : (
              <Menu.Item
                color="red"
                leftSection={<IconUserOff size={16} />}
                onClick={() => setDialog("disable")}
              >
                {words.disable}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      {canRevoke ? (
        <Button
          variant="outline"
          color="red"
          leftSection={<IconBan size={16} />}
          onClick={() => setDialog("revoke")}
        >
          {words.revokeAll}
        </Button>
      ) : null}
      <RevokeDialog target={dialog === "revoke" ? { kind: "user", id: user.id } : null} onClose={close} />
      <ReasonDialog
        isOpen={dialog === "disable"}
        onClose={close}
        title={words.disableTitle(user.name)}
        act={words.disableAct}
        onConfirm={async (given) => {
          const result = await requestJson<DisabledUser>(`${url}/disable`, { method: "POST", body: given });
          done(words.disabled(user.name, result.revokedTokens));
        }}
      >
        {words.disableText(user.liveTokens)}
      </ReasonDialog>
      <ConfirmDialog
        isOpen={dialog === "enable"}
        onClose={close}
        title={words.enableTitle(user.name)}
        act={words.enableAct}
        onConfirm={async () => {
          await requestJson(`${url}/enable`, { method: "POST" });
          done(words.enabled(user.name));
        }}
      >
        {words.enableText}
      </ConfirmDialog>
      <OnDemandDialog isOpen={dialog === "groups"} onClose={close} title={words.groupsTitle(user.name)}>
        <GroupsForm
          user={user}
          groups={groups}
          reach={reach}
          onCancel={close}
          onDone={() => done(words.groupsSaved)}
        />
      </OnDemandDialog>
      <OnDemandDialog isOpen={dialog === "password"} onClose={close} title={words.passwordTitle(user.name)}>
        <PasswordForm user={user} onCancel={close} onDone={() => done(words.passwordSaved)} />
      </OnDemandDialog>
    </>
  );
}

type FormProps = { user: UserDetail; onCancel: () => void; onDone: () => void };

function GroupsForm({
  user,
  groups,
  reach,
  onCancel,
  onDone,
}: FormProps & { groups: { id: string; name: string }[]; reach: GroupReach[] }) {
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
        <Buttons isBusy={request.isBusy} onCancel={onCancel} />
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

function PasswordForm({ user, onCancel, onDone }: FormProps) {
  const request = useSend();
  const [password, setPassword] = useState("");
  async function save(event: FormEvent) {
    event.preventDefault();
    if ((await request.send("PUT", `/api/v1/users/${user.id}/password`, { password })) !== undefined)
      onDone();
  }
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <Text c="dimmed">{words.passwordEffect}</Text>
        <PasswordInput
          label={words.newPassword}
          description={words.passwordHelp}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          minLength={USER_PASSWORD_MIN}
          maxLength={USER_PASSWORD_MAX}
          error={request.faultOf("password")}
          required
          data-autofocus
        />
        <ProblemAlert error={request.problem} />
        <Buttons isBusy={request.isBusy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function Buttons({ isBusy, onCancel }: { isBusy: boolean; onCancel: () => void }) {
  return (
    <Group justify="flex-end" gap="xs">
      <Button onClick={onCancel} disabled={isBusy}>
        {words.cancel}
      </Button>
      <Button type="submit" variant="filled" loading={isBusy}>
        {words.saveChange}
      </Button>
    </Group>
  );
}

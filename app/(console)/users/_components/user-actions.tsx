"use client";

import { Button } from "@mantine/core";
import { IconBan, IconCircleCheck, IconFolders, IconKey, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { ReasonDialog } from "#components/overlay/reason-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import type { DisabledUser, GroupReach, UserDetail } from "#lib/users/model.ts";
import { UserGroupsForm } from "./user-groups-form.tsx";
import { UserPasswordForm } from "./user-password-form.tsx";
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
  const done = useDone();
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/users/${user.id}`;
  const isDisabled = user.state === "disabled";

  function closeDone(message: string) {
    close();
    done(message);
  }

  return (
    <>
      {canWrite || (canDisable && !isDisabled) ? (
        <MoreMenu
          label={words.more}
          items={[
            canWrite ? { word: words.setGroups, icon: IconFolders, act: () => setDialog("groups") } : null,
            canWrite ? { word: words.setPassword, icon: IconKey, act: () => setDialog("password") } : null,
            canWrite ? "line" : null,
            isDisabled
              ? { word: words.enable, icon: IconCircleCheck, act: () => setDialog("enable") }
              : { word: words.disable, icon: IconUserOff, isDanger: true, act: () => setDialog("disable") },
          ]}
        />
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
          closeDone(words.disabled(user.name, result.revokedTokens));
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
          closeDone(words.enabled(user.name));
        }}
      >
        {words.enableText}
      </ConfirmDialog>
      <OnDemandDialog isOpen={dialog === "groups"} onClose={close} title={words.groupsTitle(user.name)}>
        <UserGroupsForm
          user={user}
          groups={groups}
          reach={reach}
          onCancel={close}
          onDone={() => closeDone(words.groupsSaved)}
        />
      </OnDemandDialog>
      <OnDemandDialog isOpen={dialog === "password"} onClose={close} title={words.passwordTitle(user.name)}>
        <UserPasswordForm user={user} onCancel={close} onDone={() => closeDone(words.passwordSaved)} />
      </OnDemandDialog>
    </>
  );
}

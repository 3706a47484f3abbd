"use client";

import { Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleOff, IconLink, IconLogout, IconUserShield } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { RoleChoice } from "#app/(console)/_components/role-choice.tsx";
import { TurnDialogs } from "#app/(console)/_components/turn-dialogs.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { FormButtons } from "#components/form/form-buttons.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { GuardedHint } from "#components/second-person/guarded-kinds.tsx";
import type { AdminRow, OneTimeLink } from "#lib/admins/model.ts";
import { adminWords as words } from "./words.ts";

type Dialog = "role" | "link" | "sessions" | "disable" | "enable" | null;

/** What an owner may do upon another admin. */
export function AdminActions({
  admin,
  tokensBack,
}: {
  admin: AdminRow;
  /** API tokens of theirs that work again if they are enabled. */
  tokensBack: number;
}) {
  const router = useRouter();
  const done = useDone();
  const [dialog, setDialog] = useState<Dialog>(null);
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/admins/${admin.id}`;

  return (
    <>
      <MoreMenu
        label={words.actions(admin.name)}
        items={[
          admin.provider === null
            ? { word: words.changeRole, icon: IconUserShield, act: () => setDialog("role") }
            : null,
          {
            word: admin.provider === null ? words.newLink : words.newInvitation,
            icon: IconLink,
            act: () => setDialog("link"),
          },
          {
            word: words.endSessions,
            icon: IconLogout,
            isDisabled: admin.sessions === 0,
            act: () => setDialog("sessions"),
          },
          "line",
          admin.state === "disabled"
            ? { word: words.enable, icon: IconCircleCheck, act: () => setDialog("enable") }
            : { word: words.disable, icon: IconCircleOff, isDanger: true, act: () => setDialog("disable") },
        ]}
      />
      <OnDemandDialog isOpen={dialog === "role"} onClose={close} title={words.roleTitle(admin.name)}>
        <RoleForm admin={admin} onClose={close} />
      </OnDemandDialog>
      <ConfirmDialog
        isOpen={dialog === "link"}
        onClose={close}
        title={(admin.provider === null ? words.linkTitle : words.newInvitationTitle)(admin.name)}
        act={admin.provider === null ? words.linkAct : words.newInvitationAct}
        isDanger
        onConfirm={async () => {
          const made = await requestJson<OneTimeLink>(`${url}/invitation`, { method: "POST" });
          // by a provider there is nothing to hand over
          if (admin.provider === null) setLink(made);
          else router.refresh();
        }}
        guarded="roles"
      >
        {admin.provider === null ? words.linkText : words.newInvitationText}
      </ConfirmDialog>
      <OnDemandDialog
        isOpen={link !== null}
        onClose={() => {
          setLink(null);
          router.refresh();
        }}
        title={words.invited}
        size={600}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        {link ? <SecretOnce name={words.link} value={link.url} whenLost={words.linkLost} /> : null}
      </OnDemandDialog>
      <ConfirmDialog
        isOpen={dialog === "sessions"}
        onClose={close}
        title={words.sessionsTitle(admin.name)}
        act={words.sessionsAct}
        isDanger
        onConfirm={async () => {
          await requestJson(`${url}/end-sessions`, { method: "POST" });
          done(words.sessionsEnded);
        }}
      >
        {words.sessionsText(admin.sessions)}
      </ConfirmDialog>
      <TurnDialogs
        open={dialog === "disable" || dialog === "enable" ? dialog : null}
        onClose={close}
        url={url}
        name={admin.name}
        words={words}
        disableText={words.disableText}
        enableText={words.enableText(tokensBack)}
        guarded={{ enable: "roles", disable: admin.role === "owner" ? "roles" : undefined }}
      />
    </>
  );
}

function RoleForm({ admin, onClose }: { admin: AdminRow; onClose: () => void }) {
  const done = useDone();
  const request = useSend();
  const [role, setRole] = useState(admin.role);

  async function save(event: FormEvent) {
    event.preventDefault();
    if ((await request.send("PUT", `/api/v1/admins/${admin.id}/role`, { role })) === undefined) return;
    onClose();
    done(words.roleSaved);
  }

  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <RoleChoice label={words.role} value={role} onChange={setRole} error={request.faultOf("role")} />
        <Text c="dimmed">{words.roleEffect}</Text>
        <GuardedHint kind="roles" />
        <ProblemAlert error={request.problem} />
        <FormButtons
          act={words.save}
          isBusy={request.isBusy}
          isReady={role !== admin.role}
          onCancel={onClose}
        />
      </Stack>
    </form>
  );
}

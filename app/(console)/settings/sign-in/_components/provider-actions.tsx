"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconCircleOff, IconTrash } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { SignInProviderRow } from "#lib/sign-in-providers/model.ts";
import { signInSettingWords as words } from "./words.ts";

/** What may be done with a provider beside changing it. */
export function ProviderActions({ provider }: { provider: SignInProviderRow }) {
  const router = useRouter();
  const done = useDone();
  const request = useToldSend();
  const [dialog, setDialog] = useState<"stop" | "remove" | null>(null);
  const url = `/api/v1/sign-in-providers/${provider.id}`;
  const { name } = provider;

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    done(words.switched(name, way === "enable"));
  }
  async function remove() {
    await requestJson(url, { method: "DELETE" });
    notifications.show({ message: words.removed(name), color: "green" });
    router.push("/settings/sign-in");
    router.refresh();
  }

  return (
    <>
      {provider.state === "disabled" ? (
        <>
          <Button leftSection={<IconTrash size={16} />} color="red" onClick={() => setDialog("remove")}>
            {words.remove}
          </Button>
          <Button
            leftSection={<IconCircleCheck size={16} />}
            loading={request.isBusy}
            onClick={() => void request.run(() => turn("enable"))}
          >
            {words.start}
          </Button>
        </>
      ) : (
        <Button leftSection={<IconCircleOff size={16} />} onClick={() => setDialog("stop")}>
          {words.stop}
        </Button>
      )}
      <ConfirmDialog
        isOpen={dialog === "stop"}
        onClose={() => setDialog(null)}
        title={words.stopTitle(name)}
        act={words.stopAct}
        isDanger
        onConfirm={() => turn("disable")}
      >
        {words.stopText(provider.sessions)}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={dialog === "remove"}
        onClose={() => setDialog(null)}
        title={words.removeTitle(name)}
        act={words.removeAct}
        isDanger
        onConfirm={remove}
        guarded="sign-in"
      >
        {words.removeText(provider.admins)}
      </ConfirmDialog>
    </>
  );
}

"use client";

import { Button, NativeSelect, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ReasonDialog } from "#components/overlay/reason-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { KEY_PURPOSE_WORDS, type KeyPurpose, type RotationResult } from "#lib/keys/model.ts";
import { ROTATION_TIMES, keyWords as words } from "./words.ts";

const DAY_MS = 86_400_000;

/** Plans the rotation of a purpose, and leads to the key that was made. */
export function RotateButton({
  purposes,
  variant = "filled",
}: {
  /** Those that a key signs for; one where the button stands on a key's page. */
  purposes: readonly KeyPurpose[];
  variant?: "filled" | "default";
}) {
  const router = useRouter();
  const [isOpen, setIsOpen] = useState(false);
  const [purpose, setPurpose] = useState(purposes[0] ?? "access_token");
  const [days, setDays] = useState("");

  async function rotate(because: { reason: string; note: string }) {
    const activatesAt =
      days === "" ? {} : { activatesAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() };
    const body = { purpose, ...activatesAt, ...because };
    const { key } = await requestJson<RotationResult>("/api/v1/keys", { method: "POST", body });
    setIsOpen(false);
    notifications.show({ message: words.rotated(key.kid), color: "green" });
    router.push(`/keys/${key.kid}`);
    router.refresh();
  }

  return (
    <>
      <Button variant={variant} leftSection={<IconRefresh size={16} />} onClick={() => setIsOpen(true)}>
        {words.rotate}
      </Button>
      <ReasonDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.rotateTitle}
        act={words.rotateAct}
        isDanger={false}
        onConfirm={rotate}
      >
        <Stack gap="md">
          <p>{words.rotateText}</p>
          <NativeSelect
            label={words.rotateWhat}
            value={purpose}
            onChange={(event) => setPurpose(event.currentTarget.value as KeyPurpose)}
            data={purposes.map((one) => ({ value: one, label: KEY_PURPOSE_WORDS[one].name }))}
          />
          <NativeSelect
            label={words.rotateWhen}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
            data={ROTATION_TIMES.map((one) => ({ value: String(one.days ?? ""), label: one.label }))}
          />
        </Stack>
      </ReasonDialog>
    </>
  );
}

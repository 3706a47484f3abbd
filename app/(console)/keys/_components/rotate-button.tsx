"use client";

import { Button, NativeSelect, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { ReasonDialog } from "#components/overlay/reason-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { algorithmChangeSays } from "#lib/keys/algorithm-change.ts";
import {
  KEY_ALGORITHM_WORDS,
  KEY_ALGORITHMS,
  KEY_PURPOSE_WORDS,
  type KeyAlgorithm,
  type KeyPurpose,
  type KeyRow,
  type RotationResult,
} from "#lib/keys/model.ts";
import { ROTATION_TIMES, keyWords as words } from "./words.ts";

const DAY_MS = 86_400_000;

/** Plans the rotation of a purpose, to another algorithm too, and leads to the key that was made. */
export function RotateButton({
  signing,
  variant = "filled",
}: {
  /** The keys that sign, one for each purpose; one alone where the button stands on a key's page. */
  signing: readonly Pick<KeyRow, "purpose" | "algorithm">[];
  variant?: "filled" | "default";
}) {
  const router = useRouter();
  const path = usePathname();
  // an address that asks for it: the command palette's
  const isAsked = useSearchParams().get("do") === "rotate";
  const [isPressed, setIsPressed] = useState(false);
  const [purpose, setPurpose] = useState(signing[0]?.purpose ?? "access_token");
  const [wanted, setWanted] = useState<KeyAlgorithm | "">("");
  const [days, setDays] = useState("");
  const present = signing.find((key) => key.purpose === purpose)?.algorithm ?? "ES256";
  const algorithm = wanted === "" ? present : wanted;

  function close() {
    setIsPressed(false);
    if (isAsked) router.replace(path, { scroll: false });
  }

  async function rotate(because: { reason: string; note: string }) {
    const activatesAt =
      days === "" ? {} : { activatesAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() };
    const body = { purpose, algorithm, ...activatesAt, ...because };
    const { key } = await requestJson<RotationResult>("/api/v1/keys", { method: "POST", body });
    setIsPressed(false);
    notifications.show({ message: words.rotated(key.kid), color: "green" });
    router.push(`/keys/${key.kid}`);
    router.refresh();
  }

  return (
    <>
      <Button variant={variant} leftSection={<IconRefresh size={16} />} onClick={() => setIsPressed(true)}>
        {words.rotate}
      </Button>
      <ReasonDialog
        isOpen={isPressed || isAsked}
        onClose={close}
        title={words.rotateTitle}
        act={words.rotateAct}
        isDanger={false}
        onConfirm={rotate}
        guarded="keys"
      >
        <Stack gap="md">
          <p>{words.rotateText}</p>
          <NativeSelect
            label={words.rotateWhat}
            value={purpose}
            onChange={(event) => {
              setPurpose(event.currentTarget.value as KeyPurpose);
              // each purpose begins with the algorithm that it has
              setWanted("");
            }}
            data={signing.map((one) => ({
              value: one.purpose,
              label: KEY_PURPOSE_WORDS[one.purpose].name,
            }))}
          />
          <NativeSelect
            label={words.rotateAlgorithm}
            description={KEY_ALGORITHM_WORDS[algorithm]}
            value={algorithm}
            onChange={(event) => setWanted(event.currentTarget.value as KeyAlgorithm)}
            data={KEY_ALGORITHMS.map((one) => ({
              value: one,
              label: one === present ? words.rotateSame(one) : one,
            }))}
          />
          {algorithmChangeSays(purpose, present, algorithm).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
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

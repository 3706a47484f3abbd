"use client";

import { Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { Factors } from "#lib/passkeys/model.ts";
import { FEW_RECOVERY_CODES } from "#lib/recovery-codes/model.ts";
import { accountWords as words } from "./words.ts";

/** How many recovery codes are left, and new ones, shown once. */
export function RecoveryCard({ codes }: { codes: Factors["recoveryCodes"] }) {
  const router = useRouter();
  const [isAsked, setIsAsked] = useState(false);
  const [made, setMade] = useState<string[] | null>(null);
  const { left, made: count, madeAt } = codes;
  const isFew = left <= FEW_RECOVERY_CODES;

  function close() {
    setMade(null);
    router.refresh();
  }

  return (
    <Card title={words.recovery}>
      <Stack gap="sm" align="flex-start">
        <Text>
          {count === 0 ? words.recoveryNone : words.recoveryLeft(left, count)}{" "}
          {count > 0 && isFew ? <strong>{words.recoveryFew}</strong> : null}
        </Text>
        <Text c="dimmed">
          {words.recoveryWhat} {madeAt === null ? null : <Instant at={madeAt} prefix="Made" />}
        </Text>
        <Button
          variant={isFew ? "filled" : "default"}
          leftSection={isFew && count > 0 ? <IconAlertTriangle size={16} /> : undefined}
          onClick={() => setIsAsked(true)}
        >
          {count === 0 ? words.recoveryMake : words.recoveryAgain}
        </Button>
      </Stack>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={words.recoveryTitle}
        act={words.recoveryAgain}
        isDanger={left > 0}
        onConfirm={async () => {
          const answer = await requestJson<{ codes: string[] }>("/api/v1/me/recovery-codes", {
            method: "POST",
          });
          setMade(answer.codes);
        }}
      >
        {words.recoveryText(left)}
      </ConfirmDialog>
      <OnDemandDialog
        isOpen={made !== null}
        onClose={close}
        title={words.recoveryShown}
        size={520}
        closeOnClickOutside={false}
      >
        {made ? (
          <Stack gap="md">
            <Text>{words.recoveryKeep}</Text>
            <SecretOnce
              name={words.recovery}
              value={made.join("\n")}
              kept="only their hashes are kept"
              isMany
              whenLost={words.recoveryLost}
            />
            <Button variant="filled" onClick={close} style={{ alignSelf: "flex-end" }}>
              {words.done}
            </Button>
          </Stack>
        ) : null}
      </OnDemandDialog>
    </Card>
  );
}

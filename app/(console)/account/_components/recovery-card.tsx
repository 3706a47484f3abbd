"use client";

import { Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { Factors } from "#lib/passkeys/model.ts";
import { FEW_RECOVERY_CODES } from "#lib/recovery-codes/model.ts";
import { MadeCodes } from "./made-codes.tsx";
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
        title={words.recoveryTitle(count)}
        act={words.recoveryAct(count)}
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
      <MadeCodes codes={made} onClose={close} />
    </Card>
  );
}

"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { SecondFactor } from "#components/form/second-factor.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { TotpOffer } from "#lib/admins/model.ts";
import { accountWords as words } from "./words.ts";

const FIELDS = ["code"];

function textOf(hasTotp: boolean, provider: string | null): string {
  if (provider === null) return hasTotp ? words.totpOn : words.totpOff;
  return hasTotp ? words.totpOnByProvider : words.totpOffByProvider(provider);
}

/** One's authenticator app: set up, set up another, take away where a passkey is left. */
export function AuthenticatorCard({
  hasTotp,
  canRemove,
  provider,
}: {
  hasTotp: boolean;
  canRemove: boolean;
  /** The name of the provider that they came in by; null for an account of this console. */
  provider: string | null;
}) {
  const done = useDone();
  const beginning = useSend();
  const proving = useSend(FIELDS);
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [isRemoving, setIsRemoving] = useState(false);

  async function begin() {
    const offered = await beginning.send<TotpOffer>("POST", "/api/v1/me/totp/enrolment");
    if (offered === undefined) return;
    proving.clear();
    setOffer(offered);
  }

  async function prove(code: string) {
    const body = { enrolment: offer?.enrolment, code };
    if ((await proving.send("PUT", "/api/v1/me/totp", body)) === undefined) return;
    setOffer(null);
    done(words.totpReplaced);
  }

  return (
    <Card title={words.authenticator}>
      <Stack gap="sm">
        <Text>{textOf(hasTotp, provider)}</Text>
        <ProblemAlert error={beginning.problem} />
        <Group gap="xs">
          <Button onClick={() => void begin()} loading={beginning.isBusy}>
            {hasTotp ? words.totpReplace : words.totpAdd}
          </Button>
          {hasTotp && canRemove ? (
            <Button color="red" onClick={() => setIsRemoving(true)}>
              {words.totpRemove}
            </Button>
          ) : null}
        </Group>
      </Stack>
      <OnDemandDialog
        isOpen={offer !== null}
        onClose={() => setOffer(null)}
        title={words.totpTitle}
        size={560}
        closeOnClickOutside={false}
      >
        {offer ? (
          <SecondFactor
            offer={offer}
            request={proving}
            submitWord={words.totpSubmit}
            onBack={() => setOffer(null)}
            onCode={(code) => void prove(code)}
          />
        ) : null}
      </OnDemandDialog>
      <ConfirmDialog
        isOpen={isRemoving}
        onClose={() => setIsRemoving(false)}
        title={words.totpRemoveTitle}
        act={words.totpRemoveAct}
        isDanger
        onConfirm={async () => {
          await requestJson("/api/v1/me/totp", { method: "DELETE" });
          done(words.totpRemoved);
        }}
      >
        {provider === null ? words.totpRemoveText : words.totpRemoveByProvider(provider)}
      </ConfirmDialog>
    </Card>
  );
}

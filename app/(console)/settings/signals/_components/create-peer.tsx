"use client";

import { Stack } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { CreatedReceiver } from "#lib/signal-receivers/model.ts";
import { PeerAddress } from "./peer-address.tsx";
import { bodyOf, draftOf, PEER_FIELDS, type PeerDraft, PeerForm } from "./peer-form.tsx";
import { signalWords as words } from "./words.ts";

/** Adds a peer, then shows where it sends to and its secret for the one time. */
export function CreatePeer({
  issuer,
  verifiers,
}: {
  issuer: string;
  verifiers: readonly { id: string; name: string }[];
}) {
  const request = useSend(PEER_FIELDS);
  const [made, setMade] = useState<CreatedReceiver | null>(null);

  async function save(draft: PeerDraft) {
    const created = await request.send<CreatedReceiver>("POST", "/api/v1/signal-receivers", bodyOf(draft));
    if (created) setMade(created);
  }

  if (made !== null)
    return (
      <Card title={words.madePeer}>
        <Stack gap="md" maw={720}>
          <PeerAddress issuer={issuer} receiverId={made.receiver.id} />
          <SecretOnce name={words.secret} value={made.secret} />
          <p className="muted">{words.secretHelp}</p>
          <LinkButton
            href={`/settings/signals/peers/${made.receiver.id}`}
            variant="filled"
            style={{ alignSelf: "flex-start" }}
          >
            {words.openPeer}
          </LinkButton>
        </Stack>
      </Card>
    );
  return (
    <PeerForm
      verifiers={verifiers}
      start={draftOf(null)}
      isNew
      request={request}
      cancelHref="/settings/signals"
      onSave={save}
    />
  );
}

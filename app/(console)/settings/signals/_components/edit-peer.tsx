"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useSend } from "#components/form/use-send.ts";
import type { ReceiverDetail } from "#lib/signal-receivers/model.ts";
import { bodyOf, draftOf, PEER_FIELDS, type PeerDraft, PeerForm } from "./peer-form.tsx";
import { signalWords as words } from "./words.ts";

/** Changes a peer; somebody else's change in between is refused, never overwritten. */
export function EditPeer({
  peer,
  verifiers,
}: {
  peer: ReceiverDetail;
  verifiers: readonly { id: string; name: string }[];
}) {
  const router = useRouter();
  const request = useSend(PEER_FIELDS);
  const href = `/settings/signals/peers/${peer.id}`;

  async function save(draft: PeerDraft) {
    const body = { ...bodyOf(draft), version: peer.version };
    const saved = await request.send<ReceiverDetail>("PATCH", `/api/v1/signal-receivers/${peer.id}`, body);
    if (saved === undefined) return;
    notifications.show({ message: words.savedPeer, color: "green" });
    router.push(href);
    router.refresh();
  }

  return (
    <PeerForm
      verifiers={verifiers}
      start={draftOf(peer)}
      isNew={false}
      request={request}
      cancelHref={href}
      onSave={save}
    />
  );
}

"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useSend } from "#components/form/use-send.ts";
import type { VerifierDetail } from "#lib/verifiers/model.ts";
import { VERIFIER_FIELDS, type VerifierDraft, VerifierForm } from "./verifier-form.tsx";
import { verifierWords as words } from "./words.ts";

/** Changes a verifier; somebody else's change in between is refused, never overwritten. */
export function EditVerifier({
  verifier,
  audiences,
}: {
  verifier: VerifierDetail;
  audiences: { id: string; name: string; title: string }[];
}) {
  const router = useRouter();
  const request = useSend(VERIFIER_FIELDS);
  const href = `/verifiers/${verifier.id}`;

  async function save(draft: VerifierDraft) {
    const body = { ...draft, version: verifier.version };
    const saved = await request.send<VerifierDetail>("PATCH", `/api/v1/verifiers/${verifier.id}`, body);
    if (saved === undefined) return;
    notifications.show({ message: words.saved, color: "green" });
    router.push(href);
    router.refresh();
  }

  return (
    <VerifierForm
      start={{
        name: verifier.name,
        description: verifier.description,
        audienceIds: verifier.audiences.map(({ id }) => id),
        mode: verifier.mode,
        maxStalenessSeconds: verifier.maxStalenessSeconds,
        auditMode: verifier.auditMode,
        checkWay: verifier.checkWay,
      }}
      isNew={false}
      audiences={audiences}
      request={request}
      cancelHref={href}
      onSave={save}
    />
  );
}

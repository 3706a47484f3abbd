"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useSend } from "#components/form/use-send.ts";
import type { SignInProviderRow } from "#lib/sign-in-providers/model.ts";
import { draftOf, PROVIDER_FIELDS, type ProviderDraft } from "./provider-draft.ts";
import { ProviderForm } from "./provider-form.tsx";

/** Adds a provider, and says before which redirect address to register there. */
export function CreateProvider({ id, redirect }: { id: string; redirect: string }) {
  const router = useRouter();
  const request = useSend(PROVIDER_FIELDS);
  useEffect(() => window.history.replaceState(null, "", `?id=${id}`), [id]);

  async function save(draft: ProviderDraft) {
    const made = await request.send<SignInProviderRow>("POST", "/api/v1/sign-in-providers", { ...draft, id });
    if (made) router.push(`/settings/sign-in/${made.id}`);
  }

  return (
    <ProviderForm
      start={draftOf(null)}
      redirect={redirect}
      request={request}
      cancelHref="/settings/sign-in"
      onSave={(draft) => void save(draft)}
    />
  );
}

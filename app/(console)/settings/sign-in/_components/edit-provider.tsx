"use client";

import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import type { SignInProviderRow } from "#lib/sign-in-providers/model.ts";
import { draftOf, PROVIDER_FIELDS, type ProviderDraft } from "./provider-draft.ts";
import { ProviderForm } from "./provider-form.tsx";
import { signInSettingWords as words } from "./words.ts";

/** Changes a provider; somebody else's change in between is refused, never overwritten. */
export function EditProvider({ provider }: { provider: SignInProviderRow }) {
  const done = useDone();
  const request = useSend(PROVIDER_FIELDS);

  async function save({ issuer: _, clientSecret, ...draft }: ProviderDraft) {
    const body = { ...draft, ...(clientSecret === "" ? {} : { clientSecret }), version: provider.version };
    const saved = await request.send<SignInProviderRow>(
      "PATCH",
      `/api/v1/sign-in-providers/${provider.id}`,
      body,
    );
    if (saved === undefined) return;
    const hasEnded = saved.sessions < provider.sessions;
    done(hasEnded ? words.savedEnded : words.saved);
  }

  return <ProviderForm start={draftOf(provider)} request={request} onSave={(draft) => void save(draft)} />;
}

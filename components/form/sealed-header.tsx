"use client";

import { Checkbox, PasswordInput } from "@mantine/core";

/** What is sent as Authorization to an address outside: sealed when it was said, kept where nothing is said of it, or let go of. */
export type SealedHeaderDraft = { authorization: string; isForgotten: boolean };

/** The field of it. It is never shown again. */
export function SealedHeader({
  draft,
  isSet,
  set,
  error,
  words,
}: {
  draft: SealedHeaderDraft;
  /** One was said before. */
  isSet: boolean;
  set: (change: SealedHeaderDraft) => void;
  error: string | undefined;
  words: { authorization: string; authorizationHelp: string; authorizationKept: string; forget: string };
}) {
  return (
    <>
      <PasswordInput
        label={words.authorization}
        description={isSet ? words.authorizationKept : words.authorizationHelp}
        value={draft.authorization}
        onChange={(event) => set({ authorization: event.currentTarget.value, isForgotten: false })}
        error={error}
        autoComplete="off"
        maxLength={1024}
      />
      {isSet ? (
        <Checkbox
          label={words.forget}
          checked={draft.isForgotten}
          onChange={(event) => set({ isForgotten: event.currentTarget.checked, authorization: "" })}
        />
      ) : null}
    </>
  );
}

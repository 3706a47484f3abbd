"use client";

import { Button } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RotateSecretDialog } from "#components/overlay/rotate-secret-dialog.tsx";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import { incidentWords as words } from "../../_components/words.ts";

const SECRET_WORDS = {
  rotateText:
    "The client gets a new secret, shown once. What it is given to must have it, or its next token is refused.",
  overlap: "The old secrets work",
  rotateAct: "Make a new secret",
  cancel: "Cancel",
  secret: "The new secret",
  secretDone: "I have it",
};

/** A new secret for a client whose tokens got out, on record in the case; the old ones end at once unless somebody says otherwise. */
export function NewSecret({
  clientId,
  name,
  number,
  isAllowed,
  isFirst = false,
}: {
  clientId: string;
  name: string;
  number: number;
  isAllowed: boolean;
  /** The one thing to do at this step: the leaked secret still gets tokens. */
  isFirst?: boolean;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        {...(isFirst ? { variant: "filled" as const } : { size: "compact-xs" })}
        disabled={!isAllowed}
        onClick={() => setIsOpen(true)}
        aria-label={isFirst ? undefined : `${words.newSecret} ${name}`}
      >
        {isFirst ? words.replaceSecret(name) : words.newSecret}
      </Button>
      <RotateSecretDialog
        title={`A new secret for ${name}`}
        url={`/api/v1/incidents/${number}/clients/${clientId}/rotate-secret`}
        words={SECRET_WORDS}
        overlapSeconds={0}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
      />
    </>
  );
}

/** Ends a user's sessions and tokens, in the case: the next request asks them to sign in again. */
export function EndUser({
  userId,
  name,
  number,
  isAllowed,
}: {
  userId: string;
  name: string;
  number: number;
  isAllowed: boolean;
}) {
  const router = useRouter();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        size="compact-xs"
        disabled={!isAllowed}
        onClick={() => setIsOpen(true)}
        aria-label={`${words.endUser} ${name}`}
      >
        {words.endUser}
      </Button>
      <RevokeDialog
        target={isOpen ? { kind: "user", id: userId } : null}
        incident={number}
        onClose={() => {
          setIsOpen(false);
          router.refresh();
        }}
      />
    </>
  );
}

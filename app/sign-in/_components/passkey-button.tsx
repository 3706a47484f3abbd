"use client";

import { Button } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useEffect, useState } from "react";
import { RequestProblem, requestJson } from "#components/request/request-json.ts";
import { passkeyFault } from "#components/step-up/words.ts";
import { signInWords as words } from "./words.ts";

type Offer = { options: { challenge: string } };

const loadBrowser = () => import("@simplewebauthn/browser");

/** Asks for a passkey and signs in with it. `isQuiet`: the browser offers it beside the e-mail, and waits until somebody takes it. */
async function signInWithPasskey(isQuiet: boolean): Promise<string | null> {
  const [{ startAuthentication }, { options }] = await Promise.all([
    loadBrowser(),
    requestJson<Offer>("/api/v1/sign-in/passkey", { method: "POST" }),
  ]);
  const { id, rawId, type, response } = await startAuthentication({
    optionsJSON: options,
    useBrowserAutofill: isQuiet,
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  const answer = { id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle } };
  const result = await signIn("passkey", { redirect: false, answer: JSON.stringify(answer) });
  if (result?.ok && !result.error) return null;
  if (result?.error === "GONE") return words.passkeyOver;
  return result?.error === "CredentialsSignin" ? words.passkeyRefused : words.refused(result?.error);
}

/** A passkey by a button, and where the browser can, beside the e-mail field as well. */
export function PasskeyButton({
  onRefused,
  onSignedIn,
}: {
  onRefused: (why: string | null) => void;
  onSignedIn: () => void;
}) {
  const [isBusy, setIsBusy] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for the page
  useEffect(() => {
    let isHere = true;
    async function offer() {
      const { browserSupportsWebAuthnAutofill } = await loadBrowser();
      if (!(await browserSupportsWebAuthnAutofill()) || !isHere) return;
      const refusal = await signInWithPasskey(true);
      if (!isHere) return;
      if (refusal === null) onSignedIn();
      else onRefused(refusal);
    }
    // nobody asked for it: that it was left alone, or ended by the button, is no failure
    offer().catch(() => {});
    return () => {
      isHere = false;
      void loadBrowser().then(({ WebAuthnAbortService }) => WebAuthnAbortService.cancelCeremony());
    };
  }, []);

  async function use() {
    setIsBusy(true);
    onRefused(null);
    try {
      const refusal = await signInWithPasskey(false);
      if (refusal === null) return onSignedIn();
      onRefused(refusal);
    } catch (error) {
      onRefused(error instanceof RequestProblem ? error.message : passkeyFault(error));
    }
    setIsBusy(false);
  }

  return (
    <Button fullWidth leftSection={<IconFingerprint size={18} />} loading={isBusy} onClick={() => void use()}>
      {words.passkey}
    </Button>
  );
}

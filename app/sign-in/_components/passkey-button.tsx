"use client";

import { Button } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useEffect, useRef, useState } from "react";
import { RequestProblem, requestJson } from "#components/request/request-json.ts";
import { passkeyFault } from "#components/step-up/words.ts";
import { signInWords as words } from "./words.ts";

type Offer = { options: { challenge: string } };

const loadBrowser = () => import("@simplewebauthn/browser");

const askForOffer = () => requestJson<Offer>("/api/v1/sign-in/passkey", { method: "POST" });

/** Has an offer answered by a passkey and signs in with that. `isQuiet`: the browser offers it beside the e-mail, and waits until somebody takes it. */
async function answerOffer(
  { options }: Offer,
  { isQuiet, onAnswered }: { isQuiet: boolean; onAnswered: () => void },
): Promise<string | null> {
  const { startAuthentication } = await loadBrowser();
  const { id, rawId, type, response } = await startAuthentication({
    optionsJSON: options,
    useBrowserAutofill: isQuiet,
  });
  onAnswered();
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
  const isByButton = useRef(false);
  const quietOffer = useRef<Promise<Offer> | null>(null);

  function finish(refusal: string | null) {
    if (refusal === null) return onSignedIn();
    onRefused(refusal);
    setIsBusy(false);
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for the page
  useEffect(() => {
    let isHere = true;
    const isWanted = () => isHere && !isByButton.current;
    async function offer() {
      const { browserSupportsWebAuthnAutofill } = await loadBrowser();
      if (!(await browserSupportsWebAuthnAutofill()) || !isWanted()) return;
      quietOffer.current = askForOffer();
      const offered = await quietOffer.current;
      if (!isWanted()) return;
      const refusal = await answerOffer(offered, { isQuiet: true, onAnswered: () => setIsBusy(true) });
      if (isHere) finish(refusal);
    }
    // nobody asked for it: that it was left alone, or ended by the button, is no failure
    offer().catch(() => {
      if (isWanted()) setIsBusy(false);
    });
    return () => {
      isHere = false;
      void loadBrowser().then(({ WebAuthnAbortService }) => WebAuthnAbortService.cancelCeremony());
    };
  }, []);

  async function use() {
    setIsBusy(true);
    onRefused(null);
    isByButton.current = true;
    try {
      // the newest offer alone can be answered: the quiet one ends first
      (await loadBrowser()).WebAuthnAbortService.cancelCeremony();
      await quietOffer.current?.catch(() => {});
      finish(await answerOffer(await askForOffer(), { isQuiet: false, onAnswered: () => {} }));
    } catch (error) {
      finish(error instanceof RequestProblem ? error.message : passkeyFault(error));
    }
  }

  return (
    <Button fullWidth leftSection={<IconFingerprint size={18} />} loading={isBusy} onClick={() => void use()}>
      {words.passkey}
    </Button>
  );
}

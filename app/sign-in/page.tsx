import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { requestContext } from "#app/_lib/context.ts";
import { whySessionEnded } from "#app/_lib/context-of.ts";
import { safePath } from "#app/_lib/safe-path.ts";
import { Doorway } from "#components/layout/doorway.tsx";
import { hasOwner } from "#lib/admins/owner-lock.ts";
import { getEnv } from "#lib/env.ts";
import { findRelyingParty } from "#lib/passkeys/relying-party.ts";
import { isRestoreOpen } from "#lib/restore/watch-restore.ts";
import { listSignInDoors } from "#lib/sign-in-providers/list-providers.ts";
import { providerRefusalWords } from "#lib/sign-in-providers/refusal-words.ts";
import { WaysIn } from "./_components/ways-in.tsx";
import { signInWords } from "./_components/words.ts";

export const metadata: Metadata = { title: signInWords.title };
export const dynamic = "force-dynamic";

/** Where admins come in; `next` is where they wanted to go, `why` what brought them here, `refused` why a provider let nobody in. */
export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { next, why, refused, wait } = await searchParams;
  // before there is an owner nobody can sign in: the set-up says how to begin
  const { db } = await requestContext();
  // with the database away the form stays, and says so itself
  const isHeld = await isRestoreOpen(db).catch(() => false);
  if (!isHeld && !(await hasOwner(db).catch(() => true))) redirect("/setup");
  const doors = await listSignInDoors(db).catch(() => ({ providers: [], isLocalOff: false }));
  const notice = isHeld
    ? signInWords.restored
    : why === "ended"
      ? signInWords.endedBy(await whySessionEnded(await headers()).catch(() => null))
      : why === "signed-out"
        ? signInWords.signedOut
        : null;
  return (
    <Doorway title={signInWords.title} lead={signInWords.lead} environmentName={getEnv().environmentName}>
      <WaysIn
        doors={doors}
        next={safePath(next)}
        notice={notice}
        refused={providerRefusalWords(refused, wait)}
        hasPasskeys={findRelyingParty(getEnv().consoleUrl) !== null}
      />
    </Doorway>
  );
}

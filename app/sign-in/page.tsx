import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requestContext } from "#app/_lib/context.ts";
import { safePath } from "#app/_lib/safe-path.ts";
import { Doorway } from "#components/layout/doorway.tsx";
import { hasOwner } from "#lib/admins/owner-lock.ts";
import { getEnv } from "#lib/env.ts";
import { findRelyingParty } from "#lib/passkeys/relying-party.ts";
import { isRestoreOpen } from "#lib/restore/watch-restore.ts";
import { SignInForm } from "./_components/sign-in-form.tsx";
import { signInWords } from "./_components/words.ts";

export const metadata: Metadata = { title: signInWords.title };
export const dynamic = "force-dynamic";

/** Where admins come in; `next` is where they wanted to go, `why` what brought them here. */
export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { next, why } = await searchParams;
  // before there is an owner nobody can sign in: the set-up says how to begin
  const { db } = await requestContext();
  // with the database away the form stays, and says so itself
  const isHeld = await isRestoreOpen(db).catch(() => false);
  if (!isHeld && !(await hasOwner(db).catch(() => true))) redirect("/setup");
  const notice = isHeld
    ? signInWords.restored
    : why === "ended"
      ? signInWords.ended
      : why === "signed-out"
        ? signInWords.signedOut
        : null;
  return (
    <Doorway title={signInWords.title} lead={signInWords.lead} environmentName={getEnv().environmentName}>
      <SignInForm
        next={safePath(next)}
        notice={notice}
        hasPasskeys={findRelyingParty(getEnv().consoleUrl) !== null}
      />
    </Doorway>
  );
}

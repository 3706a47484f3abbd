import { Alert, Code, Stack } from "@mantine/core";
import { IconDatabaseExclamation } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { Doorway } from "#components/layout/doorway.tsx";
import { StepUpDialog } from "#components/step-up/step-up-dialog.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { getRestore } from "#lib/restore/get-restore.ts";
import { ConfirmForm } from "./_components/confirm-form.tsx";
import { restoredWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };
export const dynamic = "force-dynamic";

/** The one page while a restore waits to be confirmed: what was found, what is lost, and the confirmation. */
export default async function RestoredPage() {
  const ctx = await requireSignedIn("/restored");
  const restore = await getRestore(ctx);
  if (restore === null) redirect("/");
  const { mark, common, lostActs, lostCheckpoints } = restore;
  return (
    <Doorway title={words.title} lead={words.lead} environmentName={getEnv().environmentName} isWide>
      <Stack gap="md">
        <Alert color="red" icon={<IconDatabaseExclamation size={18} />}>
          {words.found}
        </Alert>
        <KeyValue
          wide
          items={[
            {
              key: words.kept,
              value: (
                <>
                  up to checkpoint {groupedNumber(mark.number)},{" "}
                  <Instant at={mark.at} show="exact" focusable />
                </>
              ),
            },
            {
              key: words.has,
              value:
                common === null ? (
                  words.none
                ) : (
                  <>
                    up to checkpoint {groupedNumber(common.number)},{" "}
                    <Instant at={common.at} show="exact" focusable />
                  </>
                ),
            },
            {
              key: words.lost,
              value: (
                <>
                  <strong>
                    {groupedNumber(lostCheckpoints)} {lostCheckpoints === 1 ? "minute" : "minutes"} of
                    evidence, at least {groupedNumber(lostActs)} {lostActs === 1 ? "act" : "acts"}
                  </strong>{" "}
                  {words.lostRest}
                </>
              ),
            },
            { key: words.back, value: words.erased },
          ]}
        />
        {can(ctx, "restore:confirm") ? (
          <>
            <ConfirmForm />
            <StepUpDialog />
          </>
        ) : (
          <p>
            {words.onlyOwner} <Code>{words.command}</Code>
          </p>
        )}
        <p className="muted">{words.notYours}</p>
      </Stack>
    </Doorway>
  );
}

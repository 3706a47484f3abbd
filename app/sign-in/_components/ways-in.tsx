"use client";

import { Alert, Anchor, Divider, Stack, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useState } from "react";
import type { SignInDoors } from "#lib/sign-in-providers/model.ts";
import { ProviderButtons } from "./provider-buttons.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { signInWords as words } from "./words.ts";

/** The providers first where there are some, then the accounts of this console: folded while they are for the break-glass owners alone. */
export function WaysIn({
  doors,
  next,
  notice,
  refused,
  hasPasskeys,
}: {
  doors: SignInDoors;
  next: string;
  notice: string | null;
  /** Why a provider let nobody in, in words. */
  refused: string | null;
  hasPasskeys: boolean;
}) {
  const [refusal, setRefusal] = useState(refused);
  const [isFolded, setIsFolded] = useState(doors.isLocalOff);
  // who has begun with a password goes on with it: one way at a time
  const [isUnderWay, setIsUnderWay] = useState(false);
  const form = (isQuiet: boolean) => (
    <SignInForm
      next={next}
      notice={isQuiet ? null : notice}
      hasPasskeys={hasPasskeys}
      isSecond={isQuiet}
      onUnderWay={setIsUnderWay}
    />
  );
  const alert =
    refusal === null ? null : (
      <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert" variant="light">
        {refusal}
      </Alert>
    );
  if (doors.providers.length === 0 && !doors.isLocalOff)
    return (
      <Stack gap="md">
        {alert}
        {form(false)}
      </Stack>
    );
  return (
    <Stack gap="md">
      {alert}
      {refusal === null && notice !== null ? <Text role="status">{notice}</Text> : null}
      {doors.providers.length === 0 ? <Text>{words.noDoor}</Text> : null}
      {isUnderWay ? null : <ProviderButtons providers={doors.providers} next={next} onRefused={setRefusal} />}
      {isFolded ? (
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => setIsFolded(false)}
          style={{ alignSelf: "flex-start" }}
        >
          {words.breakGlass}
        </Anchor>
      ) : (
        <>
          {isUnderWay ? null : doors.isLocalOff ? (
            <>
              <Divider />
              <Text size="xs" c="dimmed">
                {words.breakGlassOnly}
              </Text>
            </>
          ) : (
            <Divider label={words.orLocal} />
          )}
          {form(true)}
        </>
      )}
    </Stack>
  );
}

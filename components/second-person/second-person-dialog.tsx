"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useCallback, useEffect, useState } from "react";
import { APPROVAL_SECONDS, type ApprovalRow } from "#lib/approvals/model.ts";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import {
  promptSecondPersonBy,
  type SecondPersonChoice,
  type SecondPersonNeeded,
} from "../request/second-person-prompt.ts";
import { secondPersonWords as words } from "./words.ts";

const SecondPersonForm = dynamic(
  () => import("./second-person-form.tsx").then((module) => module.SecondPersonForm),
  { ssr: false, loading: () => <p>{words.loading}</p> },
);

type Asked = { needed: SecondPersonNeeded; answer: (choice: SecondPersonChoice | null) => void };

/** Over every other dialog of the console, as the one that asks who is there. */
const ABOVE_DIALOGS = 390;

/** The one dialog that asks for a second person, wherever a request was refused for want of one; and says what waits then. What stands behind it stays as it is. */
export function SecondPersonDialog({ isOwner }: { isOwner: boolean }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [waiting, setWaiting] = useState<ApprovalRow | null>(null);

  useEffect(
    () =>
      promptSecondPersonBy({
        ask: (needed) => new Promise((answer) => setAsked({ needed, answer })),
        tell: setWaiting,
      }),
    [],
  );

  const close = useCallback(
    (choice: SecondPersonChoice | null) => {
      asked?.answer(choice);
      setAsked(null);
      setWaiting(null);
    },
    [asked],
  );
  const isOpen = asked !== null || waiting !== null;

  // before any dialog behind it hears of the key
  useWindowEvent(
    "keydown",
    (event) => {
      if (!isOpen || event.key !== "Escape" || event.isComposing) return;
      event.stopImmediatePropagation();
      close(null);
    },
    { capture: true },
  );

  return (
    <OnDemandDialog
      isOpen={isOpen}
      onClose={() => close(null)}
      title={asked === null ? words.askedTitle : words.title}
      size={480}
      zIndex={ABOVE_DIALOGS}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      {asked === null ? (
        <Waiting approval={waiting} onClose={() => close(null)} />
      ) : (
        <SecondPersonForm needed={asked.needed} isOwner={isOwner} onDone={close} />
      )}
    </OnDemandDialog>
  );
}

function Waiting({ approval, onClose }: { approval: ApprovalRow | null; onClose: () => void }) {
  if (approval === null) return null;
  return (
    <Stack gap="md">
      <Text>{words.asked(APPROVAL_SECONDS / 3600)}</Text>
      {approval.runBy === "requester" ? <Text>{words.askedRun}</Text> : null}
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>{words.close}</Button>
        <Button
          component={Link}
          prefetch={false}
          href={`/approvals/${approval.id}`}
          variant="filled"
          onClick={onClose}
        >
          {words.see}
        </Button>
      </Group>
    </Stack>
  );
}

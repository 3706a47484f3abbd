"use client";

import { Alert, Button, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { dayWords, type HeldDay } from "#lib/log-retention/model.ts";
import { logRetentionWords as words } from "./words.ts";

/** A day that should have left and does not hold: what was found, and the way to let it go all the same. */
export function HeldDayCard({ heldDay, mayChange }: { heldDay: HeldDay; mayChange: boolean }) {
  const done = useDone();
  const [isAsked, setIsAsked] = useState(false);
  const [note, setNote] = useState("");
  const day = dayWords(heldDay.day);

  async function release() {
    await requestJson("/api/v1/log-retention/releases", { method: "POST", body: { day: heldDay.day, note } });
    done(words.released);
  }

  return (
    <Alert
      color="red"
      title={`The uses of ${day} stay: their evidence does not hold`}
      icon={<IconAlertTriangle size={18} />}
    >
      <p>
        They should have left the log. Before they do they are verified, and on{" "}
        <Instant at={heldDay.foundAt} show="exact" focusable /> that found:
      </p>
      <ul>
        {heldDay.problems.map(({ chain, sequence, says }) => (
          <li key={`${chain} ${sequence}`}>
            {chain === "checkpoints" ? "checkpoint" : "seal"} {sequence}: {says}
          </li>
        ))}
      </ul>
      <p>
        {words.heldHelp} <Link href="/audit/integrity">{words.heldWhere}</Link>
      </p>
      {mayChange ? (
        <Button color="red" mt="sm" onClick={() => setIsAsked(true)}>
          {words.release}
        </Button>
      ) : null}
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={`Let the uses of ${day} leave`}
        act={words.release}
        isDanger
        guarded="retention"
        onConfirm={release}
      >
        <p>{words.releaseHelp}</p>
        <TextInput
          label={words.why}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          mt="sm"
        />
      </ConfirmDialog>
    </Alert>
  );
}

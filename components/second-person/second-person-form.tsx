"use client";

import { Alert, Button, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import Link from "next/link";
import { type FormEvent, useState } from "react";
import { REASON_MAX } from "#lib/approvals/model.ts";
import type { SecondPersonChoice, SecondPersonNeeded } from "../request/second-person-prompt.ts";
import { secondPersonWords as words } from "./words.ts";

type Way = SecondPersonChoice["header"];

/** Why a second person is asked for; owners may do without, and say why. */
export function SecondPersonForm({
  needed,
  isOwner,
  onDone,
}: {
  needed: SecondPersonNeeded;
  isOwner: boolean;
  onDone: (choice: SecondPersonChoice | null) => void;
}) {
  const [way, setWay] = useState<Way>("approval-reason");
  const [reason, setReason] = useState("");
  const isAlone = way === "break-glass-reason";
  const said = reason.replace(/\s+/g, " ").trim();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (said !== "") onDone({ header: way, reason: said });
  }

  return (
    <form onSubmit={submit} aria-label={words.title}>
      <Stack gap="md">
        <Text c="dimmed">{words.needed(needed)}</Text>
        {needed.approvalId === undefined ? null : (
          <Alert color="blue" icon={<IconUsers size={18} />}>
            {words.waits}{" "}
            <Link prefetch={false} href={`/approvals/${needed.approvalId}`} onClick={() => onDone(null)}>
              {words.see}
            </Link>
          </Alert>
        )}
        {isOwner ? (
          <Radio.Group label={words.choice} value={way} onChange={(value) => setWay(value as Way)}>
            <Stack gap={10} mt={8}>
              <Radio value="approval-reason" label={words.ask} description={words.askMeans} />
              <Radio
                value="break-glass-reason"
                label={words.alone}
                description={words.aloneMeans}
                color="red"
              />
            </Stack>
          </Radio.Group>
        ) : (
          <Text>{words.askMeans}</Text>
        )}
        <Textarea
          label={words.reason}
          description={words.reasonHelp}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          required
          autosize
          minRows={2}
          maxLength={REASON_MAX}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button onClick={() => onDone(null)}>{words.cancel}</Button>
          <Button type="submit" variant="filled" color={isAlone ? "red" : "accent"} disabled={said === ""}>
            {isAlone ? words.aloneAct : words.askAct}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

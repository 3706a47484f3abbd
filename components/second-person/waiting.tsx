"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import Link from "next/link";
import { APPROVAL_SECONDS, type ApprovalRow } from "#lib/approvals/model.ts";
import { secondPersonWords as words } from "./words.ts";

/** Says that what was asked for waits, and where. */
export function Waiting({ approval, onClose }: { approval: ApprovalRow; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Text>{words.asked(APPROVAL_SECONDS / 3600)}</Text>
      {approval.runBy === "requester" ? (
        <Text>{approval.kinds.includes("exports") ? words.askedFile : words.askedRun}</Text>
      ) : null}
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

"use client";

import { Progress } from "@mantine/core";
import { groupedNumber } from "../display/number-text.tsx";

/** How far a frozen selection is written: what is written is in force. */
export function SelectionProgress({ written, size }: { written: number; size: number }) {
  const share = size === 0 ? 100 : (written / size) * 100;
  return (
    <>
      <Progress value={share} aria-label="Written so far" />
      <span>
        {groupedNumber(written)} of {groupedNumber(size)} tokens are in force
      </span>
    </>
  );
}

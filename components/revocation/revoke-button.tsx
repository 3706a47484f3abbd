"use client";

import { Button } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import { useState } from "react";
import type { PlanTargetInput } from "#lib/order-plans/model.ts";
import { RevokeDialog } from "./revoke-dialog.tsx";

/** A button that leads to revoking or suspending by one target; none where the role may not. */
export function RevokeButton({
  target,
  label,
  about,
  isAllowed,
  size,
}: {
  target: PlanTargetInput;
  label: string;
  /** What it revokes, for who hears the button without its row. */
  about?: string;
  isAllowed: boolean;
  /** Small where it stands in a row. */
  size?: "compact-sm";
}) {
  const [isOpen, setIsOpen] = useState(false);
  if (!isAllowed) return null;
  return (
    <>
      <Button
        variant={size ? "subtle" : "outline"}
        color="red"
        {...(size ? { size } : { leftSection: <IconBan size={16} /> })}
        {...(about === undefined ? {} : { "aria-label": `${label} ${about}` })}
        onClick={() => setIsOpen(true)}
      >
        {label}
      </Button>
      <RevokeDialog target={isOpen ? target : null} onClose={() => setIsOpen(false)} />
    </>
  );
}

"use client";

import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { useTablePreferences } from "#components/data-table/preferences.tsx";
import classes from "./fold-toggles.module.css";
import type { Fold } from "./folds.ts";
import { auditWords as words } from "./words.ts";

/** Opens and folds what stands between a log's chart and its rows; it stays so for the person, in any browser. */
export function FoldToggles({ table, folds }: { table: string; folds: readonly Fold[] }) {
  const router = useRouter();
  const [{ opened }, change, flush] = useTablePreferences(table);
  const [isPending, startTransition] = useTransition();

  function toggle(fold: Fold) {
    change({ opened: { ...opened, [fold]: opened[fold] !== true } });
    startTransition(async () => {
      // what is folded is not counted: the server has to know
      await flush();
      router.refresh();
    });
  }

  return folds.map((fold) => {
    const isOpen = opened[fold] === true;
    const Chevron = isOpen ? IconChevronDown : IconChevronRight;
    return (
      <UnstyledButton
        key={fold}
        className={classes.toggle}
        aria-expanded={isOpen}
        aria-busy={isPending}
        onClick={() => toggle(fold)}
      >
        <Chevron size={13} aria-hidden /> {words.fold[fold]}
      </UnstyledButton>
    );
  });
}

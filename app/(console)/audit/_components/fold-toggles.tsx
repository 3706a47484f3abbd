"use client";

import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useOptimistic, useTransition } from "react";
import classes from "./fold-toggles.module.css";
import { type Fold, openFolds, withFolds } from "./folds.ts";
import { auditWords as words } from "./words.ts";

/** Opens and folds what stands between a log's chart and its rows, in the page's address. */
export function FoldToggles({ folds }: { folds: readonly Fold[] }) {
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const [isPending, startTransition] = useTransition();
  const [opened, setOpened] = useOptimistic(openFolds(params.getAll("unfold")));

  function toggle(fold: Fold) {
    const open = folds.filter((one) => opened.includes(one) !== (one === fold));
    const next = new URLSearchParams(params);
    next.delete("unfold");
    startTransition(() => {
      setOpened(open);
      // what is folded is not counted: the server has to know
      router.replace(withFolds(next.size === 0 ? path : `${path}?${next}`, open), { scroll: false });
    });
  }

  return folds.map((fold) => {
    const isOpen = opened.includes(fold);
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

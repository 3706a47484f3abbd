"use client";

import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { Scroller } from "#components/display/scroller.tsx";
import type { IndexRow } from "../_lib/document.ts";
import { findOperations } from "../_lib/find-operations.ts";
import { MethodBadge } from "./method-badge.tsx";
import classes from "./reference.module.css";
import { areaName, referenceWords as words } from "./words.ts";

function addressOf(id: string | null, q: string): string {
  const query = new URLSearchParams([
    ...(id === null ? [] : [["op", id]]),
    ...(q.trim() === "" ? [] : [["q", q.trim()]]),
  ]);
  return query.size === 0 ? "/api-reference" : `/api-reference?${query}`;
}

/** Every operation by area, and those that some words find; both the words and the open one stand in the address. */
export function OperationIndex({ rows, openId }: { rows: IndexRow[]; openId: string | null }) {
  const params = useSearchParams();
  const [text, setText] = useState(params.get("q") ?? "");
  const found = findOperations(rows, useDeferredValue(text));
  const list = useRef<HTMLElement>(null);

  useEffect(() => {
    list.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  }, []);

  function find(next: string) {
    setText(next);
    window.history.replaceState(null, "", addressOf(openId, next));
  }

  return (
    <nav className={classes.index} aria-label={words.index}>
      <div className={classes.find}>
        <TextInput
          aria-label={words.find}
          placeholder={words.findHint}
          leftSection={<IconSearch size={16} />}
          value={text}
          onChange={(event) => find(event.currentTarget.value)}
          type="search"
          autoComplete="off"
          maxLength={100}
        />
        <p className={classes.count} aria-live="polite">
          {found.length === 0 ? words.none : words.count(found.length, rows.length)}
        </p>
      </div>
      <Scroller label={words.index} className={classes.list} ref={list}>
        {byArea(found).map(({ area, operations }) => (
          <section key={area} aria-label={areaName(area)}>
            <h2 className={classes.area}>{areaName(area)}</h2>
            <ul>
              {operations.map(({ id, method, path, summary }) => (
                <li key={id}>
                  <Link
                    href={addressOf(id, text)}
                    prefetch={false}
                    className={classes.row}
                    aria-current={id === openId ? "page" : undefined}
                    title={path}
                  >
                    <MethodBadge method={method} />
                    <span className={classes.path}>{path.replace("/api/v1", "")}</span>
                    <span className={classes.summary}>{summary}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </Scroller>
    </nav>
  );
}

function byArea(rows: readonly IndexRow[]): { area: string; operations: IndexRow[] }[] {
  const areas = new Map<string, IndexRow[]>();
  for (const row of rows) areas.set(row.area, [...(areas.get(row.area) ?? []), row]);
  return [...areas].map(([area, operations]) => ({ area, operations }));
}

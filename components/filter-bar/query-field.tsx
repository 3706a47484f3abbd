"use client";

import { Kbd, TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { type FilterValues, findFilterKey, type TableDeclaration } from "#lib/list-query/define-table.ts";
import { formatTypedQuery, parseTypedQuery } from "#lib/list-query/typed-query.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { openPasted } from "../token-input/open-pasted.ts";
import { pastedLines } from "../token-input/pasted-lines.ts";
import { holdsValue, seeTokens } from "../token-input/see-token.ts";
import classes from "./filter-bar.module.css";
import type { Suggest } from "./filter-bar.tsx";
import { Offers } from "./offers.tsx";
import { exampleOf, isOfValues, lastPiece, type Offer, offersOf, quoted } from "./query-offers.ts";

type Filters = FilterValues<TableDeclaration>;
type QueryFieldProps = {
  declaration: TableDeclaration;
  filters: Filters;
  onChange: (filters: Filters) => void;
  suggest?: Suggest;
  fieldRef?: RefObject<HTMLInputElement | null>;
};

/** What follows by itself, then what was found; of options that are both, with what was found of how many there are. */
function withCounts(offers: readonly Offer[], found: readonly Offer[]): Offer[] {
  const [counted, known] = [
    new Map(found.map((offer) => [offer.insert, offer])),
    new Set(offers.map(({ insert }) => insert)),
  ];
  return [
    ...offers.map((offer) => ({
      ...offer,
      about: [offer.about, counted.get(offer.insert)?.count].filter(Boolean).join(" · "),
    })),
    ...found
      .filter(({ insert }) => !known.has(insert))
      .map((offer) => ({ ...offer, about: [offer.about, offer.count].filter(Boolean).join(" · ") })),
  ];
}

/** The filters as text. What holds or names a token is never searched for: its page is opened instead. */
export function QueryField({ declaration, filters, onChange, suggest, fieldRef }: QueryFieldProps) {
  const router = useRouter();
  const [isOpen, setIsOpen] = useState(false);
  /** The offer that the arrows are at; -1 is the text itself. */
  const [at, setAt] = useState(-1);
  const listId = useId();
  const written = formatTypedQuery(declaration, filters);
  const [text, setText] = useState(written);
  const [problem, setProblem] = useState<string | null>(null);
  const [found, setFound] = useState<Offer[]>([]);
  const last = useRef(written);

  // chips changed: the text follows
  useEffect(() => {
    if (last.current === written) return;
    last.current = written;
    setText(written);
    setProblem(null);
  }, [written]);

  const isToken = holdsValue(text);
  const { before, sign, key, part } = lastPiece(text);
  const name = key === null ? null : findFilterKey(declaration, key);
  const filter = name === null ? undefined : declaration.filters[name];
  const isSuggested = (isOfValues(filter) || filter?.kind === "oneOf") && !isToken;
  useEffect(() => {
    setFound([]);
    if (!isSuggested || !suggest || name === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      suggest(name, part.replaceAll('"', ""), stop.signal)
        .then((rows) =>
          setFound(
            rows.map((row) => ({
              insert: `${before}${sign}${name}:${quoted(row.value)} `,
              label: row.value,
              about: row.label ?? "",
              ...(row.count === undefined ? {} : { count: groupedNumber(row.count) }),
              isDone: true,
            })),
          ),
        )
        .catch(() => {});
    }, 150);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [isSuggested, suggest, name, part, before, sign]);

  function open() {
    setIsOpen(true);
    setAt(-1);
  }
  function close() {
    setIsOpen(false);
    setAt(-1);
  }

  async function apply(value: string) {
    // at once: a value does not stay on the screen while it is looked up
    if (holdsValue(value)) setText("");
    const pasted = await openPasted(value);
    if (pasted.do === "open") return router.push(pasted.href);
    if (pasted.do === "say") return setProblem(pasted.says);
    const parsed = parseTypedQuery(declaration, value);
    const isUsable = parsed.problems.length === 0;
    const said = parsed.problems.map((one) => `${one.text}: ${one.message}`);
    setProblem(isUsable ? null : [...said, "Nothing was applied: what is shown has not changed."].join(" "));
    close();
    if (!isUsable) return;
    last.current = formatTypedQuery(declaration, parsed.filters);
    setText(last.current);
    onChange(parsed.filters as Filters);
  }

  const offers = isToken ? [] : withCounts(offersOf(declaration, text), found).slice(0, 9);
  const isShown = isOpen && (offers.length > 0 || isToken);

  function take(offer: Offer) {
    setText(offer.insert);
    if (offer.isDone) void apply(offer.insert);
    else open();
  }

  function hear(event: KeyboardEvent<HTMLInputElement>) {
    const { key: pressed, currentTarget, nativeEvent } = event;
    if (nativeEvent.isComposing) return;
    const step = pressed === "ArrowDown" ? 1 : pressed === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (!isShown) open();
      else setAt((was) => (was + step + offers.length) % Math.max(1, offers.length));
    } else if (pressed === "Enter") {
      event.preventDefault();
      const offer = isShown ? offers[at] : undefined;
      if (offer) take(offer);
      else void apply(text);
    } else if (pressed === "Escape") {
      close();
      currentTarget.blur();
    }
  }

  return (
    <div className={classes.field}>
      <TextInput
        ref={fieldRef}
        value={text}
        placeholder={`${declaration.search ? "Search, or type a filter" : "Type a filter"}${exampleOf(declaration)}`}
        aria-label="Filters as text"
        role="combobox"
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-expanded={isShown}
        aria-controls={isShown ? listId : undefined}
        aria-activedescendant={isShown && at >= 0 ? `${listId}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        leftSection={<IconFilter size={15} />}
        rightSection={<Kbd size="xs">/</Kbd>}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem(null);
          open();
        }}
        onPaste={(event) => {
          const lines = pastedLines(event);
          if (lines !== null) setText(lines);
        }}
        onClick={() => (isOpen ? undefined : open())}
        onBlur={close}
        onKeyDown={hear}
      />
      {isShown ? (
        <Offers listId={listId} offers={offers} at={at} onTake={take}>
          {isToken
            ? seeTokens(text).length === 0
              ? "This is a secret: it is not searched for, and stays here."
              : "This is a token. Enter opens its page by its id or hash; its value stays here."
            : null}
        </Offers>
      ) : null}
      {problem ? (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      ) : null}
    </div>
  );
}

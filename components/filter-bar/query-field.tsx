"use client";

import { Combobox, Kbd, TextInput, useCombobox } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type RefObject, useEffect, useRef, useState } from "react";
import {
  type Filter,
  type FilterValues,
  findFilterKey,
  type TableDeclaration,
} from "#lib/list-query/define-table.ts";
import { formatTypedQuery, parseTypedQuery } from "#lib/list-query/typed-query.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { openPasted } from "../token-input/open-pasted.ts";
import { pastedLines } from "../token-input/pasted-lines.ts";
import { holdsValue, recogniseToken } from "../token-input/recognise-token.ts";
import classes from "./filter-bar.module.css";
import type { Suggest } from "./filter-bar.tsx";

type Filters = FilterValues<TableDeclaration>;
type Offer = { insert: string; label: string; about: string; isDone: boolean };

const TIMES = ["1h", "24h", "7d", "30d"];
const LIFETIMES = ["1h", "24h", "30d", "90d"];

/** The last piece of what is typed: what the type-ahead is about. */
function lastPiece(text: string): { before: string; key: string | null; part: string } {
  const before = text.slice(0, text.lastIndexOf(" ") + 1);
  const piece = text.slice(before.length);
  const match = /^([A-Za-z][A-Za-z0-9]*)[:<>](.*)$/.exec(piece);
  return match ? { before, key: match[1] ?? null, part: match[2] ?? "" } : { before, key: null, part: piece };
}

function quoted(value: string): string {
  return /^[^\s"]+$/.test(value) ? value : `"${value}"`;
}

/** Whether real values are offered for it. */
function isOfValues(filter: Filter | undefined): boolean {
  return filter?.kind === "set" || filter?.kind === "country";
}

function operatorOf(filter: Filter): string {
  return filter.kind === "time" ? "<" : filter.kind === "longer" ? ">" : ":";
}

function offersOf(declaration: TableDeclaration, text: string): Offer[] {
  const { before, key, part } = lastPiece(text);
  const folded = part.toLowerCase();
  if (key === null)
    return Object.entries(declaration.filters)
      .filter(
        ([name, filter]) =>
          name !== declaration.search && `${name} ${filter.label}`.toLowerCase().includes(folded),
      )
      .map(([name, filter]) => ({
        insert: `${before}${name}${filter.kind === "flag" ? ":true" : operatorOf(filter)}`,
        label: `${name}${operatorOf(filter)}`,
        about: filter.hint ?? filter.label,
        isDone: filter.kind === "flag",
      }));
  const name = findFilterKey(declaration, key);
  const filter = name === null ? undefined : declaration.filters[name];
  if (name === null || filter === undefined) return [];
  if (filter.kind === "oneOf") {
    const words = filter.words as Record<string, string> | undefined;
    return filter.options
      .filter((option) => option.includes(folded))
      .map((option) => ({
        insert: `${before}${name}:${option} `,
        label: option,
        about: words?.[option] ?? "",
        isDone: true,
      }));
  }
  if (filter.kind === "longer")
    return LIFETIMES.filter((time) => time.startsWith(folded)).map((time) => ({
      insert: `${before}${name}>${time} `,
      label: `${name}>${time}`,
      about: `longer than ${time}`,
      isDone: true,
    }));
  if (filter.kind === "time")
    return TIMES.filter((time) => time.startsWith(folded)).map((time) => ({
      insert: `${before}${name}<${time} `,
      label: `${name}<${time}`,
      about: `${filter.looks === "back" ? "in the last" : "in the next"} ${time}`,
      isDone: true,
    }));
  return [];
}

/** A filter of this very list, for the field's hint. */
function exampleOf(declaration: TableDeclaration): string {
  for (const [name, filter] of Object.entries(declaration.filters))
    if (filter.kind === "oneOf" && filter.options[0] !== undefined)
      return ` such as ${name}:${quoted(filter.options[0])}`;
  return "";
}

type QueryFieldProps = {
  declaration: TableDeclaration;
  filters: Filters;
  onChange: (filters: Filters) => void;
  suggest?: Suggest;
  fieldRef?: RefObject<HTMLInputElement | null>;
};

/** The filters as text. What holds or names a token is never searched for: its page is opened instead. */
export function QueryField({ declaration, filters, onChange, suggest, fieldRef }: QueryFieldProps) {
  const router = useRouter();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
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
  const { before, key, part } = lastPiece(text);
  const name = key === null ? null : findFilterKey(declaration, key);
  const isSuggested = name !== null && isOfValues(declaration.filters[name]) && !isToken;
  useEffect(() => {
    setFound([]);
    if (!isSuggested || !suggest || name === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      suggest(name, part.replaceAll('"', ""), stop.signal)
        .then((rows) =>
          setFound(
            rows.map((row) => ({
              insert: `${before}${name}:${quoted(row.value)} `,
              label: row.value,
              about: [row.label, row.count === undefined ? null : groupedNumber(row.count)]
                .filter(Boolean)
                .join(" · "),
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
  }, [isSuggested, suggest, name, part, before]);

  async function apply(value: string) {
    // at once: a value does not stay on the screen while it is looked up
    if (holdsValue(value)) setText("");
    const pasted = await openPasted(value);
    if (pasted.do === "open") return router.push(pasted.href);
    if (pasted.do === "say") return setProblem(pasted.says);
    const parsed = parseTypedQuery(declaration, value);
    const isUsable = parsed.problems.length === 0;
    setProblem(isUsable ? null : parsed.problems.map((one) => `${one.text}: ${one.message}`).join(" "));
    if (!isUsable) return;
    last.current = formatTypedQuery(declaration, parsed.filters);
    setText(last.current);
    combobox.closeDropdown();
    onChange(parsed.filters as Filters);
  }

  const offers = isToken ? [] : [...offersOf(declaration, text), ...found].slice(0, 9);
  return (
    <div className={classes.field}>
      <Combobox
        store={combobox}
        shadow="md"
        onOptionSubmit={(insert) => {
          const offer = offers.find((candidate) => candidate.insert === insert);
          setText(insert);
          if (offer?.isDone) void apply(insert);
          else combobox.openDropdown();
        }}
      >
        <Combobox.Target>
          <TextInput
            ref={fieldRef}
            value={text}
            placeholder={`${declaration.search ? "Search, or type a filter" : "Type a filter"}${exampleOf(declaration)}`}
            aria-label="Filters as text"
            autoComplete="off"
            spellCheck={false}
            leftSection={<IconFilter size={15} />}
            rightSection={<Kbd size="xs">/</Kbd>}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setProblem(null);
              combobox.openDropdown();
              combobox.resetSelectedOption();
            }}
            onPaste={(event) => {
              const lines = pastedLines(event);
              if (lines !== null) setText(lines);
            }}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            onKeyDown={(event) => {
              if (event.key === "Enter" && combobox.getSelectedOptionIndex() === -1) {
                event.preventDefault();
                void apply(text);
              } else if (event.key === "Escape") {
                combobox.closeDropdown();
                event.currentTarget.blur();
              }
            }}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={offers.length === 0 && !isToken}>
          <Combobox.Options mah={320} style={{ overflow: "auto" }}>
            {isToken ? (
              <Combobox.Empty>
                {recogniseToken(text) === null
                  ? "This is a secret: it is not searched for, and stays here."
                  : "This is a token. Enter opens its page by its id or hash; its value stays here."}
              </Combobox.Empty>
            ) : (
              offers.map((offer) => (
                <Combobox.Option key={offer.insert} value={offer.insert}>
                  <span className={classes.option}>
                    <code>{offer.label}</code>
                    <span>{offer.about}</span>
                  </span>
                </Combobox.Option>
              ))
            )}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {problem ? (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      ) : null}
    </div>
  );
}

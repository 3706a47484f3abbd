"use client";

import { Button, Checkbox, Group, SegmentedControl, TagsInput, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import type { Filter, TableDeclaration, TimeFilter, TimeValue } from "#lib/list-query/define-table.ts";
import { formatDuration } from "#lib/list-query/duration.ts";
import { type AnyFilterValue, formatFilterValue, parseFilterValue } from "#lib/list-query/filter-value.ts";
import { operatorsOf } from "#lib/list-query/filter-words.ts";
import { findNegation } from "#lib/list-query/negations.ts";
import { Flag } from "../display/flag.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import { openPasted } from "../token-input/open-pasted.ts";
import { holdsValue } from "../token-input/see-token.ts";
import classes from "./filter-bar.module.css";
import type { Suggest, Suggestion } from "./filter-bar.tsx";

import { isOfValues as isOfRealValues } from "./query-offers.ts";

type Values = Record<string, AnyFilterValue | undefined>;
type EditorProps = {
  filterKey: string;
  declaration: TableDeclaration;
  /** Of all filters. */
  values: Values;
  suggest?: Suggest;
  onApply: (values: Values) => void;
};

/** All values with that of one filter, wanted or left out; on the other side the values that are there stay, and these come to them. */
function withValue(
  { declaration, values, filterKey }: EditorProps,
  value: AnyFilterValue | undefined,
  isLeftOut: boolean,
): Values {
  const { [filterKey]: _, ...others } = values;
  if (value === undefined) return others;
  const base = declaration.filters[filterKey]?.negates ?? filterKey;
  const side = (isLeftOut ? findNegation(declaration, base) : base) ?? filterKey;
  if (side === filterKey) return { ...others, [filterKey]: value };
  const filter = declaration.filters[side] as Filter;
  const both = [values[side], value].flatMap((one) => (one === undefined ? [] : formatFilterValue(one)));
  const parsed = parseFilterValue(filter, filter.kind === "id" ? both.slice(-1) : both);
  return "problem" in parsed ? values : { ...others, [side]: parsed.value };
}

const PRESETS = [
  ["15m", "15 min"],
  ["1h", "1 h"],
  ["24h", "24 h"],
  ["7d", "7 d"],
  ["30d", "30 d"],
] as const;

function useSuggestions(suggest: Suggest | undefined, key: string, text: string): Suggestion[] {
  const [values, setValues] = useState<Suggestion[]>([]);
  useEffect(() => {
    if (!suggest || holdsValue(text)) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      suggest(key, text, stop.signal)
        .then((rows) => setValues([...new Map(rows.map((row) => [row.value, row])).values()]))
        .catch(() => {});
    }, 150);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [suggest, key, text]);
  return values;
}

/** The editor of one filter, by its kind. */
export function FilterEditor(props: EditorProps) {
  const { filterKey, declaration, values, suggest } = props;
  const filter = declaration.filters[filterKey] as Filter;
  const value = values[filterKey];
  const canLeaveOut = filter.negates !== undefined || findNegation(declaration, filterKey) !== null;
  const [isLeftOut, setIsLeftOut] = useState(filter.negates !== undefined);
  const onApply = (next: AnyFilterValue | undefined) => props.onApply(withValue(props, next, isLeftOut));
  const [texts, setTexts] = useState<string[]>(() => {
    if (value !== undefined) return formatFilterValue(value);
    return filter.kind === "longer" ? [formatDuration(filter.defaultSeconds)] : [];
  });
  const [has, hasNot] = operatorsOf(filter);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const router = useRouter();
  const isOfValues = isOfRealValues(filter);
  const isNamed = filter.kind === "country" || filter.kind === "network";
  const offered = useSuggestions(isOfValues ? suggest : undefined, filter.negates ?? filterKey, typed);

  async function apply(given: string[]) {
    if (given.some(holdsValue)) {
      setTexts([]);
      setTyped("");
      const pasted = await openPasted(given.join("\n"));
      if (pasted.do === "open") router.push(pasted.href);
      else if (pasted.do === "say") setProblem(pasted.says);
      return;
    }
    const all = given.map((text) => text.trim()).filter((text) => text !== "");
    if (all.length === 0) return onApply(undefined);
    const parsed = parseFilterValue(filter, all);
    if ("problem" in parsed) setProblem(parsed.problem);
    else onApply(parsed.value);
  }

  return (
    <form
      className={classes.editor}
      onSubmit={(event) => {
        event.preventDefault();
        void apply(isOfValues && typed.trim() !== "" ? [...texts, typed] : texts);
      }}
    >
      {canLeaveOut ? (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Wanted, or left out"
          value={isLeftOut ? "out" : "in"}
          onChange={(side) => setIsLeftOut(side === "out")}
          data={[
            { value: "in", label: `${filter.label} ${has}` },
            { value: "out", label: `${filter.label} ${hasNot}` },
          ]}
        />
      ) : null}
      {filter.kind === "oneOf" ? (
        <Checkbox.Group value={texts} onChange={setTexts} label={filter.label}>
          <div className={classes.options}>
            {filter.options.map((option, index) => (
              <Checkbox
                key={option}
                value={option}
                label={(filter.words as Record<string, string> | undefined)?.[option] ?? option}
                {...(index === 0 ? { "data-autofocus": true } : {})}
              />
            ))}
          </div>
        </Checkbox.Group>
      ) : null}
      {isOfValues ? (
        <TagsInput
          label={filter.label}
          description={filter.hint ?? "Any of these"}
          data={offered.map((one) => one.value)}
          {...(isNamed
            ? {
                // what was typed may be in the name
                filter: ({ options }) => options,
                renderOption: ({ option }) => (
                  <NamedOption
                    of={option.value}
                    among={offered}
                    hasFlag={filter.kind === "country" && option.value !== UNKNOWN_COUNTRY}
                  />
                ),
              }
            : {})}
          value={texts}
          // a value never becomes a tag: it is looked up as soon as it is there
          onChange={(values) => (values.some(holdsValue) ? void apply(values) : setTexts(values))}
          searchValue={typed}
          onSearchChange={(text) => (holdsValue(text) ? void apply([text]) : setTyped(text))}
          error={problem}
          comboboxProps={{ withinPortal: false }}
          data-autofocus
        />
      ) : null}
      {filter.kind === "text" ||
      filter.kind === "id" ||
      filter.kind === "address" ||
      filter.kind === "longer" ? (
        <TextInput
          label={filter.label}
          description={filter.hint}
          value={texts[0] ?? ""}
          error={problem}
          onChange={(event) => {
            setProblem(null);
            setTexts([event.currentTarget.value]);
          }}
          data-autofocus
        />
      ) : null}
      {filter.kind === "time" ? <TimeEditor filter={filter} value={value} onApply={onApply} /> : null}
      {filter.kind === "time" ? null : (
        <Group justify="flex-end">
          <Button type="submit" variant="filled">
            Apply
          </Button>
        </Group>
      )}
    </form>
  );
}

/** A code with its name, and with how many have it where that is known. */
function NamedOption({ of, among, hasFlag }: { of: string; among: readonly Suggestion[]; hasFlag: boolean }) {
  const { label, count } = among.find((one) => one.value === of) ?? {};
  return (
    <span className={classes.option} style={{ flex: 1 }}>
      <span>
        {hasFlag ? <Flag code={of} /> : null}
        <code>{of}</code> {label}
      </span>
      {count === undefined ? null : <span>{groupedNumber(count)}</span>}
    </span>
  );
}

function toLocal(at: string | null): string {
  if (at === null) return "";
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function TimeEditor({
  filter,
  value,
  onApply,
}: {
  filter: TimeFilter;
  value: AnyFilterValue | undefined;
  onApply: (value: AnyFilterValue | undefined) => void;
}) {
  const time = value as TimeValue | undefined;
  const [from, setFrom] = useState(time?.type === "range" ? toLocal(time.from) : "");
  const [to, setTo] = useState(time?.type === "range" ? toLocal(time.to) : "");
  const [problem, setProblem] = useState<string | null>(null);
  const isBack = filter.looks === "back";

  function apply(text: string) {
    const parsed = parseFilterValue(filter, [text]);
    if ("problem" in parsed) setProblem(parsed.problem);
    else onApply(parsed.value);
  }
  const instant = (local: string) => (local === "" ? "" : new Date(local).toISOString());

  return (
    <>
      {(["within", "beyond"] as const).map((type) => (
        <fieldset key={type} style={{ border: 0, padding: 0, margin: 0 }}>
          <legend className="muted" style={{ marginBottom: 6 }}>
            {type === "within"
              ? `${filter.label} in the ${isBack ? "last" : "next"}`
              : `${filter.label} more than … ${isBack ? "ago" : "from now"}`}
          </legend>
          <div className={classes.presets}>
            {PRESETS.map(([text, words]) => (
              <Button key={text} size="compact-sm" onClick={() => apply(`${type}:${text}`)}>
                {words}
              </Button>
            ))}
          </div>
        </fieldset>
      ))}
      <Group grow gap="xs" align="flex-start">
        <TextInput
          type="datetime-local"
          label="From (your time)"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="To (your time)"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </Group>
      {problem ? (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      ) : null}
      <Group justify="flex-end">
        <Button variant="filled" onClick={() => apply(`${instant(from)}..${instant(to)}`)}>
          Apply
        </Button>
      </Group>
    </>
  );
}

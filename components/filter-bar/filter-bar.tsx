"use client";

import { Button, UnstyledButton } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { type ReactNode, type RefObject, useState } from "react";
import { countryName, UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import type { Filter, FilterValues, TableDeclaration } from "#lib/list-query/define-table.ts";
import type { AnyFilterValue } from "#lib/list-query/filter-value.ts";
import { Flag } from "../display/flag.tsx";
import { OnDemandMenu } from "../on-demand/menu.tsx";
import { OnDemandPopover } from "../on-demand/popover.tsx";
import classes from "./filter-bar.module.css";
import { filterWords, NAMES_SHOWN } from "./filter-words.ts";
import { QueryField } from "./query-field.tsx";

const FilterEditor = dynamic(() => import("./filter-editor.tsx").then((module) => module.FilterEditor), {
  ssr: false,
  loading: () => <div className={classes.editorWait} />,
});

export type Suggestion = { value: string; label?: string; count?: number };
/** Real values for a filter, by what was typed of them. */
export type Suggest = (filterKey: string, text: string, signal: AbortSignal) => Promise<Suggestion[]>;

type Filters = FilterValues<TableDeclaration>;

type FilterBarProps = {
  declaration: TableDeclaration;
  filters: Filters;
  onChange: (filters: Filters) => void;
  /** Takes all of them away. */
  onClear: () => void;
  suggest?: Suggest;
  fieldRef?: RefObject<HTMLInputElement | null>;
  /** Beside the button that adds a filter. */
  views?: ReactNode;
  /** At the right of the first line. */
  tools?: ReactNode;
};

/** What a list is narrowed to: a field for those who type, chips for those who point, both in step. */
export function FilterBar({
  declaration,
  filters,
  onChange,
  onClear,
  suggest,
  fieldRef,
  views,
  tools,
}: FilterBarProps) {
  const [editing, setEditing] = useState<string | null>(null);
  const values = filters as Record<string, AnyFilterValue | undefined>;
  const used = Object.keys(declaration.filters).filter((key) => values[key] !== undefined);
  const unused = Object.keys(declaration.filters).filter(
    (key) =>
      values[key] === undefined &&
      key !== declaration.search &&
      declaration.filters[key]?.negates === undefined,
  );
  const shown = editing !== null && !used.includes(editing) ? [...used, editing] : used;

  function set(key: string, value: AnyFilterValue | undefined) {
    const next: Record<string, AnyFilterValue | undefined> = { ...values };
    if (value === undefined) delete next[key];
    else next[key] = value;
    onChange(next as Filters);
  }

  function add(key: string) {
    if (declaration.filters[key]?.kind === "flag") set(key, true);
    // the menu gives the focus back before the editor takes it
    else setTimeout(() => setEditing(key), 0);
  }

  return (
    <div className={classes.bar}>
      <div className={classes.line}>
        <QueryField
          declaration={declaration}
          filters={filters}
          onChange={onChange}
          {...(suggest ? { suggest } : {})}
          {...(fieldRef ? { fieldRef } : {})}
        />
        <OnDemandMenu
          position="bottom-start"
          width={200}
          dropdown={{ mah: 360, style: { overflow: "auto" } }}
          target={<Button leftSection={<IconPlus size={15} />}>Filter</Button>}
        >
          {(Menu) => (
            <>
              {unused.map((key) => (
                <Menu.Item key={key} onClick={() => add(key)}>
                  {declaration.filters[key]?.label}
                </Menu.Item>
              ))}
            </>
          )}
        </OnDemandMenu>
        {views}
        {tools}
      </div>
      {shown.length > 0 ? (
        <ul className={classes.chips} aria-label="Filters">
          {shown.map((key) => {
            const filter = declaration.filters[key] as Filter;
            const value = values[key];
            const words = value === undefined ? { operator: "is", value: "…" } : filterWords(filter, value);
            return (
              <li key={key} className={classes.chip}>
                <OnDemandPopover
                  isOpen={editing === key}
                  onChange={(isOpen) => setEditing(isOpen ? key : null)}
                  trapFocus
                  returnFocus
                  position="bottom-start"
                  width={320}
                  target={
                    <UnstyledButton
                      className={classes.words}
                      disabled={filter.kind === "flag"}
                      onClick={() => setEditing(editing === key ? null : key)}
                    >
                      <span className="muted">
                        {filter.label} {words.operator}
                      </span>{" "}
                      <strong>
                        {filter.kind === "country" && Array.isArray(value) ? (
                          <Countries codes={value} />
                        ) : (
                          words.value
                        )}
                      </strong>
                    </UnstyledButton>
                  }
                >
                  <FilterEditor
                    filterKey={key}
                    declaration={declaration}
                    values={values}
                    {...(suggest ? { suggest } : {})}
                    onApply={(next) => {
                      setEditing(null);
                      onChange(next as Filters);
                    }}
                  />
                </OnDemandPopover>
                <UnstyledButton
                  className={classes.remove}
                  aria-label={`Remove the filter ${filter.label}${filter.negates === undefined ? "" : ` ${words.operator}`}`}
                  onClick={() => {
                    setEditing(null);
                    if (value !== undefined) set(key, undefined);
                  }}
                >
                  <IconX size={14} />
                </UnstyledButton>
              </li>
            );
          })}
          <li>
            <UnstyledButton className={classes.clear} onClick={onClear}>
              Clear all
            </UnstyledButton>
          </li>
        </ul>
      ) : null}
    </div>
  );
}

/** As `filterWords` has them, each with its flag. */
function Countries({ codes }: { codes: readonly string[] }) {
  const first = codes.slice(0, NAMES_SHOWN);
  const rest = codes.length - first.length;
  return (
    <>
      {first.map((code, index) => (
        <span key={code} className={classes.country}>
          {code === UNKNOWN_COUNTRY ? null : <Flag code={code} />}
          {countryName(code)}
          {index < first.length - 1 ? ", " : ""}
        </span>
      ))}
      {rest > 0 ? ` +${rest}` : ""}
    </>
  );
}

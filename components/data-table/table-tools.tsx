"use client";

import { ActionIcon } from "@mantine/core";
import {
  IconBaselineDensityMedium,
  IconBaselineDensitySmall,
  IconColumns3,
  IconKeyboard,
} from "@tabler/icons-react";
import type { Total } from "#lib/list-query/define-table.ts";
import { isListName } from "#lib/lists/model.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { Hint } from "../on-demand/hint.tsx";
import { OnDemandMenu } from "../on-demand/menu.tsx";
import classes from "./data-table.module.css";
import { ExportMenu } from "./export-menu.tsx";
import type { Density } from "./preferences.tsx";

type ToolColumn = { id: string; header: string; isVisible: boolean; toggle: () => void };

type TableToolsProps = {
  /** The list's name and its filters and order as text, for what acts upon all that match. */
  list: string;
  listText: string;
  total: Total | null;
  unit: [one: string, many: string];
  columns: ToolColumn[];
  density: Density;
  onDensity: (density: Density) => void;
  onReset: () => void;
  onHelp: () => void;
};

/** What a page alone tells of its list is less than this. */
const TOLD_BY_PAGE = 1_000;

/** `2,417`, `10,000+`; or `over 50` where no more is known than that there is another page. */
function totalText({ value, isExact }: Total): string {
  if (isExact) return groupedNumber(value);
  return value < TOLD_BY_PAGE ? `over ${groupedNumber(Math.max(0, value - 1))}` : `${groupedNumber(value)}+`;
}

/** How many rows match, and what a person may change of the table's look. */
export function TableTools(props: TableToolsProps) {
  const { total, unit, columns, density, onDensity, onReset, onHelp } = props;
  const isCompact = density === "compact";
  return (
    <div className={classes.tools}>
      {total ? (
        <p className={classes.total} aria-live="polite">
          <strong>{totalText(total)}</strong> {total.value === 1 ? unit[0] : unit[1]}
        </p>
      ) : null}
      {isListName(props.list) ? (
        <ExportMenu list={props.list} text={props.listText} total={total} unit={unit} />
      ) : null}
      <OnDemandMenu
        closeOnItemClick={false}
        width={220}
        target={
          <Hint label="Columns">
            <ActionIcon variant="default" size={32} aria-label="Columns">
              <IconColumns3 size={17} stroke={1.7} />
            </ActionIcon>
          </Hint>
        }
      >
        {(Menu) => (
          <>
            <Menu.Label>Columns</Menu.Label>
            {columns.map((column) => (
              <Menu.CheckboxItem key={column.id} checked={column.isVisible} onChange={column.toggle}>
                {column.header}
              </Menu.CheckboxItem>
            ))}
            <Menu.Divider />
            <Menu.Item onClick={onReset}>Columns as they come</Menu.Item>
          </>
        )}
      </OnDemandMenu>
      <Hint label={isCompact ? "More room between rows" : "Less room between rows"}>
        <ActionIcon
          variant="default"
          size={32}
          aria-label="Compact rows"
          aria-pressed={isCompact}
          onClick={() => onDensity(isCompact ? "comfortable" : "compact")}
        >
          {isCompact ? (
            <IconBaselineDensitySmall size={17} stroke={1.7} />
          ) : (
            <IconBaselineDensityMedium size={17} stroke={1.7} />
          )}
        </ActionIcon>
      </Hint>
      <span className={classes.wideOnly}>
        <Hint label="Keys of this list">
          <ActionIcon variant="default" size={32} aria-label="Keys of this list" onClick={onHelp}>
            <IconKeyboard size={17} stroke={1.7} />
          </ActionIcon>
        </Hint>
      </span>
    </div>
  );
}

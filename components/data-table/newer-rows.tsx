import { Button, VisuallyHidden } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import classes from "./data-table.module.css";

type NewerRowsProps = {
  count: number;
  /** Whether the whole page is new, so that there may be more. */
  isAll: boolean;
  unit: [one: string, many: string];
  onShow: () => void;
};

/** What waits above the rows that are read, one press away. Told once to who hears the page: the count moves with each row. */
export function NewerRows({ count, isAll, unit: [one, many], onShow }: NewerRowsProps) {
  return (
    <div className={classes.newer}>
      <VisuallyHidden role="status">{count > 0 ? `New ${many} wait above.` : ""}</VisuallyHidden>
      {count > 0 ? (
        <Button
          size="compact-sm"
          variant="filled"
          className={classes.newerButton}
          leftSection={<IconArrowUp size={14} />}
          onClick={onShow}
        >
          {isAll ? `${count} or more` : count} new {count === 1 && !isAll ? one : many}
        </Button>
      ) : null}
    </div>
  );
}

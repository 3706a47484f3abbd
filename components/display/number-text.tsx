const GROUPED = new Intl.NumberFormat("en-GB");
const COMPACT = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });

/** `10,482,119`. */
export function groupedNumber(value: number): string {
  return GROUPED.format(value);
}

/** `10,000+`: a count, with a plus where there are at least so many. */
export function countedNumber({ value, isExact }: { value: number; isExact: boolean }): string {
  return `${groupedNumber(value)}${isExact ? "" : "+"}`;
}

type NumberTextProps = {
  value: number;
  /** Follows the number, in one and many: ["token", "tokens"]. */
  unit?: [one: string, many: string];
  /** `10.4M`, with the whole on hover. */
  compact?: boolean;
};

/** A number, grouped, tabular, with its unit. */
export function NumberText({ value, unit, compact = false }: NumberTextProps) {
  const whole = groupedNumber(value);
  const word = unit === undefined ? "" : ` ${value === 1 ? unit[0] : unit[1]}`;
  return (
    <data value={value} className="numeric" title={compact ? `${whole}${word}` : undefined}>
      {compact && value >= 10_000 ? COMPACT.format(value) : whole}
      {word}
    </data>
  );
}

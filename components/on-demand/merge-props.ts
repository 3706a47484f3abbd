type Props = Record<string, unknown>;

const isHandler = (name: string, value: unknown) => /^on[A-Z]/.test(name) && typeof value === "function";

/** A control's own properties and those that are put upon it: handlers of both are called, class names add up, what is put upon it wins. */
export function mergeProps(own: Props, put: Props): Props {
  const merged: Props = { ...own };
  for (const [name, value] of Object.entries(put)) {
    const had = own[name];
    if (value === undefined) continue;
    if (isHandler(name, value) && isHandler(name, had))
      merged[name] = (...args: unknown[]) => {
        (had as (...given: unknown[]) => void)(...args);
        (value as (...given: unknown[]) => void)(...args);
      };
    else if (name === "className" && typeof had === "string" && typeof value === "string")
      merged[name] = `${had} ${value}`.trim();
    else merged[name] = value;
  }
  return merged;
}

"use client";

import { useEffect, useRef } from "react";
import classes from "./check-box.module.css";

type CheckBoxProps = {
  isChecked: boolean;
  isMixed?: boolean;
  label: string;
  onChange: (event: React.ChangeEvent<HTMLInputElement>) => void;
  tabIndex?: number;
};

/** A small native check box: light enough for two hundred of a page. */
export function CheckBox({ isChecked, isMixed = false, label, onChange, tabIndex }: CheckBoxProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = isMixed;
  }, [isMixed]);
  return (
    <input
      ref={box}
      type="checkbox"
      className={classes.box}
      checked={isChecked}
      aria-label={label}
      onChange={onChange}
      onClick={(event) => event.stopPropagation()}
      {...(tabIndex === undefined ? {} : { tabIndex })}
    />
  );
}

import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

const accent: MantineColorsTuple = [
  "#e3f2f1",
  "#c3e3e1",
  "#93cfcb",
  "#5ebab5",
  "#3cc4bd",
  "#1f8f8c",
  "#0b6e6e",
  "#095c5c",
  "#074a4a",
  "#10302f",
];
const gray: MantineColorsTuple = [
  "#f6f8f8",
  "#f1f4f4",
  "#e9eeee",
  "#e1e7e7",
  "#c9d3d4",
  "#6b7a80",
  "#5e6d72",
  "#51606a",
  "#34434a",
  "#0f1a1c",
];
const dark: MantineColorsTuple = [
  "#e6eeee",
  "#c5d0d1",
  "#a3b3b6",
  "#84969a",
  "#243032",
  "#1d2627",
  "#182021",
  "#121819",
  "#0c1112",
  "#080c0d",
];

/** Colours by meaning. Each has a text colour and a wash in `globals.css`, in both themes. */
const MEANINGS: Record<string, string> = {
  accent: "accent",
  green: "active",
  orange: "suspended",
  yellow: "suspended",
  red: "revoked",
  gray: "expired",
  blue: "standby",
};

const variantColors: VariantColorsResolver = (input) => {
  const meaning = MEANINGS[input.color ?? input.theme.primaryColor];
  if (meaning === undefined) return defaultVariantColorsResolver(input);
  const color = `var(--tw-${meaning})`;
  const wash = `var(--tw-${meaning}-wash)`;
  switch (input.variant) {
    case "filled":
      return {
        background: color,
        hover: `color-mix(in srgb, ${color} 88%, var(--tw-text))`,
        color: meaning === "revoked" ? "var(--tw-on-revoked)" : "var(--tw-on-accent)",
        border: "1px solid transparent",
      };
    case "light":
      return { background: wash, hover: wash, color, border: "1px solid transparent" };
    case "outline":
      return { background: "var(--tw-surface)", hover: wash, color, border: `1px solid ${color}` };
    case "subtle":
      return { background: "transparent", hover: wash, color, border: "1px solid transparent" };
    case "transparent":
      return { background: "transparent", hover: "transparent", color, border: "1px solid transparent" };
    default:
      return defaultVariantColorsResolver(input);
  }
};

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 4 },
  autoContrast: true,
  colors: { accent, gray, dark },
  black: "#0f1a1c",
  variantColorResolver: variantColors,
  fontFamily: 'var(--font-sans), "Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "var(--tw-mono)",
  defaultRadius: "md",
  radius: { xs: "4px", sm: "4px", md: "6px", lg: "6px", xl: "6px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "20px", xl: "24px" },
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "15px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.5", md: "1.5", lg: "1.5", xl: "1.4" },
  headings: {
    fontFamily: 'var(--font-sans), "Inter Variable", system-ui, sans-serif',
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "15px", lineHeight: "24px" },
      h3: { fontSize: "13px", lineHeight: "20px" },
      h4: { fontSize: "13px", lineHeight: "20px" },
    },
  },
  shadows: {
    xs: "var(--tw-shadow)",
    sm: "var(--tw-shadow)",
    md: "var(--tw-shadow)",
    lg: "var(--tw-shadow)",
    xl: "var(--tw-shadow)",
  },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    // by name of the components themselves: what every page has comes once, with the theme, and not again with each part of a page
    Button: Button.extend({
      defaultProps: { size: "sm", variant: "default" },
      vars: (_theme, props) =>
        props.size === "sm"
          ? { root: { "--button-height": "32px", "--button-padding-x": "12px", "--button-fz": "13px" } }
          : { root: {} },
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 30 } }),
    // as a button it would centre words that wrap
    Anchor: { defaultProps: { ta: "start" } },
    TextInput: { defaultProps: { size: "sm" } },
    // a sentence between two lines stays within its form
    Divider: { styles: { label: { whiteSpace: "normal", textAlign: "center" } } },
    // a small box with words of the usual size
    Checkbox: {
      defaultProps: { size: "xs", iconColor: "var(--tw-on-accent)", radius: 4 },
      styles: { label: { fontSize: 13 } },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // walked through from its field: by itself it would be a stop on the way that vanishes
    ComboboxOptions: { defaultProps: { tabIndex: -1 } },
    // the list scrolls itself, and stays beside its field, inside of the dialog or page that it belongs to
    MultiSelect: {
      defaultProps: { withScrollArea: false, comboboxProps: { withinPortal: false } },
      styles: { options: { maxHeight: 240, overflowY: "auto" } },
    },
    Tooltip: { defaultProps: { openDelay: 200, withArrow: false, multiline: true, maw: 320 } },
    Popover: { defaultProps: { shadow: "md", radius: "md" } },
    // without the placeholder the focus goes to the first item, and a menu holds nothing but items
    Menu: {
      defaultProps: {
        shadow: "md",
        radius: "md",
        position: "bottom-end",
        withInitialFocusPlaceholder: false,
      },
    },
    Modal: {
      defaultProps: {
        centered: true,
        // a dialog's header is no banner of the page
        attributes: { header: { role: "presentation" } },
        overlayProps: { color: "var(--tw-scrim)", backgroundOpacity: 1 },
        closeButtonProps: { "aria-label": "Close" },
        transitionProps: { duration: 120 },
      },
    },
    Drawer: {
      defaultProps: {
        attributes: { header: { role: "presentation" } },
        overlayProps: { color: "var(--tw-scrim)", backgroundOpacity: 1 },
        closeButtonProps: { "aria-label": "Close" },
        transitionProps: { duration: 140 },
      },
    },
  },
});

/** Mantine's own variables, told in ours, so that every component follows `globals.css`. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--tw-surface)",
    "--mantine-color-text": "var(--tw-text)",
    "--mantine-color-bright": "var(--tw-text)",
    "--mantine-color-dimmed": "var(--tw-muted)",
    "--mantine-color-placeholder": "var(--tw-faint)",
    "--mantine-color-anchor": "var(--tw-accent)",
    "--mantine-color-error": "var(--tw-revoked)",
    "--mantine-color-success": "var(--tw-active)",
    "--mantine-color-default": "var(--tw-surface)",
    "--mantine-color-default-hover": "var(--tw-raised)",
    "--mantine-color-default-color": "var(--tw-text)",
    "--mantine-color-default-border": "var(--tw-line)",
    "--mantine-color-disabled": "var(--tw-raised)",
    "--mantine-color-disabled-color": "var(--tw-faint)",
    "--mantine-color-disabled-border": "var(--tw-line)",
    "--mantine-primary-color-filled": "var(--tw-accent)",
    "--mantine-primary-color-filled-hover": "var(--tw-accent-hover)",
    "--mantine-primary-color-light": "var(--tw-accent-wash)",
    "--mantine-primary-color-light-hover": "var(--tw-accent-wash)",
    "--mantine-primary-color-light-color": "var(--tw-accent)",
    "--mantine-primary-color-contrast": "var(--tw-on-accent)",
    "--mantine-color-accent-filled": "var(--tw-accent)",
    "--mantine-color-accent-filled-hover": "var(--tw-accent-hover)",
    "--mantine-color-accent-outline": "var(--tw-accent)",
    "--mantine-color-red-filled": "var(--tw-revoked)",
    "--mantine-color-red-outline": "var(--tw-revoked)",
  };
  return { variables: {}, light: shared, dark: shared };
};

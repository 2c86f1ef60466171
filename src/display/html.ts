/**
 * @file Building blocks of the HTML output: escaping, and colours that read well on light and dark pages.
 *
 * Only inline styles with hexadecimal colours are used. JupyterLab removes `<style>`, `<svg>`, `var()` and `rgba()` from
 * a notebook that is not trusted yet, such as one just cloned. Text keeps the page's own colour, and backgrounds are
 * translucent, so that both themes show through.
 */

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for use between tags and inside quoted attributes. Control characters that HTML forbids become U+FFFD. */
export function escape_html(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => ESCAPES[character] as string)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\ufffd")
  );
}

/** Cuts text to at most `limit` characters (code points), ending in "…" when something was cut. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = [...text.slice(0, 2 * limit + 2)];
  return characters.length <= limit ? characters.join("") : `${characters.slice(0, limit - 1).join("")}…`;
}

/** Room round an output: JupyterLab sets text in by 5 pixels, but not HTML. */
export const OUTPUT = "margin:3px 0 3px 5px";
export const MONOSPACE = "font-family:monospace";
export const MUTED = "opacity:0.65";
/** A neutral line or fill that is visible on white and on near-black. */
export const NEUTRAL = "#8888884d";

/** The hues of the scales: blue below zero, orange above, teal for magnitudes. Told apart with red-green blindness too. */
export const HUE = {
  negative: "#3b82e6",
  positive: "#f0802a",
  magnitude: "#12a594",
  nan: "#d6336c",
  infinite: "#8b5cf6",
} as const;

/** Line, label and entity colours, in the order in which they are used. */
export const PALETTE = [
  "#3b82e6",
  "#f0802a",
  "#12a594",
  "#d6336c",
  "#8b5cf6",
  "#b8860b",
  "#4d9f0c",
  "#0ea5c6",
  "#c0562f",
  "#7c7f88",
] as const;

/** A `#rrggbb` colour with an opacity from 0 to 1, as `#rrggbbaa`. */
export function with_alpha(colour: string, opacity: number): string {
  const alpha = Math.round(255 * Math.min(1, Math.max(0, opacity)));
  return colour + alpha.toString(16).padStart(2, "0");
}

/** Above this opacity, text in the page's colour would lose contrast. */
const MAX_OPACITY = 0.7;

/** Maps numbers to background colours. */
export interface ColourScale {
  kind: "diverging" | "sequential" | "bool";
  /** The values at both ends; values beyond them have the end's colour. */
  low: number;
  high: number;
  /** The background of a value as `#rrggbbaa`. */
  colour(value: number): string;
}

/**
 * Chooses the scale for values between `min` and `max`: diverging around 0 when some are negative, else sequential.
 *
 * @param typical root mean square of the values: one outlier must not wash out all others, so a diverging or zero-based
 *   scale ends at three times this, when that is less than the largest value.
 */
export function colour_scale(min: number, max: number, typical: number, whole: boolean): ColourScale {
  if (min < 0) {
    const largest = Math.max(-min, max);
    const end = Math.min(largest, 3 * typical || largest);
    const colour = (value: number) =>
      special_colour(value) ??
      with_alpha(
        value < 0 ? HUE.negative : HUE.positive,
        MAX_OPACITY * Math.min(1, Math.abs(value) / end || 0),
      );
    return { kind: "diverging", low: -end, high: end, colour };
  }
  const low = whole || min > max / 2 ? min : 0;
  const high = whole ? max : Math.max(low, Math.min(max, 3 * typical || max));
  const colour = (value: number) => {
    const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : value > 0 ? 0.5 : 0;
    return special_colour(value) ?? with_alpha(HUE.magnitude, MAX_OPACITY * (0.06 + 0.94 * share));
  };
  return { kind: "sequential", low, high, colour };
}

/** True is teal, false is grey. */
export const BOOL_SCALE: ColourScale = {
  kind: "bool",
  low: 0,
  high: 1,
  colour: (value) => (value ? with_alpha(HUE.magnitude, 0.6) : "#88888826"),
};

function special_colour(value: number): string | undefined {
  if (Number.isNaN(value)) return with_alpha(HUE.nan, 0.55);
  if (!Number.isFinite(value)) return with_alpha(HUE.infinite, 0.6);
  return undefined;
}

/** A small rounded label. */
export function chip(text: string, colour: string = "#888888", title = ""): string {
  const tip = title === "" ? "" : ` title="${escape_html(title)}"`;
  return (
    `<span${tip} style="display:inline-block;padding:0 6px;margin:0 6px 0 0;border-radius:4px;` +
    `background-color:${with_alpha(colour, 0.22)};white-space:nowrap">${escape_html(text)}</span>`
  );
}

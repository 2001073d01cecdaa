/** How a stretch of text looks: a number is one of the terminal's sixteen colours, a string a colour of its own. */
export interface Look {
  colour?: number | string;
  behind?: number | string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  strike?: true;
  inverse?: true;
}

export interface Stretch extends Look {
  from: number;
  to: number;
}

// CSI and OSC sequences, and the two-character ones
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const sequence = /\x1b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: nothing of it can be shown
const control = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** The text without what only a terminal understands. */
export function plain(text: string): string {
  return text.includes("\x1b") ? text.replace(sequence, "").replace(control, "") : text.replace(control, "");
}

/** The text, and which parts of it look how. */
export function readAnsi(text: string): { text: string; looks: Stretch[] } {
  if (!text.includes("\x1b")) return { text: text.replace(control, ""), looks: [] };
  const looks: Stretch[] = [];
  let look: Look = {};
  let out = "";
  let at = 0;
  const add = (piece: string) => {
    const shown = piece.replace(control, "");
    if (shown !== "" && Object.keys(look).length > 0)
      looks.push({ ...look, from: out.length, to: out.length + shown.length });
    out += shown;
  };
  for (const match of text.matchAll(sequence)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") look = apply(look, (match[1] ?? "").split(/[;:]/).map(Number));
  }
  add(text.slice(at));
  return { text: out, looks };
}

function apply(before: Look, codes: readonly number[]): Look {
  let look = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) look = {};
    else if (code === 1) look.bold = true;
    else if (code === 2) look.dim = true;
    else if (code === 3) look.italic = true;
    else if (code === 4) look.underline = true;
    else if (code === 7) look.inverse = true;
    else if (code === 9) look.strike = true;
    else if (code === 22) look = without(look, "bold", "dim");
    else if (code === 23) look = without(look, "italic");
    else if (code === 24) look = without(look, "underline");
    else if (code === 27) look = without(look, "inverse");
    else if (code === 29) look = without(look, "strike");
    else if (code === 39) look = without(look, "colour");
    else if (code === 49) look = without(look, "behind");
    else if (code >= 30 && code <= 37) look.colour = code - 30;
    else if (code >= 90 && code <= 97) look.colour = code - 82;
    else if (code >= 40 && code <= 47) look.behind = code - 40;
    else if (code >= 100 && code <= 107) look.behind = code - 92;
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(i + 1));
      if (colour !== undefined) look[code === 38 ? "colour" : "behind"] = colour;
      i += used;
    }
  }
  return look;
}

/** `5;n` of 256 colours, `2;r;g;b` of all. */
function extended([kind, a = 0, b = 0, c = 0]: readonly number[]): [number | string | undefined, number] {
  if (kind === 2) return [`rgb(${a & 255}, ${b & 255}, ${c & 255})`, 4];
  if (kind !== 5) return [undefined, 1];
  if (a < 16) return [a, 2];
  if (a >= 232)
    return [
      `rgb(${Array(3)
        .fill(8 + (a - 232) * 10)
        .join(", ")})`,
      2,
    ];
  const step = (n: number) => (n === 0 ? 0 : 55 + n * 40);
  const cube = a - 16;
  return [`rgb(${step(Math.floor(cube / 36))}, ${step(Math.floor(cube / 6) % 6)}, ${step(cube % 6)})`, 2];
}

function without(look: Look, ...names: (keyof Look)[]): Look {
  const left = { ...look };
  for (const name of names) delete left[name];
  return left;
}

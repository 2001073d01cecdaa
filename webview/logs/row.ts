import type { ShownLine } from "../protocol.ts";

type Boundary = { at: number };

/** Draws a line into its element: time, process, of several which and where, and the text with its colours, places and hits. */
export function draw(element: HTMLElement, line: ShownLine, colour: number): void {
  element.className = `row ${line.level}`;
  element.dataset.row = String(line.row);
  const { replica, server } = line;
  const which = [replica, server].filter((one) => one !== undefined).join(" ");
  const name = which === "" ? line.process : `${line.process} ${which}`;
  element.setAttribute("aria-label", `${name}, ${line.level}: ${line.text}`);
  const time = span("time", clock(line.time));
  time.title = new Date(line.time).toISOString();
  const process = span(`process p${colour}`, line.process);
  const text = span("text", "");
  for (const [from, to] of pieces(line)) text.append(piece(line, from, to));
  const where = which === "" ? [] : [span("which", which)];
  element.replaceChildren(time, process, ...where, text);
}

/** Where nothing is known yet. */
export function drawEmpty(element: HTMLElement, row: number): void {
  element.className = "row waiting";
  element.dataset.row = String(row);
  element.removeAttribute("aria-label");
  element.replaceChildren();
}

function piece({ text, looks, places, hits }: ShownLine, from: number, to: number): HTMLElement {
  const covers = (part: { from: number; to: number }) => part.from <= from && part.to >= to;
  const place = places.find(covers);
  const look = looks.find(covers);
  const part = span("", text.slice(from, to));
  if (look) {
    const [colour, behind] = look.inverse
      ? [look.behind ?? "var(--vscode-panel-background)", look.colour ?? "var(--vscode-foreground)"]
      : [look.colour, look.behind];
    if (typeof colour === "number") part.classList.add(`fg${colour}`);
    else if (colour) part.style.color = colour;
    if (typeof behind === "number") part.classList.add(`bg${behind}`);
    else if (behind) part.style.backgroundColor = behind;
    for (const name of ["bold", "dim", "italic", "underline", "strike"] as const)
      if (look[name]) part.classList.add(name);
  }
  if (hits.some(([start, end]) => start <= from && end >= to)) part.classList.add("hit");
  if (place) {
    part.classList.add("place");
    part.dataset.place = String(places.indexOf(place));
    part.title = "Open this place (Enter)";
  }
  return part;
}

/** The text cut wherever something begins or ends. */
function pieces({ text, looks, places, hits }: ShownLine): [number, number][] {
  const cuts: Boundary[] = [{ at: 0 }, { at: text.length }];
  for (const { from, to } of [...looks, ...places]) cuts.push({ at: from }, { at: to });
  for (const [from, to] of hits) cuts.push({ at: from }, { at: to });
  const sorted = [...new Set(cuts.map(({ at }) => Math.min(at, text.length)))].sort((a, b) => a - b);
  return sorted.slice(1).map((to, i) => [sorted[i] ?? 0, to]);
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function clock(time: number): string {
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

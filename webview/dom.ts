type Content = Node | string | undefined | false;

/** An element with its class and what is in it. */
export function el(name: string, className: string, ...content: readonly Content[]): HTMLElement {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  element.append(...content.filter((one) => one !== undefined && one !== false));
  return element;
}

/** A mark that says in a word, for who does not see it, what it shows. */
export function mark(shown: string, className: string, word: string): HTMLElement {
  const element = el("span", `mark ${className}`, shown);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", word);
  return element;
}

/** Part of a page that is drawn anew only when what it shows has changed. */
export function part<T>(element: HTMLElement, draw: (shown: T) => readonly Content[]): (shown: T) => void {
  let last: string | undefined;
  return (shown) => {
    const now = JSON.stringify(shown);
    if (now === last) return;
    last = now;
    const content = draw(shown).filter((one) => one !== undefined && one !== false);
    element.hidden = content.length === 0;
    element.replaceChildren(...content);
  };
}

/** A heading of a part of the page, and what it has to say beside it. */
export function heading(title: string, says = ""): HTMLElement {
  return el("div", "heading", el("h2", "", title), says !== "" && el("span", "dim", says));
}

export function clock(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

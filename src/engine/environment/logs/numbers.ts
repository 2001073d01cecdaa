/** Numbers in rising order, four bytes each; the places of those that are dropped from the front stay counted. */
export class Numbers {
  #items = new Uint32Array(1024);
  #from = 0;
  #to = 0;
  #dropped = 0;

  /** The place of the first that is kept. */
  get first(): number {
    return this.#dropped;
  }

  get end(): number {
    return this.#dropped + this.#to - this.#from;
  }

  at(place: number): number | undefined {
    return place < this.first || place >= this.end
      ? undefined
      : this.#items[this.#from + place - this.#dropped];
  }

  push(item: number): void {
    if (this.#to === this.#items.length) this.#make(this.#to - this.#from);
    this.#items[this.#to++] = item;
  }

  /** Drops all that are smaller. */
  dropBelow(item: number): void {
    const count = this.placeOf(item) - this.#dropped;
    this.#from += count;
    this.#dropped += count;
  }

  /** The place of the first that is not smaller. */
  placeOf(item: number): number {
    let low = this.#from;
    let high = this.#to;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle] ?? 0) < item) low = middle + 1;
      else high = middle;
    }
    return this.#dropped + low - this.#from;
  }

  #make(used: number): void {
    const items = used > this.#items.length / 2 ? new Uint32Array(this.#items.length * 2) : this.#items;
    items.set(this.#items.subarray(this.#from, this.#to));
    this.#items = items;
    this.#from = 0;
    this.#to = used;
  }
}

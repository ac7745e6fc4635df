import { seededRandom } from '../support/random.ts'

/** What a test draws by lot; the same for the same seed. */
export class Draw {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end)
  }

  /** True in that share of cases. */
  chance(share: number): boolean {
    return this.#random() < share
  }

  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0]
  }

  /** One of them, or undefined when there are none. */
  ofAny<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)]
  }

  /** Letters and digits. */
  word(length = 1 + this.below(12)): string {
    return Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[this.below(36)]).join('')
  }
}

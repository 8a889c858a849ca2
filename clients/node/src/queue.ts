/** Runs jobs one after the other. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()
  #length = 0

  /** Whether a job runs or waits. */
  get busy(): boolean {
    return this.#length > 0
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#length++ === 0 ? job() : this.#last.then(job)
    const done = () => void this.#length--
    this.#last = result.then(done, done)
    return result
  }

  /** Waits until no job is left, those that come meanwhile included. */
  async idle(): Promise<void> {
    while (this.busy) await this.#last
  }
}

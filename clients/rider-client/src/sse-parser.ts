/** Reads a text/event-stream by the rules of the WHATWG HTML standard, section 9.2. Pure: text in, events out. */

export interface SseEvent {
  readonly type: string;
  readonly data: string;
  /** The last event id: persists from event to event until the stream changes it. */
  readonly id: string;
}

export class SseParser {
  /** Set by `retry:`; milliseconds. */
  retryMs: number | undefined;
  /** The id of the last block that ended, also of one without data. */
  lastEventId = '';

  #rest = '';
  #first = true;
  #afterCr = false;
  #type = '';
  #data: string[] = [];
  #id = '';

  /** Takes a piece of decoded text, however it was cut, and returns the events it completes. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    if (text === '') return events;
    if (this.#first) {
      this.#first = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    if (this.#afterCr && text.startsWith('\n')) text = text.slice(1);
    if (text === '') {
      this.#afterCr = false;
      return events;
    }
    this.#afterCr = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line, events);
    return events;
  }

  #line(line: string, events: SseEvent[]): void {
    if (line === '') return this.#dispatch(events);
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') {
      if (!value.includes('\0')) this.#id = value;
    } else if (field === 'retry' && /^[0-9]+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(events: SseEvent[]): void {
    this.lastEventId = this.#id;
    // A block without any data line fires nothing; `data:` alone fires an event with empty data.
    if (this.#data.length > 0) {
      events.push({ type: this.#type || 'message', data: this.#data.join('\n'), id: this.#id });
    }
    this.#type = '';
    this.#data = [];
  }
}

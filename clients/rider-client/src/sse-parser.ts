/** Reads a text/event-stream by the rules of the WHATWG HTML standard, section 9.2. Pure: text in, events out. */

export interface SseEvent {
  readonly type: string;
  readonly data: string;
}

export interface SseParser {
  /** Set by `retry:`; milliseconds. */
  retryMs: number | undefined;
  /** The id of the last block that ended, also of one without data. */
  lastEventId: string;
  /** Takes a piece of decoded text, however it was cut, and returns the events it completes. Throws if one does not end. */
  push(text: string): SseEvent[];
}

export function createSseParser(): SseParser {
  /** What is kept of an event that has not ended, UTF-16 units. The dispatcher's map of ten thousand cars is one of a million. */
  const longestEvent = 2 ** 24;
  let rest = '';
  let afterCr = false;
  let type = '';
  let id = '';
  let data = '';
  const parser: SseParser = {
    retryMs: undefined,
    lastEventId: '',
    push(text) {
      const events: SseEvent[] = [];
      if (afterCr && text.startsWith('\n')) text = text.slice(1);
      afterCr = text.endsWith('\r');
      const lines = text.split(/\r\n|\n|\r/);
      lines[0] = rest + lines[0];
      rest = lines.pop()!;
      for (const line of lines) {
        const [, field, value] = /^([^:]*):? ?([^]*)/.exec(line)!;
        if (field === 'event') type = value!;
        else if (field === 'data') data += `${value}\n`;
        else if (field === 'retry' && /^\d+$/.test(value!)) parser.retryMs = Number(value);
        else if (field === 'id' && !/\0/.test(value!)) id = value!;
        else if (!line) {
          parser.lastEventId = id;
          // A block without any data line fires nothing; `data:` alone fires an event with empty data.
          if (data) events.push({ type: type || 'message', data: data.slice(0, -1) });
          type = '';
          data = '';
        }
      }
      if (rest.length + data.length > longestEvent) throw new RangeError('endless');
      return events;
    },
  };
  return parser;
}

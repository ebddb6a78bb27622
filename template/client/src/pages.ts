/** A page of a list, with a cursor to the next where the list has one. */
interface Page<Row> {
  items: Row[];
  page?: number;
  total_pages?: number;
  next_cursor?: string | null;
}

type List<Query, Row> = (input?: { query?: Query; signal?: AbortSignal }) => Promise<Page<Row>>;

/** Every row of a list, page by page as they are asked for: `for await (const user of rows(api.listUsers))`. */
export async function* rows<Query extends object, Row>(
  list: List<Query, Row>,
  { query, signal }: { query?: Query; signal?: AbortSignal } = {},
): AsyncGenerator<Row, void, undefined> {
  for await (const page of pages(list, { query, signal })) yield* page.items;
}

/** Every page of a list. By cursor, so that a row which comes or goes meanwhile shifts no other; else by number. */
export async function* pages<Query extends object, Row>(
  list: List<Query, Row>,
  { query, signal }: { query?: Query; signal?: AbortSignal } = {},
): AsyncGenerator<Page<Row>, void, undefined> {
  let next: object | undefined = {};
  while (next) {
    const page: Page<Row> = await list({ query: { ...query, ...next } as Query, signal });
    yield page;
    next = following(page);
  }
}

function following({ next_cursor, page = 1, total_pages = 1 }: Page<unknown>): object | undefined {
  if (next_cursor) return { cursor: next_cursor, page: undefined };
  if (next_cursor === null || page >= total_pages) return undefined;
  return { page: page + 1 };
}

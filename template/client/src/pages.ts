/** A page of a list, with a cursor to the next where the list has one. */
interface Page<Row> {
  items: Row[];
  page?: number;
  page_size?: number;
  total_pages?: number | null;
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
  let next: Next | undefined = {};
  while (next) {
    const page: Page<Row> = await list({ query: { ...query, ...next } as Query, signal });
    yield page;
    next = following(page, next);
  }
}

interface Next {
  cursor?: string;
  page?: number;
}

function following({ items, next_cursor, page = 1, page_size, total_pages }: Page<unknown>, asked: Next): Next | undefined {
  if (next_cursor) return { cursor: next_cursor, page: undefined };
  if (asked.cursor) return undefined;
  // Without a total, a page that is not full is the last.
  const goesOn = typeof total_pages === "number" ? page < total_pages : items.length === page_size;
  return goesOn ? { page: page + 1 } : undefined;
}

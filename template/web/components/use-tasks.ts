import { ApiError, rows, type Tag, type Task, type TaskChanges } from "api-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/lib/api";
import { inWords } from "@/lib/words";

export interface Filter {
  status: "all" | "open" | "done";
  /** A tag's name. */
  tag: string | undefined;
}

const STATUS = { all: undefined, open: "incomplete", done: "complete" } as const;

/** The tasks that a filter lets through, all tags, and what can be done with them. Each change shows at once. */
export function useTasks({ status, tag }: Filter) {
  const [tasks, setTasks] = useState<Task[]>();
  const [tags, setTags] = useState<Tag[]>([]);
  const [cursor, setCursor] = useState<string | null>();
  const [problem, setProblem] = useState("");
  const loading = useRef(true);
  // What is shown now: answers may come when another filter is.
  const view = useRef<Filter & { signal?: AbortSignal }>({ status, tag });
  const [round, setRound] = useState(0);

  const fail = useCallback((error: unknown) => {
    // Without a session, the server shows the sign-in page.
    if (error instanceof ApiError && error.code === "token_missing") window.location.reload();
    setProblem(inWords(error));
  }, []);
  const list = useCallback(
    (signal?: AbortSignal, cursor?: string) =>
      api.listTasks({ query: { status: STATUS[status], tag: tag === undefined ? undefined : [tag], cursor }, signal }),
    [status, tag],
  );
  const readTags = useCallback(async (signal?: AbortSignal) => {
    const all: Tag[] = [];
    for await (const tag of rows(api.listTags, { query: { page_size: 100 }, signal })) all.push(tag);
    setTags(all);
    return all;
  }, []);

  useEffect(() => {
    loading.current = true;
    const leaving = new AbortController();
    const { signal } = leaving;
    view.current = { status, tag, signal };
    const show = ({ items, next_cursor }: Awaited<ReturnType<typeof list>>) => {
      setTasks(items);
      setCursor(next_cursor);
      setProblem("");
      loading.current = false;
    };
    Promise.all([list(signal).then(show), readTags(signal)]).catch((error) => signal.aborted || fail(error));
    return () => leaving.abort();
  }, [status, tag, list, readTags, fail, round]);

  /** Runs a change. If it fails, it is undone in the list, and the problem is told. */
  async function attempt<T>(change: () => Promise<T>, undo = () => {}): Promise<T | undefined> {
    setProblem("");
    try {
      const result = await change();
      // A list that is on its way may have been read before the change.
      if (loading.current) setRound((round) => round + 1);
      return result;
    } catch (error) {
      undo();
      fail(error);
    }
  }

  function fits(task: Task) {
    const { status, tag } = view.current;
    return (status === "all" || task.completed === (status === "done")) && (tag === undefined || task.tags.some(({ name }) => name === tag));
  }
  const mark = (task: Task, completed: boolean) =>
    setTasks((tasks) => tasks?.map((other) => (other.id === task.id ? { ...other, completed } : other)));
  const put = (task: Task) =>
    setTasks((tasks) => tasks?.flatMap((other) => (other.id !== task.id ? [other] : fits(task) ? [task] : [])));

  /** Each once, as the API sorts: the newest first. Ids are in the order of creation. */
  const insert = (rows: Task[]) =>
    setTasks((tasks = []) => {
      const all = new Map([...tasks, ...rows].map((task) => [task.id, task]));
      return [...all.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
    });

  async function more() {
    const { signal } = view.current;
    if (loading.current) return;
    setProblem("");
    try {
      const page = await list(signal, cursor ?? undefined);
      if (signal?.aborted) return;
      insert(page.items);
      setCursor(page.next_cursor);
    } catch (error) {
      if (!signal?.aborted) fail(error);
    }
  }

  return {
    tasks,
    tags,
    problem,
    hasMore: Boolean(cursor),
    more,
    add: (title: string, key: string) =>
      attempt(async () => {
        const tag_ids = tags.filter(({ name }) => name === tag).map(({ id }) => id);
        const task = await api.createTask({ header: { "Idempotency-Key": key }, body: { title, tag_ids } });
        if (fits(task)) insert([task]);
        return task;
      }),
    complete: (task: Task, completed: boolean) =>
      attempt(async () => {
        mark(task, completed);
        put(await api.updateTask({ path: { task_id: task.id }, body: { completed } }));
        return task;
      }, () => mark(task, task.completed)),
    remove: (task: Task) =>
      attempt(async () => {
        setTasks((tasks) => tasks?.filter((other) => other.id !== task.id));
        await api.deleteTask({ path: { task_id: task.id } });
        return task;
      }, () => fits(task) && insert([task])),
    restore: (task: Task) =>
      attempt(async () => {
        const restored = await api.restoreTask({ path: { task_id: task.id } });
        if (fits(restored)) insert([restored]);
        return restored;
      }),
    /** Throws, so that the form can tell what is wrong beside its fields. */
    async edit(task: Task, changes: TaskChanges) {
      const header = { "If-Match": `"${task.version}"` };
      put(await api.updateTask({ path: { task_id: task.id }, header, body: changes }));
    },
    put,
    readTags,
  };
}

import { ApiError, rows, type Tag, type Task, type TaskChanges } from "api-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/lib/api";
import { inWords, mayPass } from "@/lib/words";

export interface Filter {
  status: "all" | "open" | "done";
  /** A tag's name. */
  tag: string | undefined;
}

interface Options {
  /** The task that is changed. */
  task?: Task;
  undo?: () => void;
  canRestore?: boolean;
  again?: () => void;
}

export type TaskList = ReturnType<typeof useTasks>;

const STATUS = { all: undefined, open: "incomplete", done: "complete" } as const;

/** The tasks that a filter lets through, all tags, and what can be done with them. Each change shows at once. */
export function useTasks({ status, tag }: Filter) {
  const [tasks, setTasks] = useState<Task[]>();
  const [tags, setTags] = useState<Tag[]>([]);
  const [cursor, setCursor] = useState<string | null>();
  // With what does it again, where that may help.
  const [problem, setProblem] = useState<{ text: string; again?: () => void }>();
  // What is said about the last change, and the task that can be brought back.
  const [notice, setNotice] = useState<{ text: string; deleted?: Task }>({ text: "" });
  const loading = useRef(true);
  // What is shown now: answers may come when another filter is.
  const view = useRef<Filter & { signal?: AbortSignal }>({ status, tag });
  const keys = useRef<Record<string, string>>({});
  const [round, setRound] = useState(0);

  const fail = useCallback((error: unknown, again: () => void) => {
    // Without a session, the server shows the sign-in page.
    if (error instanceof ApiError && error.code === "token_missing") window.location.reload();
    setProblem({ text: inWords(error), again: mayPass(error) ? again : undefined });
  }, []);
  const reload = useCallback(() => setRound((round) => round + 1), []);
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
    setProblem(undefined);
    const leaving = new AbortController();
    const { signal } = leaving;
    view.current = { status, tag, signal };
    const show = ({ items, next_cursor }: Awaited<ReturnType<typeof list>>) => {
      setTasks(items);
      setCursor(next_cursor);
      loading.current = false;
    };
    Promise.all([list(signal).then(show), readTags(signal)]).catch((error) => {
      if (signal.aborted) return;
      // What the last filter let through may not fit this one.
      setTasks((tasks) => tasks?.filter(fits));
      fail(error, reload);
    });
    return () => leaving.abort();
  }, [status, tag, list, readTags, fail, reload, round]);

  /** Runs a change and says so. If it fails, it is undone in the list, and the problem is told. */
  async function attempt(text: string, change: () => Promise<Task>, options: Options = {}): Promise<Task | undefined> {
    setProblem(undefined);
    try {
      const task = await change();
      setNotice({ text, deleted: options.canRestore ? task : undefined });
      // A list that is on its way may have been read before the change.
      if (loading.current) reload();
      return task;
    } catch (error) {
      if (options.task && error instanceof ApiError && error.code === "not_found") drop(options.task);
      else options.undo?.();
      setNotice({ text: "" });
      fail(error, options.again ?? (() => attempt(text, change, options)));
    }
  }

  function fits(task: Task) {
    const { status, tag } = view.current;
    return (status === "all" || task.completed === (status === "done")) && (tag === undefined || task.tags.some(({ name }) => name === tag));
  }
  const drop = (task: Task) => setTasks((tasks) => tasks?.filter((other) => other.id !== task.id));
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
    setProblem(undefined);
    try {
      const page = await list(signal, cursor ?? undefined);
      if (signal?.aborted) return;
      insert(page.items);
      setCursor(page.next_cursor);
    } catch (error) {
      if (!signal?.aborted) fail(error, more);
    }
  }

  return {
    tasks,
    tags,
    problem,
    notice,
    hasMore: Boolean(cursor),
    more,
    add: (title: string, again: () => void) =>
      attempt("Task added", async () => {
        const body = { title, tag_ids: tags.filter(({ name }) => name === tag).map(({ id }) => id) };
        // Sent again after an error, the same body has the same key and adds no second task.
        const attempted = JSON.stringify(body);
        const key = (keys.current[attempted] ??= newKey());
        const task = await api.createTask({ header: { "Idempotency-Key": key }, body });
        delete keys.current[attempted];
        if (fits(task)) insert([task]);
        return task;
      }, { again }),
    complete: (task: Task, completed: boolean) =>
      attempt(completed ? "Task completed" : "Task opened again", async () => {
        mark(task, completed);
        put(await api.updateTask({ path: { task_id: task.id }, body: { completed } }));
        return task;
      }, { task, undo: () => mark(task, task.completed) }),
    remove: (task: Task) =>
      attempt("Task deleted", async () => {
        drop(task);
        await api.deleteTask({ path: { task_id: task.id } });
        return task;
      }, { task, undo: () => fits(task) && insert([task]), canRestore: true }),
    restore: (task: Task) =>
      attempt("Task restored", async () => {
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

/** Not randomUUID, which a page has only on https and on localhost. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

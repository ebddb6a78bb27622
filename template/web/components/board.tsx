"use client";
import "./board.css";
import type { Task } from "api-client";
import { type FormEvent, useRef, useState } from "react";
import { EditTask } from "./edit-task";
import { type Filter, type TaskList, useTasks } from "./use-tasks";

const STATUSES = { all: "All", open: "Open", done: "Done" } as const;

export function Board() {
  const [filter, setFilter] = useState<Filter>({ status: "all", tag: undefined });
  const [editing, setEditing] = useState<Task>();
  const board = useTasks(filter);
  const { tasks, tags, problem, notice } = board;
  const heading = useRef<HTMLHeadingElement>(null);

  /** For a button that goes away when it is pressed: whoever uses the keyboard starts again from the heading. */
  function leave(act: () => void) {
    heading.current?.focus({ preventScroll: true });
    act();
  }

  const add: TaskList["add"] = async (...input) => {
    const task = await board.add(...input);
    if (task && filter.status === "done") setFilter({ ...filter, status: "all" });
    return task;
  };

  return (
    <>
      <h1 ref={heading} tabIndex={-1}>Tasks</h1>
      <NewTask add={add} />
      <Filters filter={filter} tags={tags.map(({ name }) => name)} onChange={setFilter} />
      {problem && (
        <p role="alert">{problem.text} {problem.again && <button onClick={() => leave(problem.again!)}>Try again</button>}</p>
      )}
      <ul className="tasks card" aria-label="Tasks" hidden={!tasks?.length}>
        {tasks?.map((task) => <Row key={task.id} task={task} board={board} onEdit={() => setEditing(task)} />)}
      </ul>
      {!tasks && !problem && <p className="empty">Loading …</p>}
      {tasks?.length === 0 && !problem && <p className="empty">{nothing(filter)}</p>}
      {board.hasMore && <button className="more" onClick={board.more}>Show more</button>}
      <div role="status" className={notice.deleted ? "notice" : "unseen"}>
        {notice.text}
        {notice.deleted && (
          <button autoFocus key={notice.deleted.id} onClick={() => leave(() => board.restore(notice.deleted!))}>Undo</button>
        )}
      </div>
      {editing && <EditTask key={editing.id} task={editing} board={board} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function nothing({ status, tag }: Filter): string {
  if (tag !== undefined) return `No ${status === "all" ? "" : `${status} `}task is tagged ${tag}.`;
  return { all: "Nothing to do yet. What is first?", open: "Everything is done.", done: "Nothing is done yet." }[status];
}

function NewTask({ add }: { add: TaskList["add"] }) {
  const field = useRef<HTMLInputElement>(null);
  async function send(title: string) {
    const input = field.current!;
    if (!title) return input.focus();
    if (input.value.trim() === title) input.value = "";
    let restored = false;
    if (await add(title, () => send((restored && input.value.trim()) || title))) return;
    // Unless the next is typed already.
    restored = !input.value;
    if (restored) input.value = title;
  }
  const titleOf = (form: FormData) => String(form.get("title")).trim();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void send(titleOf(new FormData(event.currentTarget)));
  }
  // The action is for what was sent before the page was ready. After an action, React empties the form whatever it holds by then.
  return (
    <form action={(form) => void send(titleOf(form))} onSubmit={submit} className="new">
      <input ref={field} name="title" aria-label="New task" placeholder="New task" dir="auto" autoComplete="off" />
      <button className="primary">Add</button>
    </form>
  );
}

function Filters({ filter, tags, onChange }: { filter: Filter; tags: string[]; onChange: (filter: Filter) => void }) {
  const statuses = Object.entries(STATUSES) as [Filter["status"], string][];
  return (
    <div className="filters">
      <div role="group" aria-label="Filter by status" className="statuses">
        {statuses.map(([status, text]) => (
          <button key={status} aria-pressed={filter.status === status} onClick={() => onChange({ ...filter, status })}>{text}</button>
        ))}
      </div>
      <div role="group" aria-label="Filter by tag" className="chips" hidden={tags.length === 0}>
        {tags.map((tag) => (
          <button key={tag} className="chip" aria-pressed={filter.tag === tag} onClick={() => onChange({ ...filter, tag: filter.tag === tag ? undefined : tag })}>
            {tag}
          </button>
        ))}
      </div>
    </div>
  );
}

function Row({ task, board, onEdit }: { task: Task; board: TaskList; onEdit: () => void }) {
  return (
    <li>
      <label>
        <input type="checkbox" checked={task.completed} onChange={(event) => board.complete(task, event.target.checked)} />
        <span className="title" dir="auto">{task.title}</span>
      </label>
      {task.tags.length > 0 && (
        <span className="chips">{task.tags.map((tag) => <span key={tag.id} className="chip">{tag.name}</span>)}</span>
      )}
      <span className="actions">
        <button aria-label={`Edit ${task.title}`} onClick={onEdit}><Icon path="M4 20h4L19 9l-4-4L4 16zM13 7l4 4" /></button>
        <button aria-label={`Delete ${task.title}`} onClick={() => board.remove(task)}><Icon path="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5" /></button>
      </span>
    </li>
  );
}

function Icon({ path }: { path: string }) {
  return <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg>;
}

"use client";
import "./board.css";
import type { Task } from "api-client";
import { useActionState, useRef, useState } from "react";
import { EditTask } from "./edit-task";
import { type Filter, useTasks } from "./use-tasks";

const STATUSES = { all: "All", open: "Open", done: "Done" } as const;

/** What is said about the last change, and the task that can be brought back. */
interface Notice {
  text: string;
  deleted?: Task;
}

export function Board() {
  const [filter, setFilter] = useState<Filter>({ status: "all", tag: undefined });
  const [editing, setEditing] = useState<Task>();
  const [notice, setNotice] = useState<Notice>({ text: "" });
  const board = useTasks(filter);
  const { tasks, tags, problem } = board;

  async function say(change: Promise<Task | undefined>, text: string, canUndo = false) {
    const task = await change;
    setNotice({ text: task ? text : "", deleted: canUndo ? task : undefined });
  }

  async function add(title: string, key: string) {
    const task = await board.add(title, key);
    if (task && filter.status === "done") setFilter({ ...filter, status: "all" });
    if (task) setNotice({ text: "Task added" });
    return task !== undefined;
  }

  return (
    <>
      <h1>Tasks</h1>
      <NewTask add={add} />
      <Filters filter={filter} tags={tags.map(({ name }) => name)} onChange={setFilter} />
      {problem && <p role="alert">{problem}</p>}
      <ul className="tasks card" aria-label="Tasks" hidden={!tasks?.length}>
        {tasks?.map((task) => (
          <Row
            key={task.id}
            task={task}
            onComplete={(completed) => say(board.complete(task, completed), completed ? "Task completed" : "Task opened again")}
            onEdit={() => setEditing(task)}
            onDelete={() => say(board.remove(task), "Task deleted", true)}
          />
        ))}
      </ul>
      {tasks?.length === 0 && <p className="empty">{nothing(filter)}</p>}
      {board.hasMore && <button className="more" onClick={board.more}>Show more</button>}
      <div role="status" className={notice.deleted ? "notice" : "unseen"}>
        {notice.text}
        {notice.deleted && (
          <button autoFocus key={notice.deleted.id} onClick={() => notice.deleted && say(board.restore(notice.deleted), "Task restored")}>Undo</button>
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

function NewTask({ add }: { add: (title: string, key: string) => Promise<boolean> }) {
  // Sent again after an error, the same key adds no second task.
  const attempt = useRef<{ title: string; key: string }>(undefined);
  const [draft, submit] = useActionState(async (_: string, form: FormData) => {
    const title = String(form.get("title")).trim();
    if (!title) return "";
    if (attempt.current?.title !== title) attempt.current = { title, key: newKey() };
    if (!(await add(title, attempt.current.key))) return title;
    attempt.current = undefined;
    return "";
  }, "");
  return (
    <form action={submit} className="new">
      <input name="title" aria-label="New task" placeholder="New task" defaultValue={draft} autoComplete="off" required />
      <button className="primary">Add</button>
    </form>
  );
}

/** Not randomUUID, which a page has only on https and on localhost. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
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

interface RowProps {
  task: Task;
  onComplete: (completed: boolean) => void;
  onEdit: () => void;
  onDelete: () => void;
}

function Row({ task, onComplete, onEdit, onDelete }: RowProps) {
  return (
    <li>
      <label>
        <input type="checkbox" checked={task.completed} onChange={(event) => onComplete(event.target.checked)} />
        <span className="title">{task.title}</span>
      </label>
      {task.tags.length > 0 && (
        <span className="chips">{task.tags.map((tag) => <span key={tag.id} className="chip">{tag.name}</span>)}</span>
      )}
      <span className="actions">
        <button aria-label={`Edit ${task.title}`} onClick={onEdit}><Icon path="M4 20h4L19 9l-4-4L4 16zM13 7l4 4" /></button>
        <button aria-label={`Delete ${task.title}`} onClick={onDelete}><Icon path="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5" /></button>
      </span>
    </li>
  );
}

function Icon({ path }: { path: string }) {
  return <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg>;
}

"use client";
import { fromDateTimeLocal, type Priority, type Tag, type Task, type TaskChanges, toDateTimeLocal } from "api-client";
import { useState } from "react";
import { inWords } from "./account";
import { api } from "./api";

/** The values of the inputs, never null or undefined: React would leave such inputs uncontrolled. */
export interface TaskForm {
  title: string;
  description: string;
  completed: boolean;
  priority: Priority | "";
  due_date: string;
  reminder_at: string;
  tag_ids: string[];
}

export function toForm(task: Task): TaskForm {
  return {
    title: task.title,
    description: task.description ?? "",
    completed: task.completed,
    priority: task.priority ?? "",
    due_date: toDateTimeLocal(task.due_date),
    reminder_at: toDateTimeLocal(task.reminder_at),
    tag_ids: task.tags.map((tag) => tag.id),
  };
}

export function toChanges(form: TaskForm, task: Task): TaskChanges {
  return {
    ...form,
    description: form.description === "" ? null : form.description,
    priority: form.priority === "" ? null : form.priority,
    due_date: fromDateTimeLocal(form.due_date, task.due_date),
    reminder_at: fromDateTimeLocal(form.reminder_at, task.reminder_at),
  };
}

interface Props {
  task: Task;
  /** All tags to choose from. */
  tags: Tag[];
  onSaved: (task: Task) => void;
}

/** Edits a task. Pass `key={task.id}`, so that the form resets for another task. */
export function EditTask({ task, tags, onSaved }: Props) {
  const [form, setForm] = useState(() => toForm(task));
  const [problem, setProblem] = useState("");
  const set = (changed: Partial<TaskForm>) => setForm({ ...form, ...changed });
  const toggle = (id: string) =>
    set({ tag_ids: form.tag_ids.includes(id) ? form.tag_ids.filter((other) => other !== id) : [...form.tag_ids, id] });

  async function save() {
    try {
      // Answers 412 if someone else changed the task since it was read.
      const header = { "If-Match": `"${task.version}"` };
      onSaved(await api.updateTask({ path: { task_id: task.id }, header, body: toChanges(form, task) }));
    } catch (error) {
      setProblem(inWords(error));
    }
  }

  return (
    <form action={save}>
      <input name="title" value={form.title} onChange={(event) => set({ title: event.target.value })} />
      <textarea name="description" value={form.description} onChange={(event) => set({ description: event.target.value })} />
      <input name="completed" type="checkbox" checked={form.completed} onChange={() => set({ completed: !form.completed })} />
      <select name="priority" value={form.priority} onChange={(event) => set({ priority: event.target.value as Priority | "" })}>
        <option value="">none</option>
        <option value="low">low</option>
        <option value="medium">medium</option>
        <option value="high">high</option>
      </select>
      {(["due_date", "reminder_at"] as const).map((name) => (
        <input
          key={name}
          name={name}
          type="datetime-local"
          step="any"
          value={form[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      ))}
      {tags.map((tag) => (
        <label key={tag.id}>
          <input type="checkbox" checked={form.tag_ids.includes(tag.id)} onChange={() => toggle(tag.id)} />
          {tag.name}
        </label>
      ))}
      <button>Save</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

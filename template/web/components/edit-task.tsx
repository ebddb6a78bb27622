import { ApiError, type Tag, type Task } from "api-client";
import { useActionState, useEffect, useRef, useState } from "react";
import { api } from "@/lib/api";
import { inWords } from "@/lib/words";
import type { TaskList } from "./use-tasks";

interface Props {
  task: Task;
  board: TaskList;
  onClose: () => void;
}

/** Edits a task's title and tags. Saving over somebody else's change takes a second press. */
export function EditTask({ task, board, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // The version that the user has seen.
  const [seen, setSeen] = useState(task);

  const [form, save] = useActionState(
    async (_: unknown, data: FormData) => {
      const form = { title: String(data.get("title")), tags: String(data.get("tags")) };
      try {
        // Unchanged, they keep names that no text can tell apart: with a comma.
        const tag_ids = form.tags === namesOf(seen) ? undefined : await tagIds(form.tags, board);
        await board.edit(seen, { title: form.title, tag_ids });
        dialog.current?.close();
        return { ...form, problem: "" };
      } catch (error) {
        return { ...form, problem: error instanceof ApiError && error.code === "precondition_failed" ? await conflict() : inWords(error) };
      }
    },
    { title: task.title, tags: namesOf(task), problem: "" },
  );

  async function conflict(): Promise<string> {
    try {
      const current = await api.getTask({ path: { task_id: task.id } });
      board.put(current);
      setSeen(current);
      return `This task was changed in the meantime; it is now “${current.title}”. Save again to replace that with your text, or cancel to keep it.`;
    } catch (error) {
      return inWords(error);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby="edit-task" onClose={onClose}>
      <form action={save}>
        <h2 id="edit-task">Edit task</h2>
        {form.problem && <p role="alert">{form.problem}</p>}
        <label>Title<input name="title" defaultValue={form.title} dir="auto" required /></label>
        <label>Tags<input name="tags" defaultValue={form.tags} placeholder="home, garden" autoComplete="off" /></label>
        <p className="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>Cancel</button>
          <button className="primary">Save</button>
        </p>
      </form>
    </dialog>
  );
}

const namesOf = (task: Task) => task.tags.map(({ name }) => name).join(", ");

/** The ids of the tags with these names, separated by commas; those that are missing are made. */
async function tagIds(text: string, { tags, readTags }: Props["board"]): Promise<string[]> {
  const names = text.split(",").map((name) => name.trim()).filter(Boolean);
  // Another window may have made them since.
  const known = names.every((name) => find(tags, name)) ? [...tags] : await readTags();
  const count = known.length;
  const ids = new Set<string>();
  for (const name of names) {
    const tag = find(known, name) ?? (await api.createTag({ body: { name } }));
    if (!known.includes(tag)) known.push(tag);
    ids.add(tag.id);
  }
  if (known.length > count) await readTags();
  return [...ids];
}

/** The tag with this name, or else with other capitals: the API tells both apart. */
function find(tags: Tag[], name: string): Tag | undefined {
  return tags.find((tag) => tag.name === name) ?? tags.find((tag) => tag.name.toLowerCase() === name.toLowerCase());
}

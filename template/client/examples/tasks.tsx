"use client";
import type { Task } from "api-client";
import { useEffect, useState } from "react";
import { inWords, SignedIn } from "./account";
import { api } from "./api";

export function Tasks() {
  return <SignedIn><TaskList /></SignedIn>;
}

function TaskList() {
  const [tasks, setTasks] = useState<Task[]>();
  const [problem, setProblem] = useState("");

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    api.listTasks({ query: { status: "incomplete" }, signal }).then(
      (page) => setTasks(page.items),
      (error) => signal.aborted || setProblem(inWords(error)),
    );
    return () => leaving.abort();
  }, []);

  if (problem) return <p role="alert">{problem}</p>;
  return <ul>{tasks?.map((task) => <li key={task.id}>{task.title}</li>)}</ul>;
}

"use client";
import { ApiError, type Profile } from "api-client";
import { Fragment, type ReactNode, useEffect, useState } from "react";
import { api, authClient } from "./api";

export function Account() {
  return <SignedIn><Greeting /></SignedIn>;
}

/** Shows its children to signed-in users, and the sign-in form to everyone else. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { data: session, isPending } = authClient.useSession();
  if (isPending) return <p>One moment</p>;
  // The key remounts everything for another user, so nothing of the previous user stays on the page.
  return session ? <Fragment key={session.user.id}>{children}</Fragment> : <SignIn />;
}

function Greeting() {
  const [profile, setProfile] = useState<Profile>();
  const [problem, setProblem] = useState("");

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    api.getProfile({ signal }).then(setProfile, (error) => signal.aborted || setProblem(inWords(error)));
    return () => leaving.abort();
  }, []);

  if (problem) return <p role="alert">{problem}</p>;
  return <p>{profile && `Hello ${profile.name}`}</p>;
}

function SignIn() {
  const [problem, setProblem] = useState("");

  async function signIn(form: FormData) {
    const { error } = await authClient.signIn.email({
      email: String(form.get("email")),
      password: String(form.get("password")),
    });
    setProblem(error?.message ?? "");
  }

  return (
    <form action={signIn}>
      <input name="email" type="email" required />
      <input name="password" type="password" required />
      <button>Sign in</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

/** A message for the user, chosen by the error's code: the code is stable, the text is not. */
export function inWords(error: unknown): string {
  if (!(error instanceof ApiError)) return "The API cannot be reached";
  switch (error.code) {
    case "token_missing":
    case "user_unknown":
      return "Please sign in again";
    case "validation_failed":
      return error.errors.map(({ field, message }) => `${field} ${message}`).join(", ");
    default:
      return error.message;
  }
}

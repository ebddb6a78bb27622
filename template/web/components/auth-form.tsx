"use client";
import Link from "next/link";
import { useActionState } from "react";
import { authClient } from "@/lib/api";
import { NAME } from "@/lib/site";

type Mode = "sign-in" | "sign-up";

const TEXTS = {
  "sign-in": { action: "Sign in", hint: "No account yet?", other: "/sign-up", link: "Sign up" },
  "sign-up": { action: "Sign up", hint: "Already have an account?", other: "/sign-in", link: "Sign in" },
};

/** Signs a user in or up, then opens the first page. */
export function AuthForm({ mode }: { mode: Mode }) {
  const [state, submit, busy] = useActionState(enter.bind(null, mode), { name: "", email: "", problem: "" });
  const { action, hint, other, link } = TEXTS[mode];
  return (
    <main className="narrow">
      <p className="brand">{NAME}</p>
      <form action={submit} className="card">
        <h1>{action}</h1>
        {state.problem && <p role="alert">{state.problem}</p>}
        {mode === "sign-up" && (
          <label>Name<input name="name" autoComplete="name" defaultValue={state.name} required /></label>
        )}
        <label>Email<input name="email" type="email" autoComplete="email" defaultValue={state.email} required /></label>
        <label>
          Password
          <input name="password" type="password" autoComplete={mode === "sign-in" ? "current-password" : "new-password"} minLength={8} required />
        </label>
        <button className="primary" aria-busy={busy}>{action}</button>
      </form>
      <p className="hint">{hint} <Link href={other}>{link}</Link></p>
    </main>
  );
}

// Better Auth allows three attempts in ten seconds; the next waits that long.
const fetchOptions = {
  retry: { type: "linear", attempts: 1, delay: 10_000, shouldRetry: (response: Response | null) => response?.status === 429 },
} as const;

async function enter(mode: Mode, _: unknown, form: FormData) {
  const [name = "", email = "", password = ""] = ["name", "email", "password"].map((field) => String(form.get(field) ?? ""));
  const credentials = { email, password, fetchOptions };
  const call = mode === "sign-in" ? authClient.signIn.email(credentials) : authClient.signUp.email({ name, ...credentials });
  const { error } = await call.catch(() => ({ error: { status: 0, message: "" } }));
  // A new page, which knows nothing of the user before.
  if (!error) window.location.assign("/");
  return { name, email, problem: error ? inWords(error) : "" };
}

function inWords({ status, message }: { status: number; message?: string }): string {
  if (status === 429) return "Too many attempts. Wait a moment and try again.";
  if (status === 0) return "The server cannot be reached. Check your connection and try again.";
  if (status >= 500 || !message) return "The service is not available at the moment. Please try again soon.";
  return `${message}.`;
}

"use client";
import Link from "next/link";
import { type ReactNode, useEffect, useState } from "react";
import { authClient } from "@/lib/api";
import { NAME } from "@/lib/site";

/** The frame of a signed-in user's page. */
export function Shell({ user, children }: { user: { id: string }; children: ReactNode }) {
  const { data: session, isPending, error } = authClient.useSession();
  const [problem, setProblem] = useState("");
  const known = !isPending && !error;
  const current = session?.user.id;

  // Signed out or somebody else since, here or in another window: the server knows which page to show.
  useEffect(() => {
    if (known && current !== user.id) window.location.reload();
  }, [known, current, user.id]);

  async function signOut() {
    const { error } = await authClient.signOut().catch(() => ({ error: true }));
    if (error) setProblem("You could not be signed out. Please try again.");
  }

  return (
    <>
      <header>
        <Link href="/" className="brand">{NAME}</Link>
        <nav aria-label="Account">
          <Link href="/profile">Profile</Link>
          <button onClick={signOut}>Sign out</button>
        </nav>
      </header>
      <main>
        {problem && <p role="alert">{problem}</p>}
        {children}
      </main>
    </>
  );
}

import type { Metadata } from "next";
import { Board } from "@/components/board";
import { Shell } from "@/components/shell";
import { signedIn } from "@/lib/server";

export const metadata: Metadata = { title: "Tasks" };

export default async function Page() {
  const { user } = await signedIn();
  return <Shell user={user}><Board key={user.id} /></Shell>;
}

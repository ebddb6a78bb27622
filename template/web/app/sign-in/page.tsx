import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthForm } from "@/components/auth-form";
import { session } from "@/lib/server";

export const metadata: Metadata = { title: "Sign in" };

export default async function Page() {
  if (await session()) redirect("/");
  return <AuthForm mode="sign-in" />;
}

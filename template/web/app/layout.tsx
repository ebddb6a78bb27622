import "./globals.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { NAME } from "@/lib/site";

export const metadata: Metadata = { title: { default: NAME, template: `%s · ${NAME}` }, description: `Sign in to ${NAME}` };

export const viewport: Viewport = { colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-api={process.env.PUBLIC_API_URL || undefined}>
      <body>{children}</body>
    </html>
  );
}

import Link from "next/link";

export default function NotFound() {
  return (
    <main className="narrow">
      <h1>This page does not exist</h1>
      <p><Link href="/">Go to the first page</Link></p>
    </main>
  );
}

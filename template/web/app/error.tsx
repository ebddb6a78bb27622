"use client";

/** Takes the page's place if the server cannot make it, for example without its database. */
export default function ErrorPage({ retry }: { retry: () => void }) {
  return (
    <main className="narrow">
      <h1>This page is not available</h1>
      <p role="alert">The service is not available at the moment. Please try again soon.</p>
      <button className="primary" onClick={retry}>Try again</button>
    </main>
  );
}

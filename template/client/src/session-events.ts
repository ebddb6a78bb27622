import type { SessionListener } from "./tokens.ts";

/** What Better Auth's client tells a plugin about a request that succeeded. */
interface Success {
  request: { url: URL | string };
  data: unknown;
}

/**
 * A plugin of Better Auth's client. It hears of every sign-in and sign-out before the caller does, so that no call
 * thereafter uses the last user's token; and of another tab's when the session is read again.
 * (The client's own `$sessionSignal` comes 10 ms later.)
 */
export function sessionEvents() {
  const listeners = new Set<SessionListener>();
  const onSuccess = ({ request, data }: Success) => {
    const { pathname } = new URL(request.url, "http://relative.invalid");
    if (pathname.endsWith("/token")) return;
    const event = pathname.endsWith("/get-session") ? userIn(data) : undefined;
    for (const listener of listeners) listener(event);
  };
  return {
    id: "session-events" as const,
    fetchPlugins: [{ id: "session-events", name: "Session events", hooks: { onSuccess } }],
    getActions: () => ({ onSessionEvent: (listener: SessionListener) => void listeners.add(listener) }),
  };
}

function userIn(data: unknown): string | null {
  return (data as { user?: { id: string } } | null)?.user?.id ?? null;
}

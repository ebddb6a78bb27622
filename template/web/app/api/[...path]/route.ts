import { apiUrl } from "@/lib/settings";

// They belong to one connection (RFC 9110 section 7.6.1), or the new one has its own.
const NOT_FORWARDED = ["connection", "expect", "host", "keep-alive", "te", "transfer-encoding", "upgrade"];

/** Hands the request on to the API as it is, and the answer back: status, headers and stream. */
async function forward(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of NOT_FORWARDED) headers.delete(name);
  headers.set("Accept-Encoding", "identity");
  const { method, body, signal } = request;
  const init = { method, headers, body, signal, duplex: "half", redirect: "manual", cache: "no-store" } as RequestInit;
  try {
    const answer = await fetch(apiUrl() + pathname + search, init);
    const answered = new Headers(answer.headers);
    for (const name of NOT_FORWARDED) answered.delete(name);
    return new Response(answer.body, { status: answer.status, headers: answered });
  } catch {
    return unreachable();
  }
}

function unreachable(): Response {
  const problem = { type: "about:blank", title: "The API cannot be reached", status: 502, code: "api_unreachable" };
  return Response.json(problem, { status: 502, headers: { "Content-Type": "application/problem+json" } });
}

export { forward as DELETE, forward as GET, forward as HEAD, forward as OPTIONS, forward as PATCH, forward as POST, forward as PUT };

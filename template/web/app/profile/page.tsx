import type { Profile } from "api-client";
import type { Metadata } from "next";
import { Shell } from "@/components/shell";
import { serverApi, signedIn } from "@/lib/server";
import { inWords } from "@/lib/words";

export const metadata: Metadata = { title: "Profile" };

export default async function Page() {
  const { user } = await signedIn();
  const api = await serverApi();
  const content = await api.getProfile().then(
    (profile) => <Details profile={profile} />,
    (error: unknown) => <p role="alert">{inWords(error)} <a href="/profile">Try again</a></p>,
  );
  return <Shell user={user}><h1>Profile</h1>{content}</Shell>;
}

function Details({ profile }: { profile: Profile }) {
  const since = new Date(profile.created_at).toLocaleDateString("en", { dateStyle: "long", timeZone: "UTC" });
  return (
    <dl className="card">
      <dt>Name</dt><dd>{profile.name}</dd>
      <dt>Email</dt><dd>{profile.email}</dd>
      <dt>Member since</dt><dd>{since}</dd>
      <dt>Id</dt><dd><code>{profile.uuid}</code></dd>
    </dl>
  );
}

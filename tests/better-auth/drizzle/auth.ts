// lib/auth.ts of a project with Drizzle.
import { randomUUID } from "node:crypto";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { bearer, jwt } from "better-auth/plugins";
import { db, provider, schema } from "./database";

export const auth = betterAuth({
  database: drizzleAdapter(db, { provider, schema }),
  emailAndPassword: { enabled: true },
  user: {
    additionalFields: {
      uuid: { type: "string", required: true, unique: true, input: false, defaultValue: () => randomUUID() },
      role: { type: "string", required: false, input: false, defaultValue: "user" },
    },
  },
  plugins: [
    jwt({
      jwt: {
        definePayload: ({ user }) => ({
          uuid: user.uuid,
          email: user.email,
          name: user.name,
          role: user.role ?? "user",
        }),
      },
    }),
    bearer(),
  ],
});
